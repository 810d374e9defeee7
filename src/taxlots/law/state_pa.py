"""Pennsylvania: eight classes of income at one rate, and each spouse alone.  72 P.S. 7302, 7303.

There are no terms, no carryovers and no wash sales: section 1091 is no part of the state's law, so
a loss counts when it is realized, and the basis of a replacement is what was paid for it.
"""

from collections.abc import Iterable
from typing import Final

from taxlots.domain.tax_rate import at_rate
from taxlots.law.cites import cites

RATE_PPM: Final = 30_700


@cites("72 P.S. 7303(a)(3)", "PA-40 IN, PA Schedule D")
def own_gain(proceeds_cents: int, basis_cents: int, wash_adjustment_cents: int) -> int:
    """Gain or loss of a sale by the state's basis, in cents.

    ``wash_adjustment_cents`` is the part of the federal basis that section 1091(d) added.
    """
    return proceeds_cents - (basis_cents - wash_adjustment_cents)


@cites("72 P.S. 7303(a)(3)", "61 Pa. Code 103.13", "PA-40 IN, PA Schedule D")
def taxable_gain(net_gains_cents: Iterable[int]) -> int:
    """Taxable gain of a return: the net gains of its spouses, a net loss counting as zero."""
    return sum(max(0, gain) for gain in net_gains_cents)


@cites("72 P.S. 7302(a)")
def income_tax(taxable_cents: int) -> int:
    """Tax at 3.07 percent, in cents."""
    return at_rate(taxable_cents, RATE_PPM)
