"""Worthless securities: a sale for nothing on the last day of the year.  26 USC 165(g)."""

from taxlots.domain.calendar import civil, day_number
from taxlots.law.cites import cites


@cites("26 USC 165(g)(1)", "Treas. Reg. 1.165-5(c)")
def deemed_sale_day(worthless_day: int) -> int:
    """31 December of the year in which a security became worthless."""
    year, _, _ = civil(worthless_day)
    return day_number(year, 12, 31)
