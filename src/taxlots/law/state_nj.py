"""New Jersey: gains are a category of their own, and a loss never leaves its year.

N.J.S.A. 54A:5-1(c), 54A:5-2.
"""

from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.law.cites import cites
from taxlots.law.tables import brackets, by_schedule

UNEVEN_FROM_CENTS: Final = 70_000_00
UNEVEN_TO_CENTS: Final = 80_000_00
UNEVEN_CENTS: Final = 50


@cites("N.J.S.A. 54A:5-1(c)", "N.J.S.A. 54A:5-2")
def taxable_gain(short_cents: int, long_cents: int) -> int:
    """Net gain of the year, from zero up.

    Losses are set against gains of the same year, whatever their term, and against nothing else.
    """
    return max(0, short_cents + long_cents)


@cites("N.J.S.A. 54A:2-1")
def income_tax(taxable_cents: int, year: int, status: FilingStatus) -> int:
    """Tax on taxable income, in cents.  UsageError for a year without a table.

    Between 70,000 and 80,000 the joint schedule starts from 1,295.50, which is 50 cents above the
    sum of its own lower rates.
    """
    tax = by_schedule(taxable_cents, brackets("new_jersey_rates", year, status))
    is_joint = status not in (FilingStatus.SINGLE, FilingStatus.SEPARATE)
    is_uneven = is_joint and UNEVEN_FROM_CENTS < taxable_cents <= UNEVEN_TO_CENTS
    return tax + UNEVEN_CENTS if is_uneven else tax
