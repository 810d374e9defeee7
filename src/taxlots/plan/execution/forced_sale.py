"""The discount of a forced sale: what it costs to sell an illiquid holding before its time.

Whoever must sell now gives up the right to wait.  Three models say what that right is worth, as a
fraction of the price: Chaffe's protective put (1993), Finnerty's average-strike put (2012) and
Longstaff's lookback (1995), which is an upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, expm1, log, pi, sqrt
from typing import Final

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import finite, not_below_zero, part_of_one

SERIES_BELOW: Final = 1e-3
"""Below this variance the closed form loses its digits, and its limit is used."""


@dataclass(frozen=True, slots=True)
class ForcedSaleDiscount:
    """Discounts by three models, fractions of the price; ``used`` is Finnerty's plus the fee."""

    chaffe: float
    finnerty: float
    longstaff: float
    used: float


def forced_sale_discount(
    volatility: float,
    years_early: float,
    *,
    dividend_yield: float = 0.0,
    rate: float = 0.0,
    fee: float = 0.0,
) -> ForcedSaleDiscount:
    """The discount of selling ``years_early`` before an orderly sale would be done.

    ``volatility``, ``dividend_yield`` and ``rate`` are annual and continuous; ``fee`` is what the
    sale costs besides, as a fraction of the price.  Nothing is given up by selling in time, and no
    discount exceeds the price.
    """
    sigma = not_below_zero(volatility, "the volatility")
    years = not_below_zero(years_early, "the years")
    besides = part_of_one(fee, "the fee")
    finnerty = _finnerty(sigma, years, finite(dividend_yield, "the dividend yield"))
    return ForcedSaleDiscount(
        chaffe=_chaffe(sigma, years, dividend_yield, finite(rate, "the rate")),
        finnerty=finnerty,
        longstaff=_longstaff(sigma, years),
        used=min(1.0, finnerty + besides),
    )


def forced_sale_proceeds(value_dollars: float, discount: ForcedSaleDiscount) -> float:
    """What a forced sale of a value brings, in dollars."""
    return not_below_zero(value_dollars, "the value") * (1 - discount.used)


def years_to_sell(value_dollars: float, dollars_a_year: float) -> float:
    """Years in which an orderly sale is done: value over what the market takes in a year.

    Raises UsageError where it takes nothing: then no orderly sale exists to compare with.
    """
    if dollars_a_year <= 0:
        raise UsageError("the market takes nothing in a year; state the years of an orderly sale")
    return not_below_zero(value_dollars, "the value") / dollars_a_year


def _normal(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2


def _chaffe(sigma: float, years: float, dividend: float, rate: float) -> float:
    """A European put with the present price as its strike."""
    deviation = sigma * sqrt(years)
    if deviation == 0:
        return max(0.0, exp(-rate * years) - exp(-dividend * years))
    above = (rate - dividend) * years / deviation + deviation / 2
    return exp(-rate * years) * _normal(deviation - above) - exp(-dividend * years) * _normal(
        -above
    )


def _finnerty(sigma: float, years: float, dividend: float) -> float:
    """A put whose strike is the average forward price of the time that is lost."""
    variance = sigma * sigma * years
    if variance == 0:
        return 0.0
    if variance < SERIES_BELOW:
        # v² = s + ln(2 (e^s - s - 1)) - 2 ln(e^s - 1), whose expansion for small s is s / 3.
        square = variance / 3
    else:
        grown = expm1(variance)
        square = variance + log(2 * (grown - variance)) - 2 * log(grown)
    half = sqrt(max(0.0, square)) / 2
    return exp(-dividend * years) * (_normal(half) - _normal(-half))


def _longstaff(sigma: float, years: float) -> float:
    """What a seller of perfect foresight would give up; at most the price."""
    variance = sigma * sigma * years
    value = (2 + variance / 2) * _normal(sqrt(variance) / 2)
    value += sqrt(variance / (2 * pi)) * exp(-variance / 8) - 1
    return min(1.0, value)
