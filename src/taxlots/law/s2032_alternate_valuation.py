"""Alternate valuation of an estate.  26 USC 2032, 1014(a)(2)."""

from typing import Final

from taxlots.domain.calendar import civil, months_after
from taxlots.law.cites import cites

MONTHS: Final = 6


@cites("26 USC 2032(a)(2)", "Treas. Reg. 20.2032-1(a)")
def valuation_day(death_day: int) -> int:
    """The day six months after a death, on which what the estate still holds is valued.

    Where that month has no such day it is the last day of the month.
    """
    day = months_after(death_day, MONTHS)
    return day if civil(day)[2] == civil(death_day)[2] else day - 1


@cites("26 USC 2032(c)")
def may_elect(value_cents: int, alternate_cents: int) -> bool:
    """Whether the later value is the lower one, without which the election brings no less tax.

    The statute asks it of the whole estate and of its tax; here it is asked of one property.
    """
    return alternate_cents < value_cents


@cites("26 USC 1014(a)(2)", "26 USC 2032(a)")
def elected_basis(alternate_cents: int) -> int:
    """Basis of inherited property under the election: its value on the alternate date.

    The election holds for all of the estate, also for what is worth more on that date.
    """
    return alternate_cents
