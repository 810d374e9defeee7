"""A broker's 1099-B view beside the taxpayer's books, and why they differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from taxlots.book.booking import Books
from taxlots.book.record import Record
from taxlots.book.view_differences import differences_of
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, UsageError
from taxlots.domain.view import View
from taxlots.reports.broker_1099b import form_1099b_text
from taxlots.reports.compared_views import ComparedViews
from taxlots.reports.difference_files import difference_files
from taxlots.reports.failed_folder import problems_alone
from taxlots.reports.folders import write_folder
from taxlots.workflows.gather import gather
from taxlots.workflows.replay import SAME_DAY, replay_record


def differences(
    book: str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    same_day: str | None = None,
    statement_date: date | None = None,
    year: int | None = None,
) -> ComparedViews:
    """Compare every realized piece of a book as a broker and as the taxpayer see it.

    ``same_day`` is the broker's reading of D1, ``held`` (the default) or ``literal``;
    ``statement_date`` the last day that the broker's view knows; ``year`` keeps the sales of one
    calendar year.  Raises UsageError and DataError.
    """
    taxpayer, broker = both_views(
        book, as_of=as_of, known_at=known_at, same_day=same_day, statement_date=statement_date
    )
    found = differences_of(taxpayer, broker)
    return ComparedViews(
        taxpayer=taxpayer,
        broker=broker,
        same_day=same_day or SAME_DAY[0],
        year=year,
        statement_date=statement_date,
        pieces=tuple(d for d in found if year in (None, date_of(d.pair.sold).year)),
    )


def both_views(
    book: str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    same_day: str | None = None,
    statement_date: date | None = None,
) -> tuple[Books, Books]:
    """The books of one record as the taxpayer and as a broker have them; see ``differences``."""
    record, problems = gather(book, known_at=known_at)
    if record is None:
        raise DataError(problems)
    taxpayer = replay_record(record, as_of)
    last = date_of(taxpayer.as_of)
    if statement_date is not None and statement_date > last:
        raise UsageError(
            f"--statement-date {statement_date} is after {last}, up to which the book is booked; "
            "leave it out, or name an earlier day"
        )
    return taxpayer, _brokers_books(record, statement_date or last, same_day or SAME_DAY[0])


def write_differences(
    book: str,
    out: Path | None,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    same_day: str | None = None,
    statement_date: date | None = None,
    year: int | None = None,
) -> ComparedViews:
    """``differences``, with its files in ``out`` if that is given.

    On errors the folder holds ``problems.csv`` alone, and DataError is raised.
    """
    with problems_alone(out):
        found = differences(
            book,
            as_of=as_of,
            known_at=known_at,
            same_day=same_day,
            statement_date=statement_date,
            year=year,
        )
    if out is not None:
        write_folder(out, difference_files(found))
    return found


def check_1099b(path: Path, year: int | None) -> int:
    """The year of a form that may be written to ``path``.

    Raises UsageError where no year is told, or a file is there already.
    """
    if year is None:
        raise UsageError("--as-1099b writes the form of one year: add --year YYYY")
    if path.exists():
        raise UsageError(f"{path} is there already; name a new file")
    return year


def write_1099b(found: ComparedViews, path: Path) -> None:
    """Write the broker's view of the year as Form 1099-B in FDX JSON into a new file.

    Raises UsageError.
    """
    year = check_1099b(path, found.year)
    try:
        path.write_text(form_1099b_text(found, year), encoding="utf-8")
    except OSError as cause:
        raise UsageError(f"{path} cannot be written: {cause.strerror}") from cause


def _brokers_books(record: Record, as_of: date, same_day: str) -> Books:
    """The broker's books; what cannot be booked there is told as a problem of that view."""
    try:
        return replay_record(record, as_of, View.BROKER.value, same_day=same_day)
    except DataError as failure:
        raise DataError(
            [replace(p, message=f"in the broker's view, {p.message}") for p in failure.problems]
        ) from failure
