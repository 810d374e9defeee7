"""Where a book comes from: a folder of files, or a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import overload

from taxlots.book.record import Record
from taxlots.domain.calendar import FIRST_DAY, LAST_DAY
from taxlots.domain.problem import Problem, UsageError


def check_day(as_of: date) -> None:
    """Raise UsageError for a day that books cannot have: calendars of exchanges end before it."""
    if not FIRST_DAY <= as_of <= LAST_DAY:
        raise UsageError(f"--as-of {as_of}: write a day from {FIRST_DAY} to {LAST_DAY}")


def is_database(book: str) -> bool:
    """Whether a book's name is a database URL."""
    return "://" in book


def require_database(book: str) -> None:
    """Raise UsageError for a folder, which cannot remember what was closed."""
    if not is_database(book):
        raise UsageError(
            f"{book} is a folder, which is only read and remembers nothing; make a database for"
            f" it: taxlots init sqlite:///book.db, then taxlots import sqlite:///book.db {book}"
        )


def gather(book: str, *, known_at: datetime | None = None) -> tuple[Record | None, list[Problem]]:
    """Read a book, as it was known at a moment if one is given.

    ``book`` is a folder's path or a database URL.  Raises UsageError for a book that is not
    there, and for ``known_at`` with a folder, which has no memory.
    """
    if is_database(book):
        from taxlots.ledger.record import read_record

        return read_record(book, known_at)
    path = Path(book)
    if not path.is_dir():
        raise UsageError(
            f"{book} is no folder; name a book folder, or a database URL like sqlite:///book.db"
        )
    if known_at is not None:
        raise UsageError(
            "a folder does not remember when its rows were known; import it into a database "
            f"(taxlots init sqlite:///book.db; taxlots import sqlite:///book.db {book})"
        )
    from taxlots.ledger.folder import read_folder

    return read_folder(path)


@overload
def moment(text: str) -> datetime: ...


@overload
def moment(text: str | None) -> datetime | None: ...


def moment(text: str | None) -> datetime | None:
    """A moment from the command line; a bare date is its last instant, UTC.

    None where the option is left out.  Raises UsageError where it is neither.
    """
    if text is None:
        return None
    try:
        if len(text) == len("YYYY-MM-DD"):
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        stamp = datetime.fromisoformat(text)
    except ValueError as cause:
        raise UsageError(f"{text!r} is no moment; write 2024-12-31 or 2024-12-31T18:00") from cause
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


@overload
def day(text: str, option: str = ...) -> date: ...


@overload
def day(text: str | None, option: str = ...) -> date | None: ...


def day(text: str | None, option: str = "--as-of") -> date | None:
    """A date from the command line; None where the option is left out.

    Raises UsageError where it is no date.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as cause:
        raise UsageError(f"{option} {text!r} is no date; write it as YYYY-MM-DD") from cause
