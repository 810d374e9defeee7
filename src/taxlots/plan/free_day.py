"""When the window of a wash sale is over."""

from datetime import date

from taxlots.domain.calendar import date_of
from taxlots.law.s1091_wash_sale import window_end


def first_free_day(day: int) -> date:
    """The first day on which a trade does not meet one of the other kind on ``day``.

    Source: 26 USC 1091(a).
    """
    return date_of(window_end(day) + 1)
