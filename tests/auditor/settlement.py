"""The standard settlement day of SEC Rule 15c6-1, from the holidays of the New York exchanges."""

from datetime import date, timedelta
from functools import cache

CYCLES = [
    (date(2024, 5, 28), 1),
    (date(2017, 9, 5), 2),
    (date(1995, 6, 7), 3),
    (date.min, 5),
]
"""From which trade date on, how many business days later."""

CLOSED_BY_EVENT = {
    date(2001, 9, 11),
    date(2001, 9, 12),
    date(2001, 9, 13),
    date(2001, 9, 14),
    date(2004, 6, 11),
    date(2007, 1, 2),
    date(2012, 10, 29),
    date(2012, 10, 30),
    date(2018, 12, 5),
    date(2025, 1, 9),
}


def standard_settlement(traded: date) -> date:
    """The settlement day of a trade: so many business days after it."""
    left = next(days for start, days in CYCLES if traded >= start)
    day = traded
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in CLOSED_BY_EVENT and day not in holidays(day.year):
            left -= 1
    return day


@cache
def holidays(year: int) -> frozenset[date]:
    """The weekdays of a year on which the exchanges keep a holiday."""
    fixed = [(1, 1), (7, 4), (12, 25)] + ([(6, 19)] if year >= 2022 else [])
    kept = {_kept(date(year, month, on)) for month, on in fixed}
    if date(year, 1, 1).weekday() == 5:
        kept.discard(date(year - 1, 12, 31))
    if year >= 1998:
        kept.add(_nth_monday(year, 1, 3))
    kept |= {_nth_monday(year, 2, 3), _nth_monday(year, 9, 1), _last_monday_of_may(year)}
    thursday = 1 + (3 - date(year, 11, 1).weekday()) % 7
    kept.add(date(year, 11, thursday + 21))
    kept.add(_easter(year) - timedelta(days=2))
    return frozenset(kept)


def _kept(day: date) -> date:
    """A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth_monday(year: int, month: int, number: int) -> date:
    first = 1 + (7 - date(year, month, 1).weekday()) % 7
    return date(year, month, first + 7 * (number - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _easter(year: int) -> date:
    """The Gregorian computus of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    m, k = c // 4, c % 4
    n = (32 + 2 * e + 2 * m - h - k) % 7
    p = (a + 11 * h + 19 * n) // 433
    month = (h + n - 7 * p + 90) // 25
    return date(year, month, (h + n - 7 * p + 33 * month + 19) % 32)
