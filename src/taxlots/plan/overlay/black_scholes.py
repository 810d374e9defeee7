"""Prices and greeks of European options by Black, Scholes and Merton, a share each.

Source: Black and Scholes (1973), Merton (1973).  An American option is worth as much or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import erf, exp, log, pi, sqrt
from typing import Final

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.contracts import Option
from taxlots.plan.stated_numbers import above_zero, finite

HIGHEST_VOLATILITY: Final = 10.0
BISECTIONS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The underlying: its price, the rate and its dividend yield, annual and continuous."""

    price: float
    rate: float = 0.0
    dividend_yield: float = 0.0

    def __post_init__(self) -> None:
        above_zero(self.price, "the price of the underlying")
        finite(self.rate, "the rate")
        finite(self.dividend_yield, "the dividend yield")


@dataclass(frozen=True, slots=True)
class Greeks:
    """Price and sensitivities of one share's option.

    ``delta`` a dollar of the underlying, ``gamma`` delta a dollar, ``vega`` for volatility by 1
    (100 points), ``theta`` a year, ``rho`` for the rate by 1.
    """

    price: float
    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float


def greeks(option: Option, spot: Spot, as_of: date) -> Greeks:
    """Price and greeks of an option on a day, a share.  Raises UsageError where it has expired."""
    return greeks_of(
        spot, option.strike, option.years(as_of), option.volatility, is_call=option.is_call
    )


def greeks_of(
    spot: Spot, strike: float, years: float, volatility: float, *, is_call: bool
) -> Greeks:
    """Price and greeks from figures; ``years`` and ``volatility`` above zero."""
    time = above_zero(years, "the years to expiry")
    deviation = above_zero(volatility, "the volatility") * sqrt(time)
    k = above_zero(strike, "the strike")
    held = exp(-spot.dividend_yield * time)
    paid = exp(-spot.rate * time)
    d1 = (log(spot.price / k) + (spot.rate - spot.dividend_yield) * time) / deviation
    d1 += deviation / 2
    d2 = d1 - deviation
    sign = 1.0 if is_call else -1.0
    in_stock = spot.price * held * _normal(sign * d1)
    in_cash = k * paid * _normal(sign * d2)
    density = exp(-d1 * d1 / 2) / sqrt(2 * pi)
    decay = spot.price * held * density * volatility / (2 * sqrt(time))
    return Greeks(
        price=sign * (in_stock - in_cash),
        delta=sign * held * _normal(sign * d1),
        gamma=held * density / (spot.price * deviation),
        vega=spot.price * held * density * sqrt(time),
        theta=-decay - sign * (spot.rate * in_cash - spot.dividend_yield * in_stock),
        rho=sign * time * in_cash,
    )


def implied_volatility(
    price: float, spot: Spot, strike: float, years: float, *, is_call: bool
) -> float:
    """The volatility at which an option has its price.

    Raises UsageError for a price that no volatility up to 1000 percent gives.
    """

    def at(volatility: float) -> float:
        return greeks_of(spot, strike, years, volatility, is_call=is_call).price

    low, high = 1e-6, HIGHEST_VOLATILITY
    if not at(low) <= price <= at(high):
        raise UsageError(
            f"no volatility gives a price of {price}; it must lie from {at(low):.4f} to"
            f" {at(high):.4f}"
        )
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if at(middle) < price else (low, middle)
    return (low + high) / 2


def _normal(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2
