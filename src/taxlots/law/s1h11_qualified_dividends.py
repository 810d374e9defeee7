"""Qualified dividends: how long the shares must be held.  26 USC 1(h)(11)(B)(iii), 246(c).

More than 60 days of the 121 that begin 60 days before the ex-dividend date; for preferred stock
whose dividends belong to more than 366 days, more than 90 of 181.  The day of acquisition is left
out and the day of sale counted; days of a wash sale are not added (26 USC 246(c)(3)).
"""

from typing import Final

from taxlots.law.cites import cites

DAYS: Final = 60
PREFERRED_DAYS: Final = 90


@cites("26 USC 1(h)(11)(B)(iii)(I)", "26 USC 246(c)(2)")
def days_needed(is_preferred: bool) -> int:
    """The days that must be exceeded, which is also how far the window reaches either way."""
    return PREFERRED_DAYS if is_preferred else DAYS


@cites("26 USC 1(h)(11)(B)(iii)(I)")
def window_start(ex_day: int, is_preferred: bool) -> int:
    """The first day of the window around an ex-dividend date."""
    return ex_day - days_needed(is_preferred)


@cites("26 USC 1(h)(11)(B)(iii)(I)")
def window_end(ex_day: int, is_preferred: bool) -> int:
    """The last day of the window around an ex-dividend date."""
    return ex_day + days_needed(is_preferred)


@cites("26 USC 246(c)(1)(A)", "26 USC 246(c)(3)(A)")
def days_held(held_since_day: int, last_day: int, ex_day: int, is_preferred: bool) -> int:
    """Days of the window on which shares were held, the day of acquisition left out.

    ``last_day`` is the day of sale, or the last day that counts for shares still held.
    """
    first = max(held_since_day + 1, window_start(ex_day, is_preferred))
    last = min(last_day, window_end(ex_day, is_preferred))
    return max(0, last - first + 1)


@cites("26 USC 1(h)(11)(B)(iii)")
def is_held_enough(days: int, is_preferred: bool) -> bool:
    """Whether so many days in the window make a dividend a qualified one."""
    return days > days_needed(is_preferred)


@cites("26 USC 1(h)(11)(B)(iii)", "26 USC 246(c)(3)(A)")
def qualified_from(held_since_day: int, ex_day: int, is_preferred: bool) -> int:
    """The first day on which a sale leaves the dividend qualified.

    It never becomes so where that day lies after the window's end.
    """
    first = max(held_since_day + 1, window_start(ex_day, is_preferred))
    return first + days_needed(is_preferred)
