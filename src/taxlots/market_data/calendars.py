"""Sessions of the New York Stock Exchange, and the settlement date that follows a trade.

Sessions follow NYSE Rule 7.2 (Holidays) by rule from 1990 to 2035; the unscheduled full-day
closures of those years are listed.  Early closes are sessions.  In any other year every weekday
counts as a session, so that an odd date is answered instead of refused.  Settlement follows SEC
Rule 15c6-1(a): so many business days after the trade date, where a session on which the banks
are closed is no business day.
"""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cache
from typing import Final

from dateutil.easter import easter

from taxlots.domain.calendar import date_of, day_of

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2035

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6

UNSCHEDULED_CLOSURES: Final = frozenset(
    {
        date(1994, 4, 27),  # mourning for President Nixon
        date(2001, 9, 11),  # attacks of September 11, to the 14th
        date(2001, 9, 12),
        date(2001, 9, 13),
        date(2001, 9, 14),
        date(2004, 6, 11),  # mourning for President Reagan
        date(2007, 1, 2),  # mourning for President Ford
        date(2012, 10, 29),  # Hurricane Sandy
        date(2012, 10, 30),
        date(2018, 12, 5),  # mourning for President George H. W. Bush
        date(2025, 1, 9),  # mourning for President Carter
    }
)

MARTIN_LUTHER_KING_DAY_FROM: Final = 1998
"""First year in which the exchange closed; the banks had closed since 1986."""
JUNETEENTH_FROM: Final = 2022
"""First year in which the exchange closed (Public Law 117-17 is of June 2021)."""

SETTLEMENT_CYCLES: Final = (
    # First trade date, business days from trade to settlement, authority.
    (date(1995, 6, 7), 3, "17 CFR 240.15c6-1(a); Release 34-34952, 59 FR 59137"),
    (date(2017, 9, 5), 2, "17 CFR 240.15c6-1(a); Release 34-80295, 82 FR 15564"),
    (date(2024, 5, 28), 1, "17 CFR 240.15c6-1(a); Release 34-96930, 88 FR 13872"),
)
"""The standard settlement cycle, by trade date."""
CYCLE_BEFORE_THE_RULE: Final = 5
"""Business days by the custom of the trade before 7 June 1995 (Release 34-34952)."""


def is_session(day: date) -> bool:
    """Whether the exchange was, or by its rule will be, open on a date."""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def sessions_between(start: date, end: date) -> list[date]:
    """Every session from ``start`` to ``end``, both included, in order."""
    sessions = [day for year in range(start.year, end.year + 1) for day in sessions_of(year)]
    return sessions[bisect_left(sessions, start) : bisect_right(sessions, end)]


def sessions_after(day: date, end: date) -> int:
    """How many sessions lie after ``day`` and not after ``end``; 0 when ``end`` is not later."""
    if end <= day:
        return 0
    counts = sum(len(sessions_of(year)) for year in range(day.year, end.year))
    return (
        counts + bisect_right(sessions_of(end.year), end) - bisect_right(sessions_of(day.year), day)
    )


def previous_session(day: date) -> date:
    """The last session before a date."""
    return add_sessions(day, -1)


def add_sessions(day: date, count: int) -> date:
    """The session that lies ``count`` sessions after a date (before it, when negative).

    The date itself is never counted, session or not; ``count`` 0 returns it as it is.
    """
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_session(day):
            day += step
    return day


def first_session(day: date) -> date:
    """A date itself where it is a session, else the first session after it."""
    return day if is_session(day) else add_sessions(day, 1)


def sessions_from(day: date, count: int) -> list[date]:
    """So many sessions in a row, the first on a date or after it; one at least."""
    days = [first_session(day)]
    while len(days) < count:
        days.append(add_sessions(days[-1], 1))
    return days


def settlement_date(trade_date: date) -> date:
    """The standard settlement date of a trade in stock.

    This is the time that Treas. Reg. 1.1012-1(c)(8) names for the identification of lots: SEC
    Rule 15c6-1(a), counted in business days.  A bank holiday on which the exchange is open is
    no settlement date (NASD Notices to Members 95-77, 96-90 and 99-83), so that the trades of
    that day and of the session before settle together.
    """
    day = trade_date
    for _ in range(settlement_cycle(trade_date)):
        day = add_sessions(day, 1)
        while is_bank_holiday(day):
            day = add_sessions(day, 1)
    return day


def settlement_day(trade_day: int) -> int:
    """``settlement_date`` for day numbers (days since 1970-01-01), as the books count them."""
    trade_date = date_of(trade_day)
    if trade_date.year >= date.max.year:
        return trade_day
    return day_of(settlement_date(trade_date))


def settlement_cycle(trade_date: date) -> int:
    """Business days from a trade to its settlement, by the rule in force on the trade date."""
    days = CYCLE_BEFORE_THE_RULE
    for first, cycle, _ in SETTLEMENT_CYCLES:
        if trade_date >= first:
            days = cycle
    return days


def is_bank_holiday(session: date) -> bool:
    """Whether the Federal Reserve Banks are closed on a session (5 USC 6103(a)).

    Columbus Day, Veterans Day (the Monday after, when it is a Sunday; not moved when it is a
    Saturday) and, before the exchange observed it, Martin Luther King, Jr., Day.
    """
    year = session.year
    veterans = date(year, 11, 11)
    bank_holidays = {
        _monday(year, 10, 2),
        veterans + timedelta(days=1) if veterans.weekday() == SUNDAY else veterans,
    }
    if year < MARTIN_LUTHER_KING_DAY_FROM:
        bank_holidays.add(_monday(year, 1, 3))
    return session in bank_holidays


@cache
def sessions_of(year: int) -> tuple[date, ...]:
    """The sessions of one year, in order."""
    closed = holidays(year)
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return tuple(d for d in days if d.year == year and d.weekday() < SATURDAY and d not in closed)


@cache
def holidays(year: int) -> frozenset[date]:
    """The weekdays of a year on which the exchange is closed all day.

    A holiday on a Sunday is kept on Monday, on a Saturday on Friday; New Year's Day on a
    Saturday is not kept, because that Friday ends an accounting period (NYSE Rule 7.2).
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return frozenset()
    new_year = date(year, 1, 1)
    kept = {
        new_year + timedelta(days=1) if new_year.weekday() == SUNDAY else new_year,
        _monday(year, 2, 3),
        easter(year) - timedelta(days=2),
        _monday(year, 6, 1) - timedelta(days=7),
        _observed(date(year, 7, 4)),
        _monday(year, 9, 1),
        _weekday(year, 11, THURSDAY, 4),
        _observed(date(year, 12, 25)),
    }
    if year >= MARTIN_LUTHER_KING_DAY_FROM:
        kept.add(_monday(year, 1, 3))
    if year >= JUNETEENTH_FROM:
        kept.add(_observed(date(year, 6, 19)))
    return frozenset(kept | {day for day in UNSCHEDULED_CLOSURES if day.year == year})


def _observed(day: date) -> date:
    """The weekday on which a fixed holiday is kept."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _monday(year: int, month: int, nth: int) -> date:
    """The nth Monday of a month."""
    return _weekday(year, month, MONDAY, nth)


def _weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth Monday, Tuesday, ... of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
