"""Distributions that are no dividend: they return capital first.  26 USC 301(c) and 331."""

from taxlots.law.cites import cites


@cites("26 USC 301(c)(2)", "26 USC 1016(a)(4)", "26 USC 331")
def basis_returned(basis_cents: int, distributed_cents: int) -> int:
    """What of a distribution on a block of shares lowers its basis, which stops at zero."""
    return min(basis_cents, distributed_cents)


@cites("26 USC 301(c)(3)", "26 USC 331")
def gain_beyond_basis(basis_cents: int, distributed_cents: int) -> int:
    """What of a distribution on a block of shares is gain: all that exceeds its basis."""
    return max(0, distributed_cents - basis_cents)
