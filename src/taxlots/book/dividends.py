"""Dividends lot by lot: which part of each was held long enough to be qualified."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.journal import ACTION_CODE, ACTIONS
from taxlots.book.of_record import (
    Distribution,
    HeldLot,
    Restatement,
    distributions,
    held_at,
    rounded,
)
from taxlots.book.tables import NONE
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.domain.dividend import PendingDividend
from taxlots.domain.security import Security, SecurityKind, TaxClass
from taxlots.law.s1h11_qualified_dividends import (
    days_held,
    is_held_enough,
    qualified_from,
    window_end,
    window_start,
)
from taxlots.law.s1059_extraordinary_dividends import is_extraordinary

if TYPE_CHECKING:
    from taxlots.book.booking import Books

QUALIFIED: Final = "qualified"
ORDINARY: Final = "ordinary"
OPEN: Final = "open"
"""Not held long enough yet, but it will be on ``qualified_from`` if the shares are kept."""

LEAVING: Final = (kinds.SELL, kinds.SURRENDER, kinds.DELIVER)
"""Events whose realized rows are shares that left; other rows are cash on shares that stayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotDividend:
    """A dividend on part of a lot: on shares that were closed on one day, or are still held.

    ``quantity`` is in the units of the day of record (1e-8), ``cents`` their part of the dividend;
    ``closed`` is None for shares still held.  ``last_day`` of the window and ``qualified_from``
    are day numbers; the dividend can be a qualified one only if the latter is not later.
    """

    row: int
    lot_row: int
    lot: int
    position: int
    ex_day: int
    held_since: int
    quantity: Fraction
    cents: int
    first_day: int
    last_day: int
    closed: int | None
    days: int
    qualified_from: int
    outcome: str
    is_extraordinary: bool


def dividends_of(books: Books) -> list[LotDividend]:
    """Every dividend with an ``ex_date`` in a taxable account, by row, lot and day of closing.

    The money of a dividend is spread over the units of record by cumulative shares, so that its
    lines sum to it.
    """
    journal = books.journal
    is_blank = journal.day["ex_date"][1]
    if not ((journal.action == ACTION_CODE[Action.DIVIDEND]) & ~is_blank).any():
        return []
    paid = [one for one in distributions(books, (Action.DIVIDEND,)) if not is_blank[one.row]]
    held = held_at(books, ((one.position, one.ex_day) for one in paid))
    closings = _Closings(books)
    found: list[LotDividend] = []
    for one in paid:
        found.extend(_lines(books, one, held.get((one.position, one.ex_day), []), closings))
    return found


def pending_dividends(books: Books) -> list[PendingDividend]:
    """The dividends on open lots that a sale on the as-of day would leave ordinary."""
    return [
        PendingDividend(
            lot_id=books.journal.id(line.lot_row),
            ex_date=date_of(line.ex_day),
            qualified_from=date_of(line.qualified_from),
            cents=line.cents,
        )
        for line in dividends_of(books)
        if line.outcome == OPEN
    ]


def has_dividends(books: Books) -> bool:
    """Whether the book has dividends whose ex-dividend date is stated."""
    is_blank = books.journal.day["ex_date"][1]
    return bool(((books.journal.action == ACTION_CODE[Action.DIVIDEND]) & ~is_blank).any())


def can_be_qualified(security: Security) -> bool:
    """Whether dividends of this issuer can be qualified: those of corporations and funds."""
    if security.kind in (SecurityKind.BOND, SecurityKind.DIGITAL_ASSET):
        return False
    return security.tax_class in (TaxClass.CORPORATION, TaxClass.RIC)


def _lines(
    books: Books, one: Distribution, of_record: list[HeldLot], closings: _Closings
) -> list[LotDividend]:
    total = sum(lot.quantity for lot in of_record)
    symbol = books.journal.symbol_of(one.row)
    security = books.record.securities.get(symbol) or Security(symbol=symbol)
    is_preferred = security.is_preferred
    last = window_end(one.ex_day, is_preferred)
    found = []
    seen = Fraction(0)
    given = 0
    for lot in of_record:
        basis = lot.basis_cents
        share = one.cents * lot.quantity // total
        is_large = not lot.is_unknown and is_extraordinary(share, basis, is_preferred)
        first_day = qualified_from(lot.held_since, one.ex_day, is_preferred)
        for closed, units in closings.parts(one.position, lot):
            seen += units
            upto = rounded(Fraction(one.cents * seen, total))
            end = books.as_of if closed is None else closed
            days = days_held(lot.held_since, end, one.ex_day, is_preferred)
            found.append(
                LotDividend(
                    row=one.row,
                    lot_row=closings.row_of(lot.lot),
                    lot=lot.lot,
                    position=one.position,
                    ex_day=one.ex_day,
                    held_since=lot.held_since,
                    quantity=units,
                    cents=upto - given,
                    first_day=window_start(one.ex_day, is_preferred),
                    last_day=last,
                    closed=closed,
                    days=days,
                    qualified_from=first_day,
                    outcome=_outcome(
                        can_be_qualified(security),
                        is_held_enough(days, is_preferred),
                        closed is None and books.as_of < first_day <= last,
                    ),
                    is_extraordinary=is_large,
                )
            )
            given = upto
    return found


