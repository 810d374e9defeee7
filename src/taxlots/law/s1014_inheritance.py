"""Property from a decedent.  26 USC 1014 and 1223(9)."""

from taxlots.law.cites import cites


@cites("26 USC 1014(a)")
def inherited_basis(fair_market_value_cents: int) -> int:
    """Basis is the value at death (or at the alternate valuation date, where elected)."""
    return fair_market_value_cents


@cites("26 USC 1223(9)")
def inherited_is_long_term() -> bool:
    """Inherited property counts as held for more than one year, whenever it is sold."""
    return True
