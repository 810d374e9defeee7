"""Collectibles: the group that is taxed at 28 percent at most.  26 USC 1(h)(4), (5)."""

from taxlots.law.cites import cites


@cites("26 USC 1(h)(5)(A)", "26 USC 408(m)")
def is_28_percent_gain(is_collectible: bool, is_long: bool) -> bool:
    """Whether gain or loss belongs to the 28 % group: a collectible held for more than a year."""
    return is_collectible and is_long
