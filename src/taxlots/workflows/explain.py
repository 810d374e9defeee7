"""Explaining one sale or one lot of a book."""

from __future__ import annotations

import difflib
from datetime import date, datetime

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.checks import void_rows
from taxlots.book.journal import ACTIONS
from taxlots.book.tables import NONE
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import UsageError
from taxlots.reports.explained import Story
from taxlots.workflows.evidence import evidence_of
from taxlots.workflows.explain_lot import lot_of_row, lot_story
from taxlots.workflows.explain_sale import sale_story
from taxlots.workflows.replay import replay

OFFERED = 5
"""How many ids a message offers when the asked one is not there."""


def explain(
    book: str, name: str, *, as_of: date | None = None, known_at: datetime | None = None
) -> tuple[Story, Books]:
    """The story of the sale, or of the lot, that bears an id.

    Raises UsageError where the book has no sale and no lot of that id, DataError where the book
    has errors.
    """
    books = replay(book, as_of=as_of, known_at=known_at)
    row = _booked_row(books, _row_of(books, name), name)
    events = books.blueprint.tables["events"]
    sales = np.flatnonzero((events["row"] == row) & (events["kind"] == kinds.SELL))
    with evidence_of(books, book) as evidence:
        if len(sales):
            return sale_story(books, evidence, int(sales[0])), books
        if lot_of_row(books, row) != NONE:
            return lot_story(books, evidence, row), books
    action = ACTIONS[int(books.journal.action[row])]
    raise UsageError(
        f"{name!r} is a {action} row, which neither closes nor opens a lot; "
        "name a sale, or the purchase that opened a lot"
    )


def _row_of(books: Books, name: str) -> int:
    ids: list[str] = books.journal.ids.to_pylist()
    if name in ids:
        return ids.index(name)
    near = difflib.get_close_matches(name, ids, OFFERED)
    offered = f"; near to it: {', '.join(near)}" if near else ""
    raise UsageError(
        f"the book has no transaction {name!r}{offered}. `taxlots gains` and `taxlots lots` list "
        "the ids of sales and lots"
    )


def _booked_row(books: Books, row: int, name: str) -> int:
    """The row under which a transaction is booked: of several fills the first."""
    journal = books.journal
    if void_rows(journal)[row]:
        raise UsageError(f"{name!r} was taken back by a VOID row: it is as if it had never been")
    day = int(journal.day["date"][0][row])
    if day > books.as_of:
        raise UsageError(
            f"{name!r} is of {date_of(day)}, after {date_of(books.as_of)}; use a later --as-of"
        )
    return next((first for first, fills in books.fills.items() if row in fills), row)
