"""Holding periods that carry over.  26 USC 1223."""

from taxlots.law.cites import cites


@cites("26 USC 1223(3)", "Treas. Reg. 1.1223-1(d)")
def tacked_day(acquired_day: int, loss_holding_period_day: int, sold_day: int) -> int:
    """Holding-period day of replacement shares: they include the time the sold ones were held.

    A shift in days (decisions D9 and D10): days between sale and repurchase are not added, and
    days on which both were held count twice.  Where the law dates a sale before the day from which
    the sold shares count as held (26 USC 1233(b)), nothing is added.
    """
    return acquired_day - max(0, sold_day - loss_holding_period_day)
