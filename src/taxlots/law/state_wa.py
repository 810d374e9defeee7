"""Washington: an excise on long-term capital gain and no tax on income.  RCW 82.87."""

from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.law.cites import cites
from taxlots.law.tables import amount, brackets, by_schedule, years

FIRST_YEAR: Final = 2022


@cites("RCW 82.87.060(1)", "RCW 82.87.150")
def standard_deduction(year: int, status: FilingStatus) -> int:
    """The standard deduction in cents; of a year after the table, that of its last year."""
    return amount("washington_standard_deduction", deduction_year(year), status)


@cites("RCW 82.87.150")
def deduction_year(year: int) -> int:
    """The year whose standard deduction is used: its own, or the last one that is known."""
    return min(year, years("washington_standard_deduction")[-1])


@cites("RCW 82.87.020", "RCW 82.87.050(1)", "RCW 82.87.060(1)")
def taxable_gain(net_long_cents: int, unrecaptured_1250_cents: int, deduction_cents: int) -> int:
    """Taxable gain, from zero up: federal net long-term gain less the standard deduction.

    A short-term loss does not lower it.  Real estate is exempt, so its gain is taken out.
    """
    return max(0, net_long_cents - unrecaptured_1250_cents - deduction_cents)


@cites("RCW 82.87.040(1)", "Laws of 2025, ch. 421, section 101")
def excise(taxable_cents: int, year: int, status: FilingStatus) -> int:
    """The excise in cents: 7 percent, from 2025 on 9.9 percent of what exceeds a million.

    There was none before 2022.
    """
    if year < FIRST_YEAR:
        return 0
    return by_schedule(taxable_cents, brackets("washington_excise", year, status))
