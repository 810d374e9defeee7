"""Sessions of the exchange and settlement dates."""

from datetime import date, timedelta

import pytest

from taxlots.domain.calendar import day_of
from taxlots.market_data.calendars import (
    FIRST_YEAR,
    LAST_YEAR,
    SETTLEMENT_CYCLES,
    add_sessions,
    is_session,
    previous_session,
    sessions_after,
    sessions_between,
    settlement_date,
    settlement_day,
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_sessions_equal_those_of_exchange_calendars() -> None:
    xcals = pytest.importorskip("exchange_calendars")
    theirs = xcals.get_calendar("XNYS", start=f"{FIRST_YEAR}-01-01")
    last = min(theirs.last_session.date(), date(LAST_YEAR, 12, 31))
    assert last >= date(2026, 1, 1)
    assert sessions_between(date(FIRST_YEAR, 1, 1), last) == [
        s.date() for s in theirs.sessions if s.date() <= last
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_rules_of_the_years_ahead_equal_those_of_exchange_calendars() -> None:
    """Their holiday rules also hold where their published schedule ends."""
    xcals = pytest.importorskip("exchange_calendars")
    theirs = xcals.get_calendar("XNYS", start="2025-01-01", end=f"{LAST_YEAR}-12-31")
    ours = sessions_between(date(2025, 1, 1), theirs.last_session.date())
    assert ours == [s.date() for s in theirs.sessions]


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        (date(2001, 9, 11), "unscheduled"),
        (date(2012, 10, 29), "Hurricane Sandy"),
        (date(2018, 12, 5), "day of mourning"),
        (date(2022, 6, 20), "Juneteenth, a Sunday, kept on Monday"),
        (date(2021, 12, 24), "Christmas, a Saturday, kept on Friday"),
        (date(2019, 4, 19), "Good Friday"),
    ],
)
def test_full_day_closures(closed: date, why: str) -> None:
    assert not is_session(closed), why


@pytest.mark.parametrize(
    ("open_day", "why"),
    [
        (date(2010, 12, 31), "New Year's Day 2011 is a Saturday and is not kept"),
        (date(1997, 1, 20), "Martin Luther King, Jr., Day before 1998"),
        (date(2021, 6, 18), "Juneteenth before 2022"),
        (date(2020, 11, 27), "an early close is a session"),
        (date(2020, 10, 12), "Columbus Day"),
    ],
)
def test_days_on_which_the_exchange_is_open(open_day: date, why: str) -> None:
    assert is_session(open_day), why


def test_counting_sessions_over_a_long_weekend() -> None:
    friday, tuesday = date(2020, 9, 4), date(2020, 9, 8)  # Monday was Labor Day
    assert add_sessions(friday, 1) == tuesday
    assert previous_session(tuesday) == friday
    assert previous_session(date(2020, 9, 7)) == friday
    assert add_sessions(date(2020, 9, 6), 0) == date(2020, 9, 6)
    assert sessions_after(friday, date(2020, 9, 7)) == 0
    assert sessions_after(friday, tuesday) == 1
    assert sessions_after(tuesday, friday) == 0


def test_sessions_after_counts_what_sessions_between_lists() -> None:
    start = date(2019, 12, 20)
    for length in range(800):
        end = start + timedelta(days=length)
        assert sessions_after(start, end) == len(sessions_between(start + timedelta(days=1), end))


def test_rule_15c6_1_cycle_shortens_on_its_dates() -> None:
    assert [(day.isoformat(), days) for day, days, _ in SETTLEMENT_CYCLES] == [
        ("1995-06-07", 3),
        ("2017-09-05", 2),
        ("2024-05-28", 1),
    ]


@pytest.mark.parametrize(
    ("trade", "settles"),
    [
        ("1995-01-03", "1995-01-10"),  # five business days by custom
        ("1995-06-07", "1995-06-12"),
        ("2017-09-01", "2017-09-07"),  # the last trades at T+3; Labor Day between
        ("2017-09-05", "2017-09-07"),  # and the first at T+2 settle together
        ("2020-12-31", "2021-01-05"),  # sold in 2020, settled in 2021
        ("2024-05-24", "2024-05-29"),  # the last trades at T+2; Memorial Day between
        ("2024-05-28", "2024-05-29"),  # and the first at T+1 settle together
    ],
)
def test_rule_15c6_1_settlement_date(trade: str, settles: str) -> None:
    assert settlement_date(date.fromisoformat(trade)) == date.fromisoformat(settles)


@pytest.mark.parametrize(
    ("trade", "settles"),
    [
        ("1992-11-03", "1992-11-10"),  # Notice to Members 92-54: Veterans Day is Wednesday
        ("1992-11-04", "1992-11-12"),
        ("1992-11-11", "1992-11-18"),
        ("1995-10-05", "1995-10-11"),  # Notice 95-77: Columbus Day is Monday the 9th
        ("1995-10-06", "1995-10-12"),
        ("1995-10-09", "1995-10-12"),
        ("1996-10-09", "1996-10-15"),  # Notice 96-63: Columbus Day is Monday the 14th
        ("1999-10-08", "1999-10-14"),  # Notice 99-83: Columbus Day is Monday the 11th
        ("1999-10-12", "1999-10-15"),
        ("1998-01-16", "1998-01-22"),  # Notice 97-93: the exchange is closed as well
    ],
)
def test_nasd_schedules_a_bank_holiday_is_no_settlement_date(trade: str, settles: str) -> None:
    assert settlement_date(date.fromisoformat(trade)) == date.fromisoformat(settles)


def test_day_numbers_settle_like_dates() -> None:
    assert settlement_day(day_of(date(2020, 12, 31))) == day_of(date(2021, 1, 5))


def test_outside_the_calendar_every_weekday_is_a_session() -> None:
    assert is_session(date(1989, 12, 25))
    assert not is_session(date(2036, 1, 5))  # a Saturday
    assert settlement_date(date(1985, 7, 3)) == date(1985, 7, 10)
    assert settlement_day(day_of(date.max)) == day_of(date.max)
