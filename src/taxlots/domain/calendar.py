"""Days as integers: the books count days since 1970-01-01."""

from datetime import date
from typing import Final

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""The days that books may have: calendars of exchanges say nothing of others."""

EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()


def day_of(day: date) -> int:
    """Days since 1970-01-01; negative before it."""
    return day.toordinal() - EPOCH_ORDINAL


def date_of(day: int) -> date:
    """The calendar date of a day number."""
    return date.fromordinal(day + EPOCH_ORDINAL)


def civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of month of a day number.

    Integer arithmetic on the Gregorian calendar (Hinnant, "chrono-compatible low-level date
    algorithms"), so that it also runs where there are no date objects.
    """
    shifted = day + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    years = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * years + years // 4 - years // 100)
    month_from_march = (5 * of_year + 2) // 153
    of_month = of_year - (153 * month_from_march + 2) // 5 + 1
    month = month_from_march + 3 if month_from_march < 10 else month_from_march - 9
    return years + era * 400 + (1 if month <= 2 else 0), month, of_month


def day_number(year: int, month: int, of_month: int) -> int:
    """The day number of a calendar date; 29 February of a common year is 1 March."""
    from_march = year - 1 if month <= 2 else year
    era = from_march // 400
    year_of_era = from_march - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + of_month - 1
    of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year
    return era * 146_097 + of_era - 719_468


def months_after(day: int, months: int) -> int:
    """The same day of the month so many months later.

    Where that month has no such day it is the first of the month after it.
    """
    year, month, of_month = civil(day)
    years, place = divmod(month - 1 + months, 12)
    first = day_number(year + years, place + 1, 1)
    following = day_number(year + years + (place + 1) // 12, (place + 1) % 12 + 1, 1)
    return min(first + of_month - 1, following)
