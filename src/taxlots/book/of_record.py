"""Who held what on a day of record: the lots that a dividend or distribution was paid on.

The fold runs once more, without its results, and stops at each day that is asked for; so splits,
transfers and exchanges before the day are those of the books.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.checks import void_rows
from taxlots.book.journal import ACTION_CODE, ACTIONS, flag
from taxlots.book.state import State, begin
from taxlots.book.tables import NONE
from taxlots.domain.action import Action
from taxlots.domain.money import apportion

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.cells import Int64

FIELDS: Final = ("lot", "acquired", "holding_period", "flags", "quantity", "open_cents", "next")

Point = tuple[int, int]
"""A position and an ex-dividend day: who held at the end of the day before it is of record."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Cash that an issuer paid in a taxable account: a journal row, and what it was paid on.

    ``position`` is the position of its account and symbol, -1 if there was never one;
    ``ex_day`` is the row's ``ex_date``, else its date.
    """

    row: int
    action: Action
    position: int
    ex_day: int
    cents: int
    is_elected: bool


@dataclass(frozen=True, slots=True)
class HeldLot:
    """What of a lot was held on a day of record.

    ``held_since`` is the day on which its holding period began without the days of a wash sale
    (26 USC 246(c)(3)(B)), the latest where its parts differ.  ``stop`` is the first event that
    comes after the day of record.
    """

    lot: int
    quantity: int
    basis_cents: int
    held_since: int
    is_unknown: bool
    stop: int


def distributions(books: Books, actions: Iterable[Action]) -> list[Distribution]:
    """The payments of these kinds that stand in taxable accounts, in order of their rows."""
    journal = books.journal
    wanted = np.isin(journal.action, [ACTION_CODE[action] for action in actions])
    if not wanted.any():
        return []
    wanted &= ~void_rows(journal) & (journal.day["date"][0] <= books.as_of)
    taxable = {a.id for a in books.record.accounts if not a.kind.is_tax_deferred}
    place = {
        (account, symbol): number
        for number, (account, symbol, way) in enumerate(books.blueprint.places)
        if not way
    }
    ex_day, is_blank = journal.day["ex_date"]
    amount = journal.number["amount"].values
    found = []
    for row in np.flatnonzero(wanted).tolist():
        account, symbol = journal.account_of(row), journal.symbol_of(row)
        if account in taxable and symbol and amount[row] > 0:
            day = journal.day["date"][0][row] if is_blank[row] else ex_day[row]
            found.append(
                Distribution(
                    row=row,
                    action=ACTIONS[journal.action[row]],
                    position=place.get((account, symbol), NONE),
                    ex_day=int(day),
                    cents=int(amount[row]),
                    is_elected=flag(journal, "elected", row),
                )
            )
    return found


def rounded(cents: Fraction) -> int:
    """Exact cents as whole ones, rounded half up."""
    return apportion(cents.numerator, 1, cents.denominator)


def held_at(books: Books, points: Iterable[Point]) -> dict[Point, list[HeldLot]]:
    """What each position held at the end of the day before, in order of rank."""
    stops = _stops(books, {point for point in points if point[0] != NONE})
    compiled = books.state.is_compiled
    state = begin(books.blueprint.tables, books.record.policy, books.view, compiled=compiled)
    found = {}
    for point, stop in sorted(stops.items(), key=lambda item: (item[1], item[0])):
        if stop > state.booked:
            state.advance(stop)
        found[point] = _lots_of(state, point[0], stop)
    return found


def _stops(books: Books, points: set[Point]) -> dict[Point, int]:
    """For each point, how many events come before the end of its household's day before."""
    events = books.blueprint.tables["events"]
    of_account = {a.id: books.households.index(a.household) for a in books.record.accounts}
    own: dict[int, tuple[Int64, Int64]] = {}
    stops = {}
    for position, day in points:
        household = of_account[books.blueprint.places[position][0]]
        if household not in own:
            mine = np.flatnonzero(books.blueprint.household == household)
            own[household] = mine, events["day"][mine].astype(np.int64)
        mine, days = own[household]
        before = int(np.searchsorted(days, day, "left"))
        stops[position, day] = int(mine[before - 1]) + 1 if before else 0
    return stops


def _lots_of(state: State, position: int, stop: int) -> list[HeldLot]:
    if not state.booked:
        return []
    positions: Any = state.book.positions
    slots: Any = state.book.slots
    read = itemgetter(*FIELDS) if state.is_compiled else attrgetter(*FIELDS)
    head = itemgetter("head") if state.is_compiled else attrgetter("head")
    found: dict[int, HeldLot] = {}
    at = int(head(positions[position]))
    while at != NONE:
        lot, acquired, holding_period, flags, quantity, cents, at = map(int, read(slots[at]))
        since = held_since(acquired, holding_period, flags)
        known = found.get(lot)
        found[lot] = HeldLot(
            lot=lot,
            quantity=quantity + (known.quantity if known else 0),
            basis_cents=cents + (known.basis_cents if known else 0),
            held_since=max(since, known.held_since) if known else since,
            is_unknown=bool(flags & kinds.UNKNOWN_BASIS),
            stop=stop,
        )
    return [found[number] for number in sorted(found) if found[number].quantity > 0]


def held_since(acquired: int, holding_period: int, flags: int) -> int:
    """The holding period's first day without what a wash sale added (26 USC 246(c)(3)(B))."""
    return max(acquired, holding_period) if flags & kinds.REPLACEMENT else holding_period


class Restatement:
    """What shares of one day are on a later one: splits, exchanges and new names between."""

    def __init__(self, books: Books) -> None:
        events = books.blueprint.tables["events"]
        details = books.blueprint.tables["details"]
        self._places = books.blueprint.places
        self._households = {a.id: a.household for a in books.record.accounts}
        self._changes: dict[tuple[str, str], list[tuple[int, str, Fraction]]] = {}
        self._later: dict[str, set[str]] = {}
        moving = np.isin(events["kind"], (kinds.SPLIT, kinds.EXCHANGE, kinds.RENAME))
        for at in np.flatnonzero(moving).tolist():
            detail = details[events["detail"][at]]
            account, symbol, _ = self._places[int(events["position"][at])]
            if events["kind"][at] != kinds.SPLIT:
                later = self._places[int(detail["to_position"])][1]
                self._later.setdefault(symbol, set()).add(later)
            if int(detail["denominator"]) and int(detail["numerator"]):
                ratio = Fraction(int(detail["numerator"]), int(detail["denominator"]))
                only = account if events["kind"][at] == kinds.EXCHANGE else ""
                key = self._households[account], symbol
                self._changes.setdefault(key, []).append((at, only, ratio))

    def names_of(self, position: int) -> set[str]:
        """The symbols that shares of a position can bear later on, its own among them."""
        found: set[str] = set()
        open_names = {self._places[position][1]}
        while open_names:
            name = open_names.pop()
            found.add(name)
            open_names |= self._later.get(name, set()) - found
        return found

    def ratio(self, start: int, stop: int, positions: tuple[int, int]) -> Fraction:
        """Units at event ``stop`` for one unit at event ``start``, from one position to another."""
        found = Fraction(1)
        if not self._changes:
            return found
        accounts = {"", *(self._places[position][0] for position in positions)}
        household = self._households[self._places[positions[0]][0]]
        for symbol in {self._places[position][1] for position in positions}:
            for at, only, ratio in self._changes.get((household, symbol), ()):
                if start <= at < stop and only in accounts:
                    found *= ratio
        return found
