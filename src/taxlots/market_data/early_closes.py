"""Sessions that end at one o'clock, and the part of a usual day's volume that they are given.

By NYSE Rule 7.2's yearly notices the exchange closes early on the day before Independence Day, on
the day after Thanksgiving and on Christmas Eve, where these are sessions of Monday to Thursday, or
for Thanksgiving the Friday.  A day of 3.5 of 6.5 hours is taken to trade that part of the volume.
"""

from datetime import date
from typing import Final

from taxlots.market_data.calendars import FIRST_YEAR, LAST_YEAR, is_session

HOURS: Final = 6.5
EARLY_HOURS: Final = 3.5
THURSDAY: Final = 3
FRIDAY: Final = 4
INDEPENDENCE_EVE: Final = (7, 3)
CHRISTMAS_EVE: Final = (12, 24)
FIRST_BLACK_FRIDAY: Final = (11, 23)
LAST_BLACK_FRIDAY: Final = (11, 29)


def is_early_close(session: date) -> bool:
    """Whether a session ends at 1 p.m. Eastern by the rule of the years since 2013."""
    if not FIRST_YEAR <= session.year <= LAST_YEAR or not is_session(session):
        return False
    if (session.month, session.day) in {INDEPENDENCE_EVE, CHRISTMAS_EVE}:
        return session.weekday() <= THURSDAY
    is_friday = session.weekday() == FRIDAY
    return is_friday and FIRST_BLACK_FRIDAY <= (session.month, session.day) <= LAST_BLACK_FRIDAY


def part_of_a_day(session: date) -> float:
    """The part of an average day's volume that a session is expected to have."""
    return EARLY_HOURS / HOURS if is_early_close(session) else 1.0
