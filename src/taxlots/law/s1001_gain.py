"""Gain and loss realized.  26 USC 1001."""

from taxlots.law.cites import cites


@cites("26 USC 1001(a)")
def gain(proceeds_cents: int, adjusted_basis_cents: int) -> int:
    """Amount realized less adjusted basis, in cents; a loss is negative."""
    return proceeds_cents - adjusted_basis_cents
