"""The tax of 3.8 percent on net investment income.  26 USC 1411.

Its thresholds are not indexed.
"""

from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_rate import at_rate
from taxlots.law.cites import cites

RATE_PPM: Final = 38_000
THRESHOLD_CENTS: Final = {
    FilingStatus.SINGLE: 200_000_00,
    FilingStatus.JOINT: 250_000_00,
    FilingStatus.SEPARATE: 125_000_00,
    FilingStatus.HEAD_OF_HOUSEHOLD: 200_000_00,
    FilingStatus.SURVIVING_SPOUSE: 250_000_00,
}


@cites("26 USC 1411(b)", "Form 8960, line 14")
def threshold(status: FilingStatus) -> int:
    """Modified adjusted gross income above which the tax begins, in cents."""
    return THRESHOLD_CENTS[status]


@cites("26 USC 1411(c)(1)", "Treas. Reg. 1.1411-4(d)(2)", "Form 8960, line 12")
def net_investment_income(other_cents: int, line_16_cents: int, deducted_loss_cents: int) -> int:
    """Net investment income: other such income with the net gain, or less the loss deducted."""
    return max(0, other_cents + max(0, line_16_cents) - deducted_loss_cents)


@cites("26 USC 1411(a)(1)", "Form 8960, line 17")
def niit(
    net_investment_income_cents: int, magi_cents: int, status: FilingStatus, unit: int = 1
) -> int:
    """The tax: 3.8 % of the smaller of net investment income and the income above the threshold.

    Amounts are in cents times ``unit``.
    """
    above = max(0, magi_cents - threshold(status) * unit)
    return at_rate(min(net_investment_income_cents, above), RATE_PPM)
