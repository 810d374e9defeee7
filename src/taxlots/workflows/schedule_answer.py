"""The answer of ``taxlots schedule``: tranches, slices of a day, or a sale in a hurry."""

from __future__ import annotations

from datetime import date, datetime

from taxlots.domain.problem import UsageError
from taxlots.workflows.plan_page import PlanPage
from taxlots.workflows.schedule import schedule
from taxlots.workflows.schedule_forced import forced
from taxlots.workflows.schedule_inputs import ScheduleAsked
from taxlots.workflows.schedule_intraday import intraday


def schedule_answer(
    book: str,
    asked: ScheduleAsked,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """The one answer that is asked for.  Raises UsageError and DataError; nothing is booked."""
    beside = bool(asked.block or asked.currency or asked.rates)
    if (asked.quotes is not None) + (asked.forced_by is not None) + beside > 1:
        raise UsageError(
            "--quotes, --forced-by, and --block or --currency are answered one at a time"
        )
    if asked.orderly_by is not None and asked.forced_by is None:
        raise UsageError("--orderly-by goes with --forced-by")
    if asked.quotes is not None:
        return intraday(book, asked, asked.quotes, as_of=as_of, known_at=known_at)
    if asked.forced_by is not None:
        return forced(
            book, asked, asked.forced_by, asked.orderly_by, as_of=as_of, known_at=known_at
        )
    return schedule(book, asked, as_of=as_of, known_at=known_at).page
