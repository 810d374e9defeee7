"""A short sale of appreciated stock that is held: a constructive sale.  26 USC 1259."""

from typing import Final

from taxlots.domain.calendar import civil, day_number
from taxlots.law.cites import cites

HELD_DAYS: Final = 60


@cites("26 USC 1259(a)(1)", "26 USC 1259(b)(1)")
def deemed_gain(value_cents: int, basis_cents: int) -> int:
    """Gain on a position that is sold constructively; 0 where it has not appreciated."""
    return max(0, value_cents - basis_cents)


@cites("26 USC 1259(c)(3)(A)(i)")
def last_day_to_close(opened_day: int) -> int:
    """The 30th day after the end of the year in which a short sale was entered into."""
    year, _, _ = civil(opened_day)
    return day_number(year + 1, 1, 30)


@cites("26 USC 1259(c)(3)(A)(ii)")
def exposed_through(closed_day: int) -> int:
    """The last of the 60 days, beginning with the closing, through which the position is kept."""
    return closed_day + HELD_DAYS - 1
