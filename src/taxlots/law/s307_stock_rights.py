"""Rights to buy stock, distributed on stock: when they take part of its basis.  26 USC 307."""

from typing import Final

from taxlots.law.cites import cites

SMALL_PART: Final = 100
LARGE_PART: Final = 15
"""Rights worth at least 15 of 100 parts of the stock's value share its basis."""


@cites("26 USC 307(b)(1)", "Treas. Reg. 1.307-2")
def must_allocate(rights_cents: int, stock_cents: int) -> bool:
    """Whether rights of a value take part of the basis of stock of a value without an election."""
    return SMALL_PART * rights_cents >= LARGE_PART * stock_cents
