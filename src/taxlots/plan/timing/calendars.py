"""Calendar triggers: any recurrence of RFC 5545 on the sessions of an exchange.

Days are numbers (days since 1970-01-01), sessions are given by the caller and rise.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from taxlots.domain.calendar import civil, date_of, day_of
from taxlots.domain.problem import UsageError

MOST_DAYS = 20_000
NO_INTERVAL: Final = re.compile(r"INTERVAL\s*=\s*(-|0+\b)")


class Roll(StrEnum):
    """The session that stands for a day on which the exchange is closed."""

    FOLLOWING = "following"
    PRECEDING = "preceding"
    MODIFIED_FOLLOWING = "modified_following"
    """The next, unless that is in another month: then the one before."""


def calendar_days(
    rule: str, start: int, sessions: Sequence[int], roll: Roll = Roll.FOLLOWING
) -> list[int]:
    """The sessions on which a recurrence falls, once each, from the first session to the last.

    ``rule`` is one of RFC 5545, as ``FREQ=MONTHLY;BYDAY=1FR`` or ``FREQ=WEEKLY;INTERVAL=2``, and
    counts from the day ``start``.  A day without a session goes to the one that ``roll`` says.
    Whether a day before the first session was one is not known, so give sessions from some days
    before those that you ask about.
    Raises UsageError for what is no recurrence, or is one of less than a day.
    """
    if not sessions:
        return []
    from dateutil.rrule import DAILY, rrule, rrulestr

    if NO_INTERVAL.search(rule.upper()):
        raise UsageError(f"{rule!r} never goes on; write an INTERVAL of 1 or more, or leave it out")
    begin = datetime.combine(date_of(start), time())
    try:
        recurrence = rrulestr(rule, dtstart=begin, ignoretz=True)
    except (ValueError, TypeError, AttributeError, KeyError) as cause:
        raise UsageError(
            f"{rule!r} is no recurrence ({cause}); write one like FREQ=MONTHLY;BYDAY=1FR"
        ) from cause
    if getattr(recurrence, "_freq", DAILY) > DAILY:
        raise UsageError(f"{rule!r} recurs within a day; the shortest is FREQ=DAILY")
    found: list[int] = []
    first, last = (datetime.combine(date_of(day), time()) for day in (sessions[0], sessions[-1]))
    is_endless = all(getattr(recurrence, end, None) is None for end in ("_count", "_until"))
    if isinstance(recurrence, rrule) and is_endless:
        # A recurrence that never falls on a day would be looked for until the last year.
        recurrence = recurrence.replace(until=last)
    for moment in recurrence.xafter(first, inc=True):
        if moment > last or len(found) > MOST_DAYS:
            break
        session = rolled(day_of(moment.date()), sessions, roll)
        if session is not None and (not found or session > found[-1]):
            found.append(session)
    return found


def rolled(day: int, sessions: Sequence[int], roll: Roll) -> int | None:
    """The session that stands for a day; None where it lies beyond those that are known."""
    after = bisect_left(sessions, day)
    before = bisect_right(sessions, day) - 1
    following = sessions[after] if after < len(sessions) else None
    preceding = sessions[before] if before >= 0 else None
    if roll is Roll.PRECEDING:
        return preceding
    if roll is Roll.FOLLOWING:
        return following
    if following is not None and civil(following)[:2] == civil(day)[:2]:
        return following
    return preceding


def favoured(
    days: Sequence[int],
    sessions: Sequence[int],
    *,
    window: int = 2,
    volume: Mapping[int, float] | None = None,
    distributions: Collection[int] = (),
) -> list[int]:
    """Calendar days moved to better sessions up to ``window`` sessions away, once each.

    A session on which a distribution arrives comes first, for its cash trades without a sale; then
    the one of most ``volume`` (by day; not known is none); then the nearest, and the earlier of
    two.  Days that are no sessions stay as they are.
    """
    if window < 0:
        raise UsageError("a window is a number of sessions: 0 or more")
    known = volume or {}
    paid = set(distributions)
    found: list[int] = []
    for day in days:
        place = bisect_left(sessions, day)
        if place == len(sessions) or sessions[place] != day:
            best = day
        else:
            near = range(max(0, place - window), min(len(sessions), place + window + 1))
            best = sessions[
                min(
                    near,
                    key=lambda at: (
                        sessions[at] not in paid,
                        -known.get(sessions[at], 0.0),
                        abs(at - place),
                        at,
                    ),
                )
            ]
        if not found or best > found[-1]:
            found.append(best)
    return found
