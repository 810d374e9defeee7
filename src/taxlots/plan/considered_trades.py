"""A trade that somebody considers, as the fold books it in a dry run: pieces and matches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.domain.money import SHARE, apportion, shares
from taxlots.domain.problem import Problem
from taxlots.plan.selection import SaleRequest, sale_row, unused_id
from taxlots.plan.what_if import executed


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldPart:
    """A sub-lot, or a part of one, that a sale closes, in the order of relief.

    ``acquired`` is a day number and ``rank`` the lot's place in the order of acquisition.
    ``is_tested`` tells that it is sold at a loss that section 1091 reaches, ``is_unknown`` that
    its basis is not known, and ``has_served`` that its shares have replaced a loss themselves.
    """

    lot_id: str
    acquired: int
    rank: int
    quantity: int
    basis_cents: int
    proceeds_cents: int
    is_tested: bool
    is_unknown: bool
    has_served: bool = False

    @property
    def loss_cents(self) -> int:
        """The loss that section 1091 reaches; 0 where there is none."""
        return max(0, self.basis_cents - self.proceeds_cents) if self.is_tested else 0

    def cut_to(self, quantity: int) -> SoldPart:
        """The first units of it alone."""
        return replace(
            self,
            quantity=quantity,
            basis_cents=apportion(self.basis_cents, quantity, self.quantity),
            proceeds_cents=apportion(self.proceeds_cents, quantity, self.quantity),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldMatch:
    """Shares of ``lot_id`` that replace a loss in the dry run.

    Of a considered sale ``part`` is the place of the part that is sold; of a considered purchase
    ``sale_id`` and ``loss_*`` name the loss.  ``quantity`` is in the loss lot's units, days are
    numbers, and ``outcome`` says where the loss goes, as the fold numbers it.
    """

    part: int
    sale_id: str
    sold: int
    loss_account: str
    loss_symbol: str
    loss_lot_id: str
    lot_id: str
    account: str
    symbol: str
    acquired: int
    quantity: int
    disallowed_cents: int
    outcome: int


@dataclass(frozen=True, slots=True)
class ConsideredSale:
    """The parts that a sale closes in their order of relief, and what replaces their losses."""

    parts: tuple[SoldPart, ...]
    matches: tuple[FoldMatch, ...] = ()

    def cut_to(self, quantity: int) -> ConsideredSale:
        """The same sale of fewer shares: its first parts; what replaces them is not known."""
        found = []
        left = quantity
        for part in self.parts:
            if left <= 0:
                break
            found.append(part if part.quantity <= left else part.cut_to(left))
            left -= part.quantity
        return ConsideredSale(tuple(found))


def considered_sale(
    books: Books,
    request: SaleRequest,
    settlement: Callable[[int], int],
    *,
    method: str = "",
    lots: str = "",
) -> tuple[ConsideredSale | None, list[Problem]]:
    """Book a sale in a dry run; None where the books refuse it, with the problems."""
    row = sale_row(request, unused_id(books), method, lots)
    after, problems = executed(books, [row], settlement)
    if after is None:
        return None, problems
    return _sale_in(after, row["id"]), problems


def considered_purchase(
    books: Books, request: SaleRequest, settlement: Callable[[int], int]
) -> tuple[tuple[FoldMatch, ...] | None, list[Problem]]:
    """Book a purchase in a dry run: the losses that it disallows, earliest first.

    ``request`` names account, symbol, quantity, price and day.
    """
    row = {**sale_row(request, unused_id(books), "", ""), "action": "BUY"}
    row["price"] = shares(max(request.price, SHARE // 100))
    after, problems = executed(books, [row], settlement)
    if after is None:
        return None, problems
    bought = _journal_row(after, row["id"])
    matches = [m for m in _matches(after, {}) if m.lot_id == row["id"]] if bought >= 0 else []
    return tuple(matches), problems


def _journal_row(books: Books, name: str) -> int:
    """The row of the journal that bears an id; it is among the last ones."""
    ids = books.journal.ids
    for row in range(len(ids) - 1, -1, -1):
        if ids[row].as_py() == name:
            return row
    return -1


def _sale_in(books: Books, name: str) -> ConsideredSale:
    """The realized pieces of a sale in the order in which they were relieved, and their matches."""
    rows = books.state.table("rows")
    events = books.blueprint.tables["events"]
    mine = np.flatnonzero(events["row"][rows["event"]] == _journal_row(books, name))
    parts = []
    for at in mine.tolist():
        row = rows[at]
        parts.append(
            SoldPart(
                lot_id=_lot_name(books, int(row["lot"])),
                acquired=int(row["acquired"]),
                rank=int(row["lot"]),
                quantity=int(row["quantity"]),
                basis_cents=int(row["basis_cents"]),
                proceeds_cents=int(row["proceeds_cents"]),
                is_tested=bool(row["flags"] & kinds.TESTED),
                is_unknown=bool(row["flags"] & kinds.UNKNOWN_BASIS),
                has_served=bool(row["flags"] & kinds.REPLACEMENT),
            )
        )
    place = {at: number for number, at in enumerate(mine.tolist())}
    found = [match for match in _matches(books, place) if match.part >= 0]
    return ConsideredSale(tuple(parts), tuple(found))


def _matches(books: Books, place: dict[int, int]) -> list[FoldMatch]:
    """Every match of the last days, with the place of its row among those asked for."""
    rows = books.state.table("rows")
    lots = books.state.table("lots")
    events = books.blueprint.tables["events"]
    matches = books.state.table("matches")
    is_asked = np.isin(matches["row"], list(place))
    if not place:
        is_asked = lots["acquired"][matches["lot"]] == books.as_of
    found = []
    for match in matches[is_asked]:
        row = rows[match["row"]]
        account, symbol, _ = books.blueprint.places[int(match["position"])]
        loss_account, loss_symbol, _ = books.blueprint.places[int(row["position"])]
        found.append(
            FoldMatch(
                part=place.get(int(match["row"]), -1),
                sale_id=books.journal.id(int(events["row"][row["event"]])),
                sold=int(row["window"]),
                loss_account=loss_account,
                loss_symbol=loss_symbol,
                loss_lot_id=_lot_name(books, int(row["lot"])),
                lot_id=_lot_name(books, int(match["lot"])),
                account=account,
                symbol=symbol,
                acquired=int(lots["acquired"][match["lot"]]),
                quantity=int(match["quantity"]),
                disallowed_cents=int(match["disallowed_cents"]),
                outcome=int(match["rule"]),
            )
        )
    return found


def _lot_name(books: Books, lot: int) -> str:
    """The id of the transaction that opened a lot."""
    event = int(books.state.table("lots")["event"][lot])
    return books.journal.id(int(books.blueprint.tables["events"]["row"][event]))
