"""The lots that the book holds and closed, in the form in which they meet the custodian's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from taxlots.book.booking import Books, book_record
from taxlots.book.cells import Int64
from taxlots.book.checks import void_rows
from taxlots.book.journal import ACTIONS, day_or_none
from taxlots.book.record import Record
from taxlots.book.results import open_lots_of, realized_of, short_lots_of, wash_sales_of
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.domain.method import ReliefMethod
from taxlots.domain.view import View
from taxlots.market_data.calendars import settlement_day
from taxlots.workflows.lot_facts import Happening, Opening, PositionFacts
from taxlots.workflows.lot_matching import LotFigures
from taxlots.workflows.narrowed_record import households_of

Place = tuple[str, str]
"""Account and symbol."""

Lots = Mapping[Place, Sequence[LotFigures]]

METHODS: Final = tuple(m for m in ReliefMethod if m not in {"AVERAGE", "HIGHEST_COST"})
"""Standing methods under which a position is tried; HIGHEST_COST is HIFO by another name."""


def open_figures(books: Books) -> Lots:
    """The open lots by place; parts of one lot stand apart, and what is owed is negative.

    The basis of a short lot is what the short sale brought.
    """
    lots, owed = open_lots_of(books), short_lots_of(books)
    found: dict[Place, list[LotFigures]] = defaultdict(list)
    for at, name in enumerate(_names(books, lots.lot_row)):
        basis = None if lots.is_unknown[at] else int(lots.basis[at])
        wash = int(lots.wash[at])
        found[_place(books, int(lots.position[at]))].append(
            LotFigures(
                name=name,
                quantity=int(lots.quantity[at]),
                basis_cents=basis,
                days=_days(int(lots.acquired[at]), int(lots.holding_period[at])),
                unadjusted_cents=None if basis is None else basis - wash,
                wash_cents=wash,
            )
        )
    for at, name in enumerate(_names(books, owed.lot_row)):
        found[_place(books, int(owed.position[at]))].append(
            LotFigures(
                name=name,
                quantity=-int(owed.quantity[at]),
                basis_cents=int(owed.proceeds[at]),
                days=(date_of(int(owed.opened[at])),),
            )
        )
    return found


def realized_figures(books: Books, places: Collection[Place] | None = None) -> Lots:
    """The closed pieces by place, in the order of their sales; of some places alone if told."""
    pieces = realized_of(books)
    sales = _names(books, pieces.sale_row)
    found: dict[Place, list[LotFigures]] = defaultdict(list)
    wanted = [places is None or own[:2] in places for own in books.blueprint.places]
    for at, name in enumerate(_names(books, pieces.lot_row)):
        if not wanted[pieces.position[at]]:
            continue
        found[_place(books, int(pieces.position[at]))].append(
            LotFigures(
                name=name,
                sale=sales[at],
                quantity=int(pieces.quantity[at]),
                basis_cents=None if pieces.is_unknown[at] else int(pieces.basis[at]),
                days=_days(int(pieces.acquired[at]), int(pieces.holding_period[at])),
                closed=date_of(int(pieces.sold[at])),
                proceeds_cents=int(pieces.proceeds[at]),
                disallowed_cents=int(pieces.disallowed[at]),
                term="LT" if pieces.is_long[at] else "ST",
            )
        )
    return found


def facts_by_place(books: Books, places: Collection[Place]) -> dict[Place, PositionFacts]:
    """What the journal tells of each place up to the as-of day of the books."""
    notes = _Notes(books, places)
    journal = books.journal
    live = ~void_rows(journal) & (journal.day["date"][0] <= books.as_of)
    for row in np.flatnonzero(live).tolist():
        notes.take(row)
    deferred = _deferred(books)
    return {
        place: PositionFacts(
            account=place[0],
            symbol=place[1],
            as_of=date_of(books.as_of),
            openings=notes.openings[place],
            sale_fees=notes.sale_fees[place],
            happenings=notes.happenings[place],
            deferred=deferred.get(place, []),
            method=notes.own_methods.get(place) or notes.methods.get(place[0], "FIFO"),
            is_averaged=place in notes.averaged,
        )
        for place in places
    }


class _Notes:
    """Goes through the rows of a journal and notes what concerns some places."""

    def __init__(self, books: Books, places: Collection[Place]) -> None:
        self.journal = books.journal
        self.places = set(places)
        self.openings: dict[Place, dict[str, Opening]] = defaultdict(dict)
        self.sale_fees: dict[Place, dict[str, int]] = defaultdict(dict)
        self.happenings: dict[Place, list[Happening]] = defaultdict(list)
        self.methods = {a.id: str(a.method) for a in books.record.accounts}
        self.own_methods: dict[Place, str] = {}
        self.averaged: set[Place] = set()

    def take(self, row: int) -> None:
        """Note one row of the journal."""
        journal = self.journal
        place = (journal.account_of(row), journal.symbol_of(row))
        for touched in self._touched(place, journal.cell("to_symbol", row)):
            self.happenings[touched].append(self._happening(row))
        arrived = (journal.cell("to_account", row), place[1])
        if arrived in self.places:
            self.happenings[arrived].append(self._happening(row))
        match ACTIONS[int(journal.action[row])]:
            case Action.SET_METHOD if place[1]:
                self.own_methods[place] = journal.cell("method", row)
            case Action.SET_METHOD:
                self.methods[place[0]] = journal.cell("method", row)
            case Action.ELECT_AVERAGE:
                self.averaged.add(place)
            case Action.REVOKE_AVERAGE:
                self.averaged.discard(place)
            case Action.SELL | Action.SELL_OPTION:
                fees = int(journal.number["fees"].values[row])
                self.sale_fees[place][journal.id(row)] = fees
            case _ if place in self.places:
                self.openings[place][journal.id(row)] = self._opening(row)

    def _touched(self, place: Place, to_symbol: str) -> list[Place]:
        """The places that a row concerns: a blank account stands for all."""
        symbols = {name for name in (place[1], to_symbol) if name}
        if place[0]:
            return [own for own in ((place[0], name) for name in symbols) if own in self.places]
        return [own for own in self.places if own[1] in symbols]

    def _happening(self, row: int) -> Happening:
        journal = self.journal
        return Happening(
            id=journal.id(row),
            action=str(ACTIONS[int(journal.action[row])]),
            day=date_of(int(journal.day["date"][0][row])),
            cents=int(journal.number["amount"].values[row]),
        )

    def _opening(self, row: int) -> Opening:
        journal = self.journal
        acquired = day_or_none(journal.day["acquired_date"], row)
        day = int(journal.day["date"][0][row]) if acquired is None else acquired
        return Opening(
            action=str(ACTIONS[int(journal.action[row])]),
            day=date_of(day),
            quantity=int(journal.number["quantity"].values[row]),
            fees_cents=int(journal.number["fees"].values[row]),
            origin=journal.cell("origin", row),
        )


def books_by_method(
    record: Record,
    places: Collection[Place],
    as_of: date,
    view: View = View.TAXPAYER,
) -> dict[str, Books]:
    """The households of some places as they would be booked under each standing method.

    A method under which they cannot be booked is left out.
    """
    wanted = {account for account, _ in places}
    narrow = households_of(record, wanted)
    found = {}
    for method in METHODS:
        changed = (replace(a, method=method) if a.id in wanted else a for a in narrow.accounts)
        tried = replace(narrow, accounts=tuple(changed))
        books, _ = book_record(tried, as_of=as_of, settlement=settlement_day, view=view)
        if books is not None:
            found[str(method)] = books
    return found


def broker_books(record: Record, places: Collection[Place], as_of: date) -> Books | None:
    """The households of some places as a broker must report them, None where that fails."""
    narrow = households_of(record, {account for account, _ in places})
    view = View.BROKER
    return book_record(narrow, as_of=as_of, settlement=settlement_day, view=view)[0]


def _names(books: Books, rows: Int64) -> list[str]:
    """The ids of journal rows."""
    return [str(name) for name in books.journal.ids.take(rows).to_pylist()] if len(rows) else []


def _place(books: Books, position: int) -> Place:
    account, symbol, _ = books.blueprint.places[position]
    return account, symbol


def _days(acquired: int, held: int) -> tuple[date, ...]:
    return tuple(date_of(day) for day in dict.fromkeys((acquired, held)))


def _deferred(books: Books) -> dict[Place, list[int]]:
    """The disallowed losses that joined lots, by the place of the replacement."""
    washes = wash_sales_of(books)
    found: dict[Place, list[int]] = defaultdict(list)
    for position, cents, permanent in zip(
        washes.position.tolist(),
        washes.disallowed.tolist(),
        washes.permanent.tolist(),
        strict=True,
    ):
        if cents > permanent:
            found[_place(books, position)].append(cents - permanent)
    return found


def books_of(record: Record, as_of: date | None) -> Books:
    """The books of a record as of a day.  Raises DataError where it has errors."""
    from taxlots.workflows.replay import replay_record

    return replay_record(record, as_of)
