"""What explanations look up in the books: the rows, places and terms behind events and lots."""

from __future__ import annotations

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.tables import NONE, Terms
from taxlots.domain.money import cut
from taxlots.reports.explained import Shares

TO_POSITION = (kinds.DISTRIBUTE, kinds.OPEN_BY_TERMS, kinds.OPEN_BY_OPTION)
"""Events that open their lot in another position than the one that they start from."""


def row_of_event(books: Books, event: int) -> int:
    """The journal row of an event; of several fills the first."""
    return int(books.blueprint.tables["events"]["row"][event])


def day_of_event(books: Books, event: int) -> int:
    """The day number of an event."""
    return int(books.blueprint.tables["events"]["day"][event])


def event_of_lot(books: Books, lot: int) -> int:
    """The event that opened a lot."""
    return int(books.state.table("lots")["event"][lot])


def id_of_lot(books: Books, lot: int) -> str:
    """The id of a lot: that of the row that opened it."""
    return books.journal.id(row_of_event(books, event_of_lot(books, lot)))


def lots_of_row(books: Books, row: int) -> list[int]:
    """The numbers of the lots that a row opened."""
    opened = books.state.table("lots")["event"]
    rows = np.where(opened == NONE, NONE, books.blueprint.tables["events"]["row"][opened])
    return [int(lot) for lot in np.flatnonzero(rows == row)]


def position_of_lot(books: Books, event: int) -> int:
    """The position in which the event of a lot put it."""
    if int(books.blueprint.tables["events"]["kind"][event]) in TO_POSITION:
        return target_of(books, event)
    return int(books.blueprint.tables["events"]["position"][event])


def target_of(books: Books, event: int) -> int:
    """The position that an event leads to; NONE if to none."""
    tables = books.blueprint.tables
    detail = int(tables["events"]["detail"][event])
    return NONE if detail == NONE else int(tables["details"]["to_position"][detail])


def account_of(books: Books, position: int) -> str:
    """The account of a position."""
    return books.blueprint.places[position][0]


def symbol_of(books: Books, position: int) -> str:
    """The symbol of a position."""
    return books.blueprint.places[position][1]


def shares_at(books: Books, position: int, units: int) -> Shares:
    """Units of what a position is of."""
    return Shares(units=units, symbol=symbol_of(books, position))


def is_owed(books: Books, position: int) -> bool:
    """Whether a position is what is owed: short sales, written options."""
    return bool(int(books.blueprint.tables["positions"]["flags"][position]) & kinds.SHORT)


def is_option(books: Books, position: int) -> bool:
    """Whether a position is of an option."""
    security = books.record.securities.get(symbol_of(books, position))
    return security is not None and bool(security.underlying)


def terms_of(books: Books, event: int) -> Terms | None:
    """The terms of a corporate action; None where an event has none."""
    tables = books.blueprint.tables
    detail = int(tables["events"]["detail"][event])
    number = NONE if detail == NONE else int(tables["details"]["terms"][detail])
    return None if number == NONE else Terms(*tables["terms"][number].tolist())


def new_units_of(books: Books, event: int, terms: Terms, held: int) -> int:
    """What a corporate action brings for the units held: as stated, or by its ratio."""
    if terms.units > 0:
        return terms.units
    tables = books.blueprint.tables
    detail = tables["details"][int(tables["events"]["detail"][event])]
    return cut(held, int(detail["numerator"]), int(detail["denominator"]))
