"""Bonds bought away from par: their basis does not stay their cost.  26 USC 171, 1272, 1278."""

from taxlots.law.cites import cites


@cites("26 USC 1016(a)(5)", "26 USC 171(c)", "26 USC 1272(d)(2)", "26 USC 1278(b)(4)")
def is_cost_adjusted(cost_cents: int, par_cents: int) -> bool:
    """Whether premium or discount moves the basis of a bond away from its cost.

    ``par_cents`` is what all of it repays.  Premium on tax-exempt bonds must be amortized, and
    original issue discount accrues; other premium and market discount by election.
    """
    return cost_cents != par_cents
