"""The record: everything that the user has said, read and typed, before anything is booked."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.account import Account
from taxlots.domain.policy import Policy
from taxlots.domain.security import IdenticalMember, Proxy, Security

if TYPE_CHECKING:
    import pyarrow as pa


LINES: Final = "lines"
"""Metadata of a table whose rows do not stand in consecutive lines: the line of each."""


@dataclass(frozen=True, slots=True)
class Record:
    """One book as its owner keeps it.

    ``transactions`` is an Arrow table with the columns of ``domain.action.COLUMNS`` (those that
    are present), one row a transaction in arrival order; cells are text, or typed as the
    interchange format allows.  ``lines`` says where row 0 stands: ``transactions.csv`` and the
    line of its first row.  ``hashes`` maps each input file's name to its SHA-256.
    """

    name: str
    source: str
    policy: Policy
    accounts: tuple[Account, ...]
    securities: dict[str, Security]
    identical: tuple[IdenticalMember, ...]
    proxies: tuple[Proxy, ...]
    transactions: "pa.Table"
    prices: "pa.Table | None" = None
    profiles: tuple[dict[str, str], ...] = ()
    scheduled: tuple[dict[str, str], ...] = ()
    targets: tuple[dict[str, str], ...] = ()
    cash: tuple[dict[str, str], ...] = ()
    overrides: tuple[dict[str, str], ...] = ()
    tax_profile: dict[str, Any] = field(default_factory=dict)
    harvest: dict[str, Any] = field(default_factory=dict)
    rebalance: dict[str, Any] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    file_name: str = "transactions.csv"
    first_line: int = 2
    is_arrival_ordered: bool = True

    def line_of(self, row: int) -> int:
        """The line of the file in which a row of ``transactions`` starts."""
        stated = (self.transactions.schema.metadata or {}).get(LINES.encode())
        return int(stated.split()[row]) if stated else self.first_line + row


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLot:
    """One open sub-lot, as a row of ``lots.csv`` and as planning sees it.

    Quantities in 1e-8 units, money in cents.  ``loss_basis_cents`` differs from the basis only
    for gifts (26 USC 1015(a)).  The ``whole_*`` are the lot as it was opened, from which the basis
    of a part is reckoned (0: as it stands); a lot that is not ``is_divisible`` has no basis for a
    part of it by itself: it is averaged, or its shares lie in several turns.  ``is_inherited``
    lots are long-term whatever their dates.  ``basis_status`` is ``known``,
    ``pending`` or ``unknown``.
    """

    lot_id: str
    household: str
    account: str
    symbol: str
    acquired: date
    holding_period: date
    long_term_from: date | None
    quantity: int
    cost_basis_cents: int
    loss_basis_cents: int
    wash_sale_adjustment_cents: int
    is_replacement: bool
    is_inherited: bool
    covered: bool
    basis_status: str
    rank: int
    whole_quantity: int = 0
    whole_basis_cents: int = 0
    whole_loss_basis_cents: int = 0
    is_divisible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """One acquisition of the last 61 days, sold or not, as the guard sees it.

    ``quantity`` is what was acquired and ``unused`` what has not yet replaced a loss, both in
    today's (split-adjusted) 1e-8 units; ``held`` is the part of ``unused`` that is still open.
    """

    lot_id: str
    household: str
    account: str
    symbol: str
    acquired: date
    quantity: int
    unused: int
    held: int
    is_compensation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLoss:
    """A loss sale whose window is still open: what a purchase of today would disallow.

    ``quantity`` is what is left of the loss in today's units of ``symbol``.
    """

    sale_id: str
    lot_id: str
    household: str
    account: str
    symbol: str
    sold: date
    quantity: int
    loss_cents: int
