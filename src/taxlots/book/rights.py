"""Rights to buy stock: which stock each was distributed on, through every change of symbol.

The journal tells it row by row; what the fold gets is the position of the stock to which the basis
of a lapsed right returns (Treas. Reg. 1.307-1(a)), and the day since which stock bought by a right
is held (26 USC 1223(5)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Rights:
    """Rights of every household so far: by account the stock they are on, and their symbols."""

    stock: dict[tuple[int, str, str], str] = field(default_factory=dict)
    symbols: set[tuple[int, str]] = field(default_factory=set)

    def distribute(self, household: int, accounts: Iterable[str], stock: str, right: str) -> None:
        """Rights come in on a stock that these accounts hold."""
        self.symbols.add((household, right))
        for account in accounts:
            self.stock[household, account, right] = stock

    def follow(self, household: int, account: str, old: str, new: str) -> None:
        """A symbol turns into another one, in one account or (blank) in all of them."""
        if (household, old) in self.symbols:
            self.symbols.add((household, new))
        for (home, holder, right), stock in list(self.stock.items()):
            if home != household or account not in ("", holder):
                continue
            if stock == old:
                self.stock[home, holder, right] = new
            if right == old:
                self.stock[home, holder, new] = self.stock.pop((home, holder, right))

    def is_right(self, household: int, symbol: str) -> bool:
        """Whether a symbol is that of a right."""
        return (household, symbol) in self.symbols

    def stock_of(self, household: int, account: str, right: str) -> str:
        """The stock on which an account's rights were distributed; blank where none is known."""
        return self.stock.get((household, account, right), "")
