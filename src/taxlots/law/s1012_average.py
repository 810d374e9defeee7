"""The average basis method for fund shares and plan stock.  Treas. Reg. 1.1012-1(e)."""

from taxlots.domain.calendar import civil, day_number
from taxlots.domain.money import SHARE, apportion
from taxlots.law.cites import cites


@cites("Treas. Reg. 1.1012-1(e)(7)(i)")
def average_basis(pool_cents: int, pool_units: int, units: int, is_to_cents: int) -> int:
    """Basis of ``units`` out of a pool of ``pool_units``, in cents.

    Exact and rounded once; or, as the regulation's examples do it, by an average rounded to cents
    a share.  What empties the pool takes all that is left.
    """
    if units == pool_units:
        return pool_cents
    if is_to_cents:
        average = apportion(pool_cents, SHARE, pool_units)
        return min(pool_cents, apportion(average, units, SHARE))
    return apportion(pool_cents, units, pool_units)


@cites("Treas. Reg. 1.1012-1(e)(9)(iii)")
def can_revoke(elected_day: int, day: int) -> bool:
    """Whether an election, before any sale under it, can still be revoked: within one year."""
    year, month, of_month = civil(elected_day)
    return day <= day_number(year + 1, month, of_month)
