"""Losses on sales between related taxpayers.  26 USC 267.

The seller's loss is denied.  The buyer's later gain is recognized only as far as it exceeds that
loss, so the buyer has one basis for gain and another, the price paid, for loss.
"""

from taxlots.law.cites import cites


@cites("26 USC 267(a)(1)", "26 USC 267(b)")
def denied_to_seller(loss_cents: int, disallowed_cents: int) -> int:
    """Loss in cents that a sale to a related taxpayer denies: all that section 1091 leaves.

    ``loss_cents`` is the positive loss of the sale, ``disallowed_cents`` what section 1091 took.
    """
    return max(0, loss_cents - disallowed_cents)


@cites("26 USC 267(d)", "Treas. Reg. 1.267(d)-1(a)")
def buyers_gain_basis(cost_cents: int, sellers_denied_cents: int) -> int:
    """Basis for gain of what was bought from a related taxpayer, in cents.

    The cost and the loss that section 267(a)(1) denied to the seller; not what section 1091
    disallowed to the seller, which is in another basis already.
    """
    return cost_cents + sellers_denied_cents


@cites("26 USC 267(d)", "Treas. Reg. 1.267(d)-1(a)(3)")
def buyers_loss_basis(cost_cents: int) -> int:
    """Basis for loss of what was bought from a related taxpayer: its cost alone, in cents."""
    return cost_cents
