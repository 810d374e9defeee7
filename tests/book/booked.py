"""Random histories as books, and books as the rows that replay writes."""

from dataclasses import replace
from datetime import date

from tests.engine_adapter import record_of
from tests.histories import History, random_history

from taxlots.book.booking import Books, book_record
from taxlots.book.conservation import conservation_of
from taxlots.book.record import Record
from taxlots.book.state import OF_SLOTS
from taxlots.book.tables import TABLES
from taxlots.market_data.calendars import settlement_day
from taxlots.reports.books_files import result_tables

Rows = dict[str, list[dict[str, str]]]


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def booked(record: Record, as_of: str = "", *, compiled: bool | None = False) -> Books | None:
    """The books of a record; None where it has errors."""
    books, _ = book_record(record, as_of=day(as_of), settlement=settlement_day, compiled=compiled)
    return books


def books_of(history: History, *, compiled: bool | None = False) -> Books:
    books = booked(record_of(history), history.as_of, compiled=compiled)
    assert books is not None, "the generator writes histories that can be booked"
    return books


def rows_of(books: Books) -> Rows:
    """All that replay writes of these books, and the identity's residual."""
    assert conservation_of(books).residual_cents == 0
    return {name: table.to_pylist() for name, table in result_tables(books).items()}


def state_of(books: Books) -> dict[str, list[object]]:
    """Every table of the fold, record by record, without what only says how much room is left."""
    state = books.state
    slots = state.used("slots")
    tables = {name: state.table(name).copy() for name in TABLES}
    tables["tally"]["room"] = 0
    return {
        name: (table[:slots] if name in OF_SLOTS else table).tolist()
        for name, table in tables.items()
    }


def first_rows(history: History, count: int) -> Record:
    """The record as it was when only its first rows had arrived."""
    known = replace(history, rows=history.rows[:count])
    return replace(record_of(known), is_arrival_ordered=False)


def day_ends(history: History) -> list[int]:
    """How many rows were there at the end of each day."""
    dates = [row["date"] for row in history.rows]
    ends = [at for at in range(1, len(dates)) if dates[at] != dates[at - 1]]
    return [*ends, len(dates)]


def drawn(first: int, count: int, size: int) -> list[History]:
    return [random_history(seed, size + seed % 17) for seed in range(first, first + count)]
