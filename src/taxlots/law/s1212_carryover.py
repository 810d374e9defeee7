"""Which losses go to the next year, and of which kind.  26 USC 1212(b).

The Capital Loss Carryover Worksheet of Schedule D: what the deduction of a year uses up is taken
from the short-term loss first, and a year without income uses up nothing.
"""

from taxlots.law.cites import cites


@cites("26 USC 1212(b)(2)", "Capital Loss Carryover Worksheet, line 4")
def loss_used(deduction_cents: int, taxable_income_cents: int) -> int:
    """What of the deducted loss is used up: no more than there was income to take it from.

    ``taxable_income_cents`` is reckoned as if it could be negative, with the loss deducted.
    """
    income_before = max(0, taxable_income_cents + deduction_cents)
    return min(deduction_cents, income_before)


@cites("26 USC 1212(b)(1)(A)", "Capital Loss Carryover Worksheet, line 8")
def carryover_short(net_short_cents: int, net_long_cents: int, used_cents: int) -> int:
    """Short-term loss that is carried to the next year, from zero up."""
    return max(0, max(0, -net_short_cents) - (used_cents + max(0, net_long_cents)))


@cites("26 USC 1212(b)(1)(B)", "Capital Loss Carryover Worksheet, line 13")
def carryover_long(net_short_cents: int, net_long_cents: int, used_cents: int) -> int:
    """Long-term loss that is carried to the next year, from zero up."""
    used_of_long = max(0, used_cents - max(0, -net_short_cents))
    return max(0, max(0, -net_long_cents) - (max(0, net_short_cents) + used_of_long))
