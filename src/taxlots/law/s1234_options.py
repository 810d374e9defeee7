"""Premiums of options: where they go when an option is exercised.  26 USC 1234, Pub. 550."""

from taxlots.law.cites import cites


@cites("26 USC 1234(a)", "Rev. Rul. 78-182")
def cost_by_exercise(paid_cents: int, premium_cents: int) -> int:
    """Basis of stock bought by exercising a call: the price paid and the premium of the call."""
    return paid_cents + premium_cents


@cites("26 USC 1234(b)", "Rev. Rul. 78-182")
def cost_by_assignment(paid_cents: int, premium_cents: int) -> int:
    """Basis of stock that a written put makes its writer buy: the price less the premium."""
    return paid_cents - premium_cents


@cites("26 USC 1234(a)", "Rev. Rul. 78-182")
def proceeds_by_exercise(received_cents: int, premium_cents: int) -> int:
    """Proceeds of stock sold by exercising a put: the price less the put's basis."""
    return received_cents - premium_cents


@cites("26 USC 1234(b)", "Rev. Rul. 78-182")
def proceeds_by_assignment(received_cents: int, premium_cents: int) -> int:
    """Proceeds of stock that a written call takes away: the price and the premium."""
    return received_cents + premium_cents
