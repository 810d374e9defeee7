"""Donation of appreciated shares: which lots to give instead of cash.

Whoever gives long-term property deducts its value and is never taxed on its gain (26 USC 170(e)):
so the lots of highest gain are given.  Short-term lots deduct only their basis, and the loss of a
loss lot is gone: these are sold instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxlots.domain.money import SHARE
from taxlots.domain.tax_rate import at_rate
from taxlots.plan.gain_harvest import HeldGain, highest_gains
from taxlots.plan.year_tax import YearTax


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A lot, or a part of it, to give, and what that is worth in tax, in cents.

    ``tax_avoided_cents`` is what a sale of it would cost, after the gifts before it;
    ``deduction_cents`` is what its value saves where it is deducted.
    """

    lot: HeldGain
    tax_avoided_cents: int
    deduction_cents: int


def gifts(
    lots: Sequence[HeldGain], most_cents: int, year: YearTax, deduction_ppm: int = 0
) -> tuple[Gift, ...]:
    """The lots to give up to some value, the highest gain for each dollar first.

    ``lots`` are long-term on the day and show a gain.  The last one may be a part in whole shares,
    so that no more than ``most_cents`` is given; what is left then is for cash.
    """
    left, gain = most_cents, 0
    found = []
    for lot in highest_gains(lots):
        part = lot
        if lot.value_cents > left:
            part = lot.part(left * lot.quantity // lot.value_cents // SHARE * SHARE)
        if not part.quantity or part.value_cents > left:
            continue
        before = year.all_years(0, gain)
        gain += part.gain_cents
        found.append(
            Gift(
                lot=part,
                tax_avoided_cents=year.all_years(0, gain) - before,
                deduction_cents=at_rate(part.value_cents, deduction_ppm),
            )
        )
        left -= part.value_cents
        if part.quantity < lot.quantity:
            break
    return tuple(found)
