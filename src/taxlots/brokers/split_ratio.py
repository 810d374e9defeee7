"""The ratio of a split that no row tells: it follows from the shares before and after.

A ratio is derived only where the rows leave no other, and every derived ratio is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Final

from taxlots.brokers.entries import within
from taxlots.domain.money import SHARE

_SHOWN_UNIT: Final = SHARE // 10_000
"""Custodians show and book four decimals of a share, or three, which only widens the doubt."""
_GREATEST_TERM: Final = 100
_GREATEST_SCALE: Final = 1_000
"""Ratios of the form n or 1/n are taken up to this n."""
_GREATEST_ROUNDED_DENOMINATOR: Final = 10
_PRICE_MEMORY_DAYS: Final = 30
_PRICE_DRIFT: Final = Fraction(3, 2)
"""Within a month a price may drift by this factor before it contradicts a ratio."""


def declared_ratio(before: int, after: int, *, in_lieu: bool) -> Fraction | None:
    """Shares after ÷ shares before, as a company would declare it; None if not certain.

    Quantities in 1e-8 shares.  Exact when the shares tell it exactly; where they were rounded
    (or, ``in_lieu``, cut to whole shares with the rest paid in money), the one simple ratio that
    gives this result, if there is but one.
    """
    if before <= 0 or after <= 0 or before == after:
        return None
    exact = Fraction(after, before)
    if not in_lieu and _is_declarable(exact):
        return exact
    unit = SHARE if in_lieu else _SHOWN_UNIT
    low, high = Fraction(after - unit, before), Fraction(after + unit, before)
    fitting: set[Fraction] = set()
    for denominator in range(1, _GREATEST_ROUNDED_DENOMINATOR + 1):
        for numerator in range(max(1, floor(low * denominator) + 1), ceil(high * denominator)):
            fitting.add(Fraction(numerator, denominator))
            if len(fitting) > 1:
                return None
    if high < 1:
        scales = range(floor(1 / high) + 1, ceil(1 / low) if low > 0 else _GREATEST_SCALE)
        fitting |= {Fraction(1, n) for n in scales[:2] if n <= _GREATEST_SCALE}
    return fitting.pop() if len(fitting) == 1 and Fraction(1) not in fitting else None


def _is_declarable(ratio: Fraction) -> bool:
    top, bottom = ratio.numerator, ratio.denominator
    if top == 1 or bottom == 1:
        return max(top, bottom) <= _GREATEST_SCALE
    return max(top, bottom) <= _GREATEST_TERM


@dataclass(slots=True)
class Holdings:
    """What the account holds of each symbol, as far as the rows tell.

    ``shares`` starts with what was held before the file, where known.  A symbol of which more
    left than came in was held before: its position is not known.
    """

    shares: dict[str, int]
    unknown: set[str] = field(default_factory=set)
    prices: dict[str, tuple[date, Fraction]] = field(default_factory=dict)
    today: date | None = None
    touched: set[str] = field(default_factory=set)

    def move(self, symbol: str, quantity: int, day: date) -> None:
        """Shares come in (positive) or leave (negative)."""
        self._turn_to(day)
        self.shares[symbol] = self.shares.get(symbol, 0) + quantity
        self.touched.add(symbol)

    def trade(self, symbol: str, price: str, day: date) -> None:
        """Remember what a share last cost."""
        if price and Fraction(price) > 0:
            self.prices[symbol] = (day, Fraction(price))

    def split(self, symbol: str, ratio: Fraction, after: int) -> None:
        """The position becomes ``after``; the remembered price follows the ratio."""
        self.shares[symbol] = after
        if symbol in self.prices:
            day, price = self.prices[symbol]
            self.prices[symbol] = (day, price / ratio)

    def before(self, symbol: str, day: date) -> int | None:
        """The position before an event of ``day``; None if it is not known or nothing is held."""
        self._turn_to(day)
        held = self.shares.get(symbol, 0)
        return held if held > 0 and symbol not in self.unknown else None

    def contradicts(self, symbol: str, ratio: Fraction, price_after: str, day: date) -> bool:
        """Whether the last trade's price and the price after the split speak against a ratio."""
        if symbol not in self.prices or not price_after or Fraction(price_after) <= 0:
            return False
        traded, price = self.prices[symbol]
        if not within(_PRICE_MEMORY_DAYS, traded, day):
            return False
        off = price / Fraction(price_after) / ratio
        return not 1 / _PRICE_DRIFT <= off <= _PRICE_DRIFT

    def _turn_to(self, day: date) -> None:
        # Within a day the order of rows is not certain, so a position is judged at day's end.
        if day != self.today:
            self.unknown |= {s for s in self.touched if self.shares.get(s, 0) < 0}
            self.touched = set()
            self.today = day


def opening(held: Mapping[str, int] | None) -> Holdings:
    """Holdings at the start of a file."""
    return Holdings(dict(held or {}))
