"""Traders who mark to market: what they hold at the end of a year counts as sold.  26 USC 475.

An election under section 475(f) makes gains and losses of the trading account ordinary (26 USC
475(d)(3)(A)), and section 1091 does not apply to losses that arise so (26 USC 475(d)(1)).
"""

from typing import Final

from taxlots.domain.calendar import day_number
from taxlots.law.cites import cites

DAYS_OF_WEEK: Final = 7
FRIDAY: Final = 4
MONDAY_OF_DAY_0: Final = 3
"""1 January 1970 was a Thursday, three days after a Monday."""


@cites("26 USC 475(f)(1)(A)(i)")
def last_business_day(year: int) -> int:
    """The day, as its number, on which what a trader holds counts as sold.

    It is the last weekday of the year: markets are open on 31 December, if it is one.
    """
    end = day_number(year, 12, 31)
    weekday = (end + MONDAY_OF_DAY_0) % DAYS_OF_WEEK
    return end - max(0, weekday - FRIDAY)


@cites("26 USC 475(f)(1)(A)(i)")
def deemed_gain(value_cents: int, opening_cents: int, is_short: bool) -> int:
    """Gain, in cents, if a position were sold for its value on the last business day of the year.

    ``opening_cents`` is the basis of what is held, or what a short sale brought.
    """
    return opening_cents - value_cents if is_short else value_cents - opening_cents


@cites("26 USC 475(f)(1)(A)", "26 USC 475(a)")
def adjusted_gain(gain_cents: int, deemed_cents: int) -> int:
    """Gain or loss, in cents, with proper adjustment for what was taken into account before.

    ``gain_cents`` is measured from the cost, ``deemed_cents`` is the gain of the same property
    that counted at the end of the year before.
    """
    return gain_cents - deemed_cents
