"""What one household holds, has sold and waits for: flat lists, nothing is ever forgotten."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .book import Account, Book
from .identity import Identity
from .journal import Event
from .lots import Loss, Lot, Match, Part, Piece, ShortPart
from .money import Whole, rounded
from .relief import within_lot

PoolKey = tuple[str, str, bool | None]
"""Account, symbol, and whether the shares are covered (None: both kinds together)."""


@dataclass
class Election:
    """An election to average.  ``is_disturbed``: it can't be revoked any more."""

    on: date
    is_single: bool
    is_disturbed: bool = False


@dataclass
class Holdings:
    """The state of the audit of one household.

    ``parts`` are all open parts, on their way or held; ``shorts`` all open parts of short
    positions; ``sold`` all pieces of past sales, ``losses`` all losses that section 1091 tests,
    both in the order in which they came about.  ``gains`` are pieces that were realized without a
    sale.  ``now`` is the rank of the event that is being booked.  ``sums`` adds up the terms of
    the conservation identity, in cents.
    """

    book: Book
    accounts: dict[str, Account]
    events: list[Event]
    parts: list[Part] = field(default_factory=list)
    shorts: list[ShortPart] = field(default_factory=list)
    sold: list[Piece] = field(default_factory=list)
    gains: list[Piece] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)
    standing: dict[tuple[str, str], str] = field(default_factory=dict)
    expected: dict[str, Lot] = field(default_factory=dict)
    elections: dict[tuple[str, str], Election] = field(default_factory=dict)
    excess: Counter[PoolKey] = field(default_factory=Counter)
    now: int = -1
    serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.identity = Identity(self.book)
        out = {event.order_id for event in self.events if event.action == "TRANSFER_OUT"}
        back = {event.order_id for event in self.events if event.action == "TRANSFER_IN"}
        self.linked = (out & back) - {""}

    def before_splits(self, arrival: Event, since: int) -> int:
        """The quantity of a row in the units of an earlier place, all splits undone at once."""
        ratio = Fraction(1)
        for event in reversed(self.events[since : arrival.rank]):
            if event.is_split and event.symbol == arrival.symbol:
                ratio *= event.ratio
        return rounded(arrival.quantity / ratio)

    @property
    def today(self) -> date:
        return self.events[self.now].day

    def decides(self, key: str) -> object:
        return self.book.decides(key)

    def position(self, account: str, symbol: str, place: str = "held") -> list[Part]:
        """The parts of a position in order of rank, each lot's as they would be sold."""
        mine = [
            part
            for part in self.parts
            if (part.account, part.symbol, part.place) == (account, symbol, place)
        ]
        return sorted(mine, key=self.order_of)

    def short_position(self, account: str, symbol: str) -> list[ShortPart]:
        """The parts of a short position in the order in which they are closed."""
        mine = [part for part in self.shorts if (part.account, part.symbol) == (account, symbol)]
        return sorted(mine, key=self.order_of)

    def places_of(self, event: Event) -> list[tuple[str, str]]:
        """Where a row of an issuer works: its account, or every account, and lots on their way."""
        if event.account:
            return [(event.account, "held")]
        mine = [part for part in self.parts if part.symbol == event.symbol]
        found = {(part.account, part.place) for part in mine if part.place != "arriving"}
        order = list(self.accounts)
        return sorted(found, key=lambda place: (order.index(place[0]), place[1] != "held", place))

    def is_taxable(self, account: str) -> bool:
        return not self.accounts[account].is_tax_deferred

    def accounts_on_return(self, account: str) -> set[str]:
        """The taxable accounts of the tax return to which an account belongs."""
        mine = self.accounts[account].tax_return
        return {a.id for a in self.accounts.values() if a.tax_return == mine} - {
            a.id for a in self.accounts.values() if a.is_tax_deferred
        }

    def order_of(self, part: Part | ShortPart) -> tuple[Fraction, tuple[int, int, int]]:
        return (Fraction(part.lot.rank), within_lot(part, self.decides("sub_first")))

    def open_part(
        self,
        lot: Lot,
        event: Event,
        basis: int,
        *,
        account: str = "",
        loss_basis: int | None = None,
        holding_period: date | None = None,
        place: str = "held",
    ) -> Part:
        return self.open_units(
            lot, account or event.account, event.symbol, event.quantity, basis,
            loss_basis=loss_basis, holding_period=holding_period, place=place,
        )  # fmt: skip

    def open_units(
        self,
        lot: Lot,
        account: str,
        symbol: str,
        quantity: int,
        basis: int,
        *,
        loss_basis: int | None = None,
        holding_period: date | None = None,
        place: str = "held",
    ) -> Part:
        loss_basis = basis if loss_basis is None else loss_basis
        amounts = {"basis": basis, "loss_basis": loss_basis, "wash": 0}
        part = Part(
            lot,
            account,
            symbol,
            Whole(quantity, amounts),
            Fraction(basis, quantity),
            Fraction(loss_basis, quantity),
            holding_period or lot.acquired,
            arrived=next(self.serial),
            place=place,
        )
        self.parts.append(part)
        if place == "held":
            self.count("basis in", part.account, basis)
        return part

    def cut_off(self, part: Part, quantity: int) -> Part:
        """Cut the next shares off a part; the caller says where they go."""
        piece = part.cut_off(quantity)
        self.drop_empty()
        return piece

    def move(self, part: Part, quantity: int, account: str, place: str = "held") -> None:
        """Move the part itself if it goes entire, else a part cut off it."""
        moved = part
        if quantity < part.left:
            moved = self.cut_off(part, quantity)
            self.parts.append(moved)
        moved.account, moved.place, moved.arrived = account, place, next(self.serial)

    def cut_in_place(self, part: Part, quantity: int) -> Part:
        """The first units of a part as a part of their own, before the rest of it."""
        if quantity == part.left:
            return part
        first = part.cut_off(quantity)
        self.parts.insert(self.parts.index(part), first)
        return first

    def drop_empty(self) -> None:
        self.parts = [part for part in self.parts if not part.is_gone]
        self.shorts = [part for part in self.shorts if part.left]

    def count(self, term: str, account: str, amount: int) -> None:
        """Add to a term of the identity, which is about the taxable accounts."""
        if not self.accounts[account].is_tax_deferred:
            self.sums[term] += amount