def _outcome(is_eligible: bool, is_enough: bool, may_become: bool) -> str:
    if not is_eligible:
        return ORDINARY
    if is_enough:
        return QUALIFIED
    return OPEN if may_become else ORDINARY


class _Closings:
    """When the units of a lot that were held on a day of record left."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._restated = Restatement(books)
        events = books.blueprint.tables["events"]
        self._events = events
        self._lot_events = books.state.table("lots")["event"]
        rows = books.state.table("rows")
        self._sold: dict[int, list[tuple[int, int, int, int]]] = {}
        leaves = np.isin(events["kind"][rows["event"]], LEAVING)
        for row in rows[leaves]:
            told = int(row["event"]), int(row["sold"]), int(row["position"]), int(row["quantity"])
            self._sold.setdefault(int(row["lot"]), []).append(told)
        slots = books.state.table("slots")
        self._open: dict[int, list[tuple[int, int]]] = {}
        for slot in slots[(slots["quantity"] > 0) & (slots["flags"] & kinds.CLOSED == 0)]:
            told_open = int(slot["position"]), int(slot["quantity"])
            self._open.setdefault(int(slot["lot"]), []).append(told_open)
        self._given = self._gifts()

    def row_of(self, lot: int) -> int:
        """The journal row that opened a lot."""
        return int(self._events["row"][int(self._lot_events[lot])])

    def parts(self, position: int, lot: HeldLot) -> list[tuple[int | None, Fraction]]:
        """The days of closing of a lot's units of record with their units, None for the rest.

        Shares that stayed in the account come first; shares that moved to another account and
        were sold there count as far as the account's own sales leave room.
        """
        names = self._restated.names_of(position)
        left = Fraction(lot.quantity)
        by_day: dict[int, Fraction] = {}
        sold = [
            one
            for one in self._sold.get(lot.lot, ())
            if one[0] >= lot.stop and self._is(one, names)
        ]
        for event, day, at, quantity in sorted(sold, key=lambda one: (one[2] != position, one[0])):
            ratio = self._restated.ratio(lot.stop, event, (position, at))
            units = min(left, Fraction(quantity, ratio))
            if units > 0:
                by_day[day] = by_day.get(day, Fraction(0)) + units
                left -= units
        open_units = self._open_units(position, lot, names)
        given = self._given_from(position, lot.stop)
        if left > open_units and given is not None:
            by_day[given] = by_day.get(given, Fraction(0)) + left - open_units
            left = open_units
        found: list[tuple[int | None, Fraction]] = sorted(by_day.items())
        return [*found, (None, left)] if left > 0 else found

    def _is(self, one: tuple[int, int, int, int], names: set[str]) -> bool:
        return self._books.blueprint.places[one[2]][1] in names

    def _open_units(self, position: int, lot: HeldLot, names: set[str]) -> Fraction:
        end = len(self._events)
        found = Fraction(0)
        for at, quantity in self._open.get(lot.lot, ()):
            if self._books.blueprint.places[at][1] in names:
                ratio = self._restated.ratio(lot.stop, end, (position, at))
                found += Fraction(quantity, ratio)
        return found

    def _given_from(self, position: int, stop: int) -> int | None:
        """The first day after an event on which shares of a position were given away."""
        given = self._given.get(self._books.blueprint.places[position][:2], ())
        return next((day for event, day in given if event >= stop), None)

    def _gifts(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """Events and days on which shares of a position were given away."""
        found: dict[tuple[str, str], list[tuple[int, int]]] = {}
        action = self._books.journal.action
        for at in np.flatnonzero(self._events["kind"] == kinds.DEPART).tolist():
            done = ACTIONS[action[int(self._events["row"][at])]]
            place = int(self._events["position"][at])
            if done is not Action.TRANSFER_OUT and place != NONE:
                account, symbol, _ = self._books.blueprint.places[place]
                told = at, int(self._events["day"][at])
                found.setdefault((account, symbol), []).append(told)
        return found
