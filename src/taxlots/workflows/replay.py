"""Replay: book a record from its first row, and write what the books say."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from taxlots.book.booking import Books, book_record
from taxlots.book.conservation import conservation_of
from taxlots.book.dividends import dividends_of, has_dividends
from taxlots.book.record import Record
from taxlots.book.view_policy import brokers_record
from taxlots.book.year_state import year_states
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, UsageError
from taxlots.domain.view import View
from taxlots.reports.books_files import problem_table, result_tables
from taxlots.reports.dividend_file import dividend_table
from taxlots.reports.failed_folder import problems_alone
from taxlots.reports.folders import FAILURE, MANIFEST, write_folder
from taxlots.reports.section_1256_files import section_1256_tables
from taxlots.reports.year_state import state_cells
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.gather import check_day, gather, is_database
from taxlots.workflows.section_1256 import as_warnings, section_1256_of

VIEWS: Final = tuple(view.value for view in View)
SAME_DAY: Final = ("held", "literal")
"""How a broker reads D1: shares sold by the order of the loss replace nothing, or do."""
FORMATS: Final = ("csv", "parquet")


def replay_record(
    record: Record,
    as_of: date | None = None,
    view: str = View.TAXPAYER.value,
    *,
    same_day: str | None = None,
    compiled: bool | None = None,
) -> Books:
    """The books of a record.  Raises DataError with every problem where there are errors.

    Raises UsageError for a day that books cannot have.
    ``same_day`` is for the broker's view alone, which does not follow the record's policy; see
    ``book.view_policy``.
    """
    if as_of is not None:
        check_day(as_of)
    whose = _view(view, same_day)
    if whose is View.BROKER:
        record = brokers_record(record, held_after_sale=same_day != "literal")
    books, problems = book_record(
        record, as_of=as_of, settlement=_settlement, view=whose, compiled=compiled
    )
    if books is None:
        raise DataError(problems)
    return books


def _view(view: str, same_day: str | None) -> View:
    if view not in VIEWS:
        raise UsageError(f"there is no view {view!r}; use one of " + ", ".join(VIEWS))
    if same_day is not None and same_day not in SAME_DAY:
        raise UsageError(f"--same-day {same_day!r} is no reading; use " + " or ".join(SAME_DAY))
    if same_day is not None and view != View.BROKER.value:
        raise UsageError(
            "--same-day is how a broker reads D1; add --view broker, or set held_after_sale in "
            "book.toml for the taxpayer's books"
        )
    return View(view)


def replay(
    book: str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    view: str = View.TAXPAYER.value,
    same_day: str | None = None,
) -> Books:
    """The books of a folder or database.  Raises UsageError and DataError.

    A closed year that they restate is a warning among their problems.
    """
    _view(view, same_day)
    record, problems = gather(book, known_at=known_at)
    if record is None:
        raise DataError(problems)
    books = replay_record(record, as_of, view, same_day=same_day)
    if is_database(book):
        from taxlots.workflows.closed_years import restated_warnings

        books.problems.extend(restated_warnings(book, books, as_of=as_of, known_at=known_at))
    return books


def write_replay(
    book: str,
    out: Path,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    view: str = View.TAXPAYER.value,
    same_day: str | None = None,
    file_format: str = "csv",
) -> Books:
    """Replay a book and write ``realized, lots, wash_sales, problems`` and a manifest.

    ``dividends`` too, if the journal states the ``ex_date`` of any; ``section_1256`` and
    ``section_1256_positions``, if the book has such contracts.  A price that is missing for these
    stops nothing: it is a warning here.

    On errors the folder holds ``problems.csv`` alone, and DataError is raised.
    """
    if file_format not in FORMATS:
        raise UsageError(f"there is no format {file_format!r}; use one of " + ", ".join(FORMATS))
    with problems_alone(out):
        books = replay(book, as_of=as_of, known_at=known_at, view=view, same_day=same_day)
    typed = file_format == "parquet"
    marked = section_1256_of(books)
    books.problems.extend(as_warnings(marked.problems))
    tables = result_tables(books, typed=typed)
    if has_dividends(books):
        tables["dividends"] = dividend_table(books, dividends_of(books), typed=typed)
    tables |= section_1256_tables(books, marked, typed=typed)
    files: dict[str, Any] = {f"{name}.{file_format}": table for name, table in tables.items()}
    files[FAILURE] = problem_table(books.problems)
    files[MANIFEST] = manifest_of(books, {n: t.num_rows for n, t in tables.items()})
    write_folder(out, files)
    return books


def manifest_of(books: Books, counts: dict[str, int]) -> dict[str, Any]:
    """What went in and what came out: hashes, versions, policy, counts, the identity."""
    record = books.record
    identity = conservation_of(books)
    assumed = [a.id for a in record.accounts if a.data_through is None]
    return {
        "book": record.name,
        "engine_version": __version__,
        "rules_version": RULES_VERSION,
        "view": books.view.value,
        "as_of": date_of(books.as_of).isoformat(),
        "inputs": dict(sorted(record.hashes.items())),
        "policy": {name: getattr(record.policy, name) for name in record.policy.__slots__},
        "transactions": len(books.journal),
        "rows": counts,
        "identity": {
            name.removesuffix("_cents"): dollars(getattr(identity, name))
            for name in (*identity.__slots__, "residual_cents")
        },
        "assumed_data_through_as_of": assumed,
        "years": [state_cells(state) for state in year_states(books)],
        "warnings": len(books.problems),
    }


def _settlement(trade_day: int) -> int:
    """SEC Rule 15c6-1; the calendar is loaded only where a sale names its lots."""
    from taxlots.market_data.calendars import settlement_day

    return settlement_day(trade_day)
