"""Look intervals: the days on which bands are looked at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from taxlots.domain.problem import UsageError


def looks(sessions: Sequence[int], every: int, first: int = 0) -> list[int]:
    """Every so many-th session from a place on: 10 is every two weeks, 1 every session."""
    if every < 1 or first < 0:
        raise UsageError("one looks every session, or every so many; write 1 or more")
    return list(sessions[first::every])


def is_look_day(look_days: Sequence[int], day: int) -> bool:
    """Whether a day is one of those on which one looks; ``look_days`` rise."""
    place = bisect_left(look_days, day)
    return place < len(look_days) and look_days[place] == day


def next_look(look_days: Sequence[int], day: int) -> int | None:
    """The first day after ``day`` on which one looks; None where none is known."""
    place = bisect_right(look_days, day)
    return look_days[place] if place < len(look_days) else None


def breach_days(look_days: Sequence[int], sides: Sequence[int], days: Sequence[int]) -> list[int]:
    """The days on which a breach is seen: those of ``days`` with a side that are looked at.

    ``sides`` are those of ``Breaches`` for one weight, one a day.
    """
    seen = set(look_days)
    return [day for day, side in zip(days, sides, strict=True) if side and day in seen]
