"""What callers of the Python API may write for a day, a moment and an amount."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from taxlots.workflows.gather import day, moment

Day = date | str | None
"""A day, as a date or ``YYYY-MM-DD``; None is the last date of the journal."""

Moment = datetime | date | str | None
"""A moment, or a day, which means its last instant (UTC); None is now."""

Amount = str | int | float | Decimal
"""A number; a float stands for the shortest decimal that reads back as it."""


def as_text(value: Amount | None) -> str:
    """An amount as a command reads it; blank where none is stated."""
    return "" if value is None else str(value)


def as_day(value: Day) -> date | None:
    """The day that is meant.  UsageError for text that is none."""
    return day(value, "as_of") if isinstance(value, str) else value


def as_moment(value: Moment) -> datetime | None:
    """The moment that is meant.  UsageError for text that is none."""
    if isinstance(value, date):
        return moment(value.isoformat())
    return moment(value) if isinstance(value, str) else None
