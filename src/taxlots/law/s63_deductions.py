"""Which deductions stand against ordinary income.  26 USC 63.

Deductions are either itemized or the standard one.  Itemized state and local taxes depend on
income through their cap, so that a return may change over where the cap falls.
"""

from taxlots.domain.filing_status import FilingStatus
from taxlots.law.cites import cites


@cites("26 USC 63(b)", "26 USC 63(e)(1)", "26 USC 63(c)(6)(A)")
def further_deduction(
    itemized_cents: int, taxes_cents: int, standard_cents: int, status: FilingStatus
) -> int:
    """What is deducted beyond the other itemized deductions, in the unit of the amounts.

    That are the state and local taxes, or what the standard deduction exceeds the others by, where
    that is more.  Who is married and files separately is taken to have no choice.
    """
    if status is FilingStatus.SEPARATE:
        return taxes_cents
    return max(taxes_cents, standard_cents - itemized_cents)


@cites("26 USC 56(b)(1)", "Form 6251, line 2a")
def added_back(further_cents: int, taxes_cents: int, standard_cents: int) -> int:
    """What of an itemizer's deductions the alternative minimum tax does not know.

    The state and local taxes; or the whole standard deduction, if ``further_cents`` shows that it
    was the one taken.
    """
    return taxes_cents if further_cents == taxes_cents else standard_cents
