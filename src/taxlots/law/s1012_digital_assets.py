"""Digital assets: identified by the moment of sale, each wallet by itself.  26 USC 1012."""

from datetime import date
from typing import Final

from taxlots.domain.calendar import day_of
from taxlots.law.cites import cites

WALLET_BY_WALLET_FROM: Final = day_of(date(2025, 1, 1))
"""From here on each wallet or account is apart (Treas. Reg. 1.1012-1(j))."""


@cites("Treas. Reg. 1.1012-1(j)(2)", "Treas. Reg. 1.1012-1(j)(3)(ii)")
def identified_by_sale(
    identified_day: int, identified_second: int, sold_day: int, sold_second: int
) -> bool:
    """Whether units were identified no later than the date and time of their sale.

    Seconds count from midnight; -1 where the moment is not stated, and then the day alone decides.
    """
    if identified_day != sold_day or identified_second < 0 or sold_second < 0:
        return identified_day <= sold_day
    return identified_second <= sold_second


@cites("Rev. Proc. 2024-28")
def is_allocation_complete(wallet_units: int, unattached_units: int) -> bool:
    """Whether the units of unattached basis are as many as the wallets hold on 1 January 2025."""
    return wallet_units == unattached_units
