"""What may not be bought after sales at a loss, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from taxlots.plan.free_day import first_free_day

if TYPE_CHECKING:
    from taxlots.plan.several_sales import BookedSale


def sentence_of_losses(sales: Iterable[BookedSale], day: int) -> str:
    """What was sold at a loss on a day, and until when it may not be bought; blank without a loss.

    Source: 26 USC 1091(a).
    """
    symbols = [
        one.request.symbol
        for one in sales
        if any(outcome.gain_cents < 0 for outcome in one.outcomes)
    ]
    if not symbols:
        return ""
    return (
        f"sold at a loss: {', '.join(dict.fromkeys(symbols))}; neither they nor what is identical"
        f" may be bought in any account until {first_free_day(day)}"
    )
