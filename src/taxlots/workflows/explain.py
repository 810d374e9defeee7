"""Explaining one row of a book: what it realized, opened or changed, and why."""

from __future__ import annotations

import difflib
from datetime import date, datetime

from taxlots.book.booking import Books
from taxlots.book.checks import void_rows
from taxlots.book.journal import ACTIONS
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import UsageError
from taxlots.reports.explained import Story
from taxlots.workflows.evidence import Evidence, evidence_of
from taxlots.workflows.explain_lookup import lots_of_row
from taxlots.workflows.explain_lot import lot_story
from taxlots.workflows.explain_row import row_story
from taxlots.workflows.explain_sale import sale_story, sales_of_row
from taxlots.workflows.replay import replay

OFFERED = 5
"""How many ids a message offers when the asked one is not there."""


def explain(
    book: str, name: str, *, as_of: date | None = None, known_at: datetime | None = None
) -> tuple[Story, Books]:
    """The story of the row that bears an id.

    Of a row that closed lots or realized something, how each figure came about; of a row that
    opened a lot, what became of it; of any other that changed lots, what it did to each.

    Raises UsageError where the book has no row of that id, or one that touches no lot; DataError
    where the book has errors.
    """
    books = replay(book, as_of=as_of, known_at=known_at)
    row = _booked_row(books, _row_of(books, name), name)
    with evidence_of(books, book) as evidence:
        story = story_of_row(books, evidence, row)
    if story is not None:
        return story, books
    action = ACTIONS[int(books.journal.action[row])]
    raise UsageError(
        f"{name!r} is a {action} row, which neither closes nor opens a lot, nor changes one; "
        "name a sale, the purchase that opened a lot, or an action that changed lots"
    )


def story_of_row(books: Books, evidence: Evidence, row: int) -> Story | None:
    """The story of a booked row; None if it touches no lot."""
    sold = sale_story(books, evidence, sales_of_row(books, row))
    if sold is not None:
        return sold
    lots = lots_of_row(books, row)
    if len(lots) == 1:
        return lot_story(books, evidence, lots[0])
    return row_story(books, evidence, row)


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
