"""A lot as far as its place goes: which one it is, and whose."""

from typing import Protocol


class PlacedLot(Protocol):
    """Anything that names an open lot, its account and its symbol."""

    @property
    def lot_id(self) -> str:
        """The id of the row that opened the lot."""
        ...

    @property
    def account(self) -> str:
        """The id of the account that holds it."""
        ...

    @property
    def symbol(self) -> str:
        """The symbol of its security."""
        ...
