"""California: capital gain is ordinary income, with the federal netting and carryover.

Cal. Rev. & Tax. Code 17041, 17043, 18151.
"""

from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_rate import at_rate
from taxlots.law.cites import cites
from taxlots.law.tables import brackets, by_schedule

BEHAVIORAL_HEALTH_START_CENTS: Final = 1_000_000_00
BEHAVIORAL_HEALTH_PPM: Final = 10_000


@cites("Cal. Rev. & Tax. Code 17043(a)")
def behavioral_health_tax(taxable_cents: int) -> int:
    """One percent of taxable income above a million, the same for every status."""
    return at_rate(max(0, taxable_cents - BEHAVIORAL_HEALTH_START_CENTS), BEHAVIORAL_HEALTH_PPM)


@cites("Cal. Rev. & Tax. Code 17041", "Cal. Rev. & Tax. Code 18151")
def income_tax(taxable_cents: int, year: int, status: FilingStatus) -> int:
    """Tax on taxable income with the tax of section 17043, in cents.

    UsageError for a year without a table.
    """
    tax = by_schedule(taxable_cents, brackets("california_rates", year, status))
    return tax + behavioral_health_tax(taxable_cents)
