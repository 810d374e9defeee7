"""What one household holds, has sold and waits for: flat lists, nothing is ever forgotten."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .book import Account, Book
from .identity import Identity
from .journal import SPLITS, Event
from .lots import Loss, Lot, Match, Part, Piece
from .money import Whole, rounded
from .relief import within_lot


@dataclass
class Holdings:
    """The state of the audit of one household.

    ``parts`` are all open parts, on their way or held; ``sold`` all pieces of past sales,
    ``losses`` all losses that section 1091 tests, both in the order in which they came about.
    ``sums`` adds up the terms of the conservation identity, in cents.
    """

    book: Book
    accounts: dict[str, Account]
    events: list[Event]
    parts: list[Part] = field(default_factory=list)
    sold: list[Piece] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)
    standing: dict[tuple[str, str], str] = field(default_factory=dict)
    expected: dict[str, Lot] = field(default_factory=dict)
    serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.identity = Identity(self.book, self.events)
        out = {event.order_id for event in self.events if event.action == "TRANSFER_OUT"}
        back = {event.order_id for event in self.events if event.action == "TRANSFER_IN"}
        self.linked = (out & back) - {""}

    def before_splits(self, arrival: Event, since: int) -> int:
        """The quantity of a row in the units of an earlier place, all splits undone at once."""
        ratio = Fraction(1)
        for event in reversed(self.events[since : arrival.rank]):
            if event.action in SPLITS and event.symbol == arrival.symbol:
                ratio *= event.ratio
        return rounded(arrival.quantity / ratio)

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

    def order_of(self, part: Part) -> tuple[int, tuple[int, int, int]]:
        return (part.lot.rank, within_lot(part, self.decides("sub_first")))

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
        loss_basis = basis if loss_basis is None else loss_basis
        amounts = {"basis": basis, "loss_basis": loss_basis, "wash": 0}
        part = Part(
            lot,
            account or event.account,
            event.symbol,
            Whole(event.quantity, amounts),
            Fraction(basis, event.quantity),
            Fraction(loss_basis, event.quantity),
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

    def drop_empty(self) -> None:
        self.parts = [part for part in self.parts if not part.is_gone]

    def count(self, term: str, account: str, amount: int) -> None:
        """Add to a term of the identity, which is about the taxable accounts."""
        if not self.accounts[account].is_tax_deferred:
            self.sums[term] += amount
