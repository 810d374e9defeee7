"""What a loss that is carried on, or deferred, is worth: the tax that it saves in later years.

These are assumptions, stated by who plans; nothing of them enters a book or a form.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from taxlots.domain.tax_rate import RATE_ONE, at_rate

YEARS_AHEAD: Final = 40
"""Carryovers last for life (26 USC 1212(b)); what is later than this is worth nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterYears:
    """What is assumed of the years after this one, each like the next.

    ``gains_cents`` is the net gain a year that a carryover can be set against, taxed at
    ``gain_rate_ppm``; beyond it up to ``limit_cents`` of other income a year, taxed at
    ``income_rate_ppm`` (26 USC 1211(b)).  ``sale_rate_ppm`` is the rate on the gain of what is
    bought now and sold after ``years_to_sale``.  ``discount_ppm`` is by how much less a dollar is
    worth a year later.
    """

    income_rate_ppm: int
    gain_rate_ppm: int
    sale_rate_ppm: int
    limit_cents: int
    gains_cents: int = 0
    discount_ppm: int = 50_000
    years_to_sale: int = 5


@lru_cache(maxsize=4096)
def present_rate(rate_ppm: int, years: int, discount_ppm: int) -> int:
    """A rate of tax that is due in some years, as one of today, in parts per million."""
    kept: int = RATE_ONE**years
    whole: int = (RATE_ONE + discount_ppm) ** years
    return (2 * rate_ppm * kept + whole) // (2 * whole)


def carryover_value(carried_cents: int, later: LaterYears) -> int:
    """Present value in cents of the tax that a carryover saves, year after year.

    ``carried_cents`` is from zero up, of either term: against gains of a kind or ordinary income,
    a dollar of it saves the same.
    """
    value = 0
    left = carried_cents
    for year in range(1, YEARS_AHEAD + 1):
        if left <= 0:
            break
        against_gains = min(left, later.gains_cents)
        against_income = min(left - against_gains, later.limit_cents)
        value += at_rate(against_gains, present_rate(later.gain_rate_ppm, year, later.discount_ppm))
        value += at_rate(
            against_income, present_rate(later.income_rate_ppm, year, later.discount_ppm)
        )
        left = left - against_gains - against_income
    return value


def deferred_value(deferred_cents: int, later: LaterYears) -> int:
    """Present value in cents of a loss that joins the basis of replacement shares."""
    rate = present_rate(later.sale_rate_ppm, later.years_to_sale, later.discount_ppm)
    return at_rate(deferred_cents, rate)
