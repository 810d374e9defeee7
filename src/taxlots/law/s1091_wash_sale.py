"""Wash sales: when a loss is disallowed, and where it goes.  26 USC 1091.

Losses come in the order of disposition, replacements in the order of acquisition, and each
replacement share serves once (Treas. Reg. 1.1091-1(b)-(e)).  The holding period follows
section 1223(3).
"""

from typing import Final

from taxlots.domain.money import apportion
from taxlots.law.cites import cites

WINDOW_DAYS: Final = 30


@cites("26 USC 1091(a)", "Treas. Reg. 1.1091-1(a)")
def in_window(sold_day: int, acquired_day: int) -> bool:
    """Acquired within the period that begins 30 days before the sale and ends 30 days after."""
    return abs(acquired_day - sold_day) <= WINDOW_DAYS


@cites("26 USC 1091(a)")
def window_end(sold_day: int) -> int:
    """The last day on which an acquisition replaces shares sold on ``sold_day``."""
    return sold_day + WINDOW_DAYS


@cites("26 USC 1091(a)")
def window_start(sold_day: int) -> int:
    """The first day on which an acquisition replaces shares sold on ``sold_day``."""
    return sold_day - WINDOW_DAYS


@cites("Treas. Reg. 1.1091-1(c)", "Treas. Reg. 1.1091-1(d)")
def disallowed_part(
    loss_cents: int, loss_units: int, disallowed_cents: int, matched_units: int
) -> int:
    """Loss in cents that further replacement shares disallow.

    ``loss_cents`` is the positive loss on ``loss_units`` share equivalents; with these shares
    ``matched_units`` of them have met a replacement, and ``disallowed_cents`` was disallowed by
    those before.  The parts are differences of one cumulative share: they sum to the loss.
    """
    return max(0, apportion(loss_cents, matched_units, loss_units) - disallowed_cents)


@cites("26 USC 1091(d)", "Treas. Reg. 1.1091-2(a)")
def replacement_basis(cost_cents: int, disallowed_cents: int) -> int:
    """Basis of replacement shares: their cost and the loss that they took over.

    The statute's form, old basis plus the difference of the two prices, is the same sum.
    """
    return cost_cents + disallowed_cents


@cites("Rev. Rul. 2008-5")
def is_permanent_in(is_tax_deferred: bool) -> bool:
    """Whether a replacement in an account ends the loss for good: an IRA's basis takes none."""
    return is_tax_deferred
