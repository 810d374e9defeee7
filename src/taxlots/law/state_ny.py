"""New York State: capital gain is ordinary income, with the federal netting and carryover.

N.Y. Tax Law 601, 612.
"""

from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.law.cites import cites
from taxlots.law.tables import brackets, by_schedule

RECAPTURE_START_CENTS: Final = 107_650_00
"""Adjusted gross income above which the benefit of the lower brackets is taken back."""


@cites("N.Y. Tax Law 601(a)", "N.Y. Tax Law 601(b)", "N.Y. Tax Law 601(c)", "N.Y. Tax Law 612(a)")
def income_tax(taxable_cents: int, year: int, status: FilingStatus) -> int:
    """Tax by the rate schedule, in cents, without the recapture of section 601(d-4).

    UsageError for a year without a table.
    """
    return by_schedule(taxable_cents, brackets("new_york_rates", year, status))


@cites("N.Y. Tax Law 601(d-4)")
def is_in_recapture(adjusted_gross_cents: int) -> bool:
    """Whether the recapture, which is not computed, may add to the tax."""
    return adjusted_gross_cents > RECAPTURE_START_CENTS
