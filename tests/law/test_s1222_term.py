"""26 USC 1222: held for more than one year, in calendar months (Rev. Rul. 66-7, 66-97)."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta

from taxlots.domain.calendar import civil, date_of, day_number, day_of
from taxlots.law.s1222_term import is_long_term, long_term_from

FIRST, LAST = date(1950, 1, 1), date(2050, 12, 31)


def every_day() -> Iterator[date]:
    return (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))


def first_long_term_day(acquired: str) -> str:
    return date_of(long_term_from(day_of(date.fromisoformat(acquired)))).isoformat()


def test_a_year_from_the_day_after_acquisition_on_every_day_of_a_century() -> None:
    """Rev. Rul. 66-97.  A period that starts on 29 February passes its year on 1 March."""
    for acquired in every_day():
        start = acquired + timedelta(days=1)
        expected = start + relativedelta(years=1)
        if (start.month, start.day) == (2, 29):
            expected = date(start.year + 1, 3, 1)
        assert date_of(long_term_from(day_of(acquired))) == expected, acquired


def test_rev_rul_66_7_bought_on_the_last_day_of_a_month() -> None:
    """Long-term from the first day of the thirteenth month that follows."""
    for acquired in every_day():
        if acquired.day == monthrange(acquired.year, acquired.month)[1]:
            first = acquired + relativedelta(months=13, day=1)
            assert date_of(long_term_from(day_of(acquired))) == first, acquired


def test_later_acquired_is_never_long_term_earlier() -> None:
    days = [long_term_from(day_of(acquired)) for acquired in every_day()]
    assert days == sorted(days)


def test_the_term_changes_on_that_very_day() -> None:
    for acquired in every_day():
        day = day_of(acquired)
        first = long_term_from(day)
        assert is_long_term(day, first)
        assert not is_long_term(day, first - 1)


@pytest.mark.parametrize(
    ("acquired", "first"),
    [
        ("2023-01-17", "2024-01-18"),
        ("2023-02-28", "2024-03-01"),
        ("2024-02-28", "2025-03-01"),
        ("2024-02-29", "2025-03-01"),
        ("2024-04-30", "2025-05-01"),
        ("2024-12-31", "2026-01-01"),
        ("2099-02-28", "2100-03-01"),
        ("1899-02-28", "1900-03-01"),
    ],
)
def test_month_ends_and_leap_years(acquired: str, first: str) -> None:
    assert first_long_term_day(acquired) == first


def test_integer_calendar_is_the_calendar() -> None:
    """The arithmetic that stands in for date objects, from 1800 to 2200."""
    for day in range(day_of(date(1800, 1, 1)), day_of(date(2200, 12, 31)) + 1):
        stood = date_of(day)
        assert civil(day) == (stood.year, stood.month, stood.day)
        assert day_number(stood.year, stood.month, stood.day) == day


def test_29_february_of_a_common_year_is_1_march() -> None:
    assert date_of(day_number(2023, 2, 29)) == date(2023, 3, 1)
