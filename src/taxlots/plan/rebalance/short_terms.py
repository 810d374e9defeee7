"""Short positions in a household's plan: what a dollar that is owed ties up, costs and stands for.

A short position is planned by its equity: the cash that is set aside for it, less what is owed.
Covering frees the equity as a sale frees money, and selling short takes it as a purchase does.  A
dollar of equity moves against the security by one over the equity ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortTerms:
    """How a short position is carried, in 1e-6.

    ``equity_ppm`` is what is set aside beyond each dollar owed: 500,000 by the 150 % of Regulation
    T (12 CFR 220.12(c)).  ``borrow_ppm`` is what borrowing the shares costs a year.
    """

    equity_ppm: int
    borrow_ppm: int = 0

    @property
    def equity(self) -> float:
        """Equity for each dollar owed."""
        return self.equity_ppm / PPM

    @property
    def gear(self) -> float:
        """Dollars of the security that a dollar of equity stands for: below zero."""
        return -PPM / self.equity_ppm

    def equity_cents(self, owed_cents: int) -> int:
        """The equity of what is owed, rounded half up."""
        return (owed_cents * self.equity_ppm + PPM // 2) // PPM
