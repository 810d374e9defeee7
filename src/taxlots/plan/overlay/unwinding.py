"""When to unwind an overlay into the physical: the cost of carrying it against the tax of selling.

To carry an overlay costs every year.  To unwind it means to sell the lots that it stands for, and
pay their tax: less once they are long-term, and less the later it is paid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, expm1

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.contracts import DAYS_OF_YEAR
from taxlots.plan.stated_numbers import finite, not_below_zero, part_of_one

TaxOn = Callable[[date], float]
"""Dollars of tax and trading to sell the lots on a day; negative where that saves."""


@dataclass(frozen=True, slots=True)
class UnwindDay:
    """One day on which the overlay could end, in dollars of today: carry until then, and tax."""

    day: date
    carry: float
    tax: float

    @property
    def total(self) -> float:
        """Both."""
        return self.carry + self.tax


@dataclass(frozen=True, slots=True)
class UnwindChoice:
    """Every day that was weighed, in order of time, and the one that costs least.

    ``is_now`` holds where the first of them is best.
    """

    days: tuple[UnwindDay, ...]
    best: UnwindDay

    @property
    def is_now(self) -> bool:
        """Whether to unwind on the first day."""
        return self.best == self.days[0]


def unwinding(
    carry_a_year: float,
    tax_on: TaxOn,
    days: Sequence[date],
    *,
    discount: float = 0.05,
    step_up_a_year: float = 0.0,
) -> UnwindChoice:
    """Weigh days on which to sell the lots and close the overlay; of equal ones, the first.

    ``carry_a_year`` is dollars a year of holding the overlay, beyond the physical (negative where
    it earns).  ``discount`` is annual and continuous.  ``step_up_a_year`` is the chance, for each
    year, that the lots pass at death and the tax is never paid (26 USC 1014).  Raises UsageError
    without days or for days out of order.
    """
    if not days or list(days) != sorted(set(days)):
        raise UsageError("name at least one day to unwind on, in order of time, each once")
    yearly = finite(carry_a_year, "the carry a year")
    rate = not_below_zero(discount, "the discount")
    chance = part_of_one(step_up_a_year, "the chance of a step-up")
    found = []
    for one in days:
        years = (one - days[0]).days / DAYS_OF_YEAR
        kept = (1 - chance) ** years
        owed = finite(tax_on(one), f"the tax of {one}")
        worth = exp(-rate * years) * kept * owed
        found.append(UnwindDay(one, yearly * _annuity(rate, years), worth))
    return UnwindChoice(tuple(found), min(found, key=lambda one: one.total))


def carry_that_pays(tax: float, discount: float, step_up_a_year: float = 0.0) -> float:
    """Dollars a year of carry up to which it pays to keep deferring a tax that stays the same.

    It is what a year's deferral is worth: the tax less what it is worth a year later.
    """
    kept = (1 - part_of_one(step_up_a_year, "the chance of a step-up")) * (
        exp(-not_below_zero(discount, "the discount"))
    )
    return finite(tax, "the tax") * (1 - kept) / _annuity(discount, 1.0)


def _annuity(rate: float, years: float) -> float:
    """What a dollar a year, paid evenly, is worth today."""
    return years if rate == 0 else -expm1(-rate * years) / rate
