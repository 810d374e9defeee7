"""Cash besides stock in a reorganization: gain up to the cash, never a loss.  26 USC 356."""

from taxlots.law.cites import cites


@cites("26 USC 356(a)(1)", "26 USC 356(c)", "Rev. Rul. 68-23")
def recognized_gain(basis_cents: int, cash_cents: int, stock_cents: int) -> int:
    """Gain on one block that gets cash and stock of a value: the gain realized, at most the cash.

    Blocks are reckoned apart; a loss on one is not recognized and lowers no other's gain.
    """
    return max(0, min(cash_cents + stock_cents - basis_cents, cash_cents))
