"""Schedules: which part of an order trades in which interval.

TWAP is even in time, VWAP in volume.  Almgren and Chriss trade faster the more its risk weighs
against its impact: in closed form where impact is linear, and exactly, by one shooting in one
unknown, where it follows the square-root law.  Source: Almgren and Chriss, "Optimal execution of
portfolio transactions" (2000); Almgren, "Optimal execution with nonlinear impact functions" (2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import acosh, inf, sinh
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.execution.impact import Market, TradeCost, slice_cost
from taxlots.plan.stated_numbers import Floats, above_zero, amounts, at_least_one, not_below_zero

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

TRADED_PART_OF_LAW: Final = 1.5
"""The derivative of n ** 1.5 is 1.5 * n ** 0.5."""

MOST_STEEPNESS: Final = 700.0
"""Beyond it ``sinh`` overflows; such a schedule trades everything in its first interval."""

BISECTIONS: Final = 200

ROUNDING: Final = 1e-9
"""A part of an order that is rounding of floats."""


def twap(count: int) -> Floats:
    """Equal parts of an order in ``count`` intervals of equal length; they sum to 1."""
    return np.full(at_least_one(count, "the number of tranches"), 1.0 / count)


def vwap(volumes: ArrayLike) -> Floats:
    """Parts of an order in proportion to the volume of each interval; they sum to 1.

    Raises UsageError where no interval has volume.
    """
    expected = amounts(volumes, "volumes")
    if expected.sum() <= 0:
        raise UsageError("no interval has any volume; state the volume that is expected of each")
    return np.asarray(expected / expected.sum(), np.float64)


def almgren_chriss(count: int, steepness: float) -> Floats:
    """Parts of an order by the closed form of Almgren and Chriss; they sum to 1 and do not rise.

    What is left after interval k is sinh(steepness × (count - k)) / sinh(steepness × count).
    ``steepness`` 0 is TWAP.
    """
    n = at_least_one(count, "the number of tranches")
    rate = not_below_zero(steepness, "the steepness")
    if rate == 0:
        return twap(n)
    if rate * n > MOST_STEEPNESS:
        # sinh(a) / sinh(b) is exp(a - b) where both are large.
        left = np.exp(-rate * np.arange(n + 1))
        left[-1] = 0.0
    else:
        left = np.array([sinh(rate * (n - k)) / sinh(rate * n) for k in range(n + 1)])
    return np.asarray(-np.diff(left), np.float64)


def steepness(risk_aversion: float, market: Market, shares: float, days: float = 1.0) -> float:
    """The steepness of the closed form for intervals of ``days``, by the square-root law's slope.

    Linear impact is taken to cost what the law costs where the order takes one interval's volume
    at the order's own size: eta = factor × volatility × price × (shares / volume) ** 0.5 / (shares
    / days).  ``risk_aversion`` is per dollar of variance (see ``risk_aversion_of``).
    """
    above_zero(days, "the length of an interval")
    units = above_zero(abs(shares), "the number of shares")
    one = slice_cost(units, above_zero(market.adv, "the volume") * days, market)
    eta = one.impact / units / (units / days)
    if eta == 0:
        return MOST_STEEPNESS if risk_aversion > 0 else 0.0
    variance = (market.volatility * market.price) ** 2
    lam = not_below_zero(risk_aversion, "the risk aversion")
    return float(acosh(1 + lam * variance * days * days / (2 * eta)))


def risk_aversion_of(relative: float, wealth_dollars: float) -> float:
    """Risk aversion per dollar of variance from a relative one (3 is usual) and the wealth.

    The certainty equivalent of a cost of variance v is relative / (2 × wealth) × v.
    """
    wealth = above_zero(wealth_dollars, "the wealth")
    return not_below_zero(relative, "the risk aversion") / (2 * wealth)


def square_root_schedule(
    shares: float,
    volumes: ArrayLike,
    market: Market,
    risk_aversion: float,
    days: float = 1.0,
    most_part: float = inf,
) -> Floats:
    """Parts of an order that cost least in impact and risk under the square-root law.

    Minimizes sum of impact(n_k) + risk_aversion × (price × volatility)² × days × sum of what is
    left after each interval, squared, over all n_k >= 0 that sum to ``shares``.  The optimality
    conditions give the interval before from the one after, so that the last slice's marginal cost
    is the one unknown; the order's size rises with it.  ``volumes`` are shares expected to change
    hands in each interval of ``days``; nothing trades where none do.  Risk aversion 0 is VWAP.
    No interval takes more than ``most_part`` of its volume, and then the schedule is still the best
    of those that do not; raises UsageError where all of them together do not take the order.
    """
    expected = amounts(volumes, "volumes")
    units = above_zero(abs(shares), "the number of shares")
    weight = not_below_zero(risk_aversion, "the risk aversion")
    variance = (market.volatility * market.price) ** 2 * above_zero(days, "the interval's length")
    scale = market.impact_factor * market.volatility * market.price
    pull = 2 * weight * variance
    most = expected * most_part if most_part < inf else np.full(len(expected), inf)
    if most.sum() < units * (1 - ROUNDING):
        raise UsageError(
            f"{units:.6g} shares are more than {most_part:g} of the volume of all intervals,"
            f" {expected.sum():.6g}; allow more intervals or a larger part"
        )
    if pull == 0:
        return vwap(expected)
    if scale == 0 or expected.sum() <= 0:
        return _at_once(expected) if most_part == inf else _as_soon_as(units, most)
    steepness_of = TRADED_PART_OF_LAW * scale / np.sqrt(np.where(expected > 0, expected, inf))
    low, high = 0.0, float(np.max(steepness_of)) * units**0.5
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if _backwards(middle, most, steepness_of, pull, units).sum() < units:
            low = middle
        else:
            high = middle
    slices = _backwards(high, most, steepness_of, pull, units)
    return np.asarray(slices / slices.sum(), np.float64)


def _at_once(expected: Floats) -> Floats:
    """Everything in the first interval with volume: impact costs nothing."""
    if expected.sum() <= 0:
        raise UsageError("no interval has any volume; state the volume that is expected of each")
    parts = np.zeros(len(expected))
    parts[int(np.flatnonzero(expected > 0)[0])] = 1.0
    return parts


def _as_soon_as(units: float, most: Floats) -> Floats:
    """As much in each interval as it may take, until all is traded."""
    before = np.concatenate([[0.0], np.cumsum(most)[:-1]])
    return np.asarray(np.clip(units - before, 0.0, most) / units, np.float64)


def _backwards(
    marginal: float, caps: Floats, steepness_of: Floats, pull: float, most: float
) -> Floats:
    """Slices from the last to the first: 1.5 c n ** 0.5 = marginal + pull × sum of what is left.

    A slice that would exceed its cap is the cap: the multiplier of the limit takes up what is left
    of the condition.  It stops once more than ``most`` is traded, so that a trial far too high
    stays finite.
    """
    slices = np.zeros(len(caps))
    left = 0.0
    risk = 0.0
    for k in range(len(caps) - 1, -1, -1):
        risk += pull * left
        if steepness_of[k] > 0 and caps[k] > 0:
            slices[k] = min(caps[k], ((marginal + risk) / steepness_of[k]) ** 2)
            left += slices[k]
        if left > 2 * most:
            break
    return slices


@dataclass(frozen=True, slots=True)
class ScheduleCost:
    """What a schedule is expected to cost in dollars, and the standard deviation of it."""

    cost: TradeCost
    deviation: float

    def certainty_equivalent(self, risk_aversion: float) -> float:
        """The expected cost and what its risk is worth, in dollars."""
        return self.cost.total + risk_aversion * self.deviation**2


def schedule_cost(
    parts: ArrayLike, shares: float, volumes: ArrayLike, market: Market, days: float = 1.0
) -> ScheduleCost:
    """Cost and risk of trading ``shares`` by parts while volumes change hands in each interval.

    The risk is that of what is left after each interval of ``days``.
    """
    fractions = amounts(parts, "the parts of the schedule")
    expected = amounts(volumes, "volumes", fractions)
    cost = TradeCost()
    for part, volume in zip(fractions, expected, strict=True):
        cost += slice_cost(float(part) * shares, float(volume), market)
    left = abs(shares) * (fractions.sum() - np.cumsum(fractions))
    variance = (market.volatility * market.price) ** 2 * days * float(np.sum(left[:-1] ** 2))
    return ScheduleCost(cost, variance**0.5)


def whole_slices(parts: ArrayLike, quantity: int, lot: int = 1) -> tuple[int, ...]:
    """Quantities of an order by parts, in whole lots; their sum is the order, always.

    ``quantity`` and ``lot`` in one unit (1e-8 shares in the books).  Cumulative parts are rounded,
    so that no slice is off by more than one lot; what is no whole lot goes with the last slice.
    """
    fractions = amounts(parts, "the parts of the schedule")
    at_least_one(lot, "the lot")
    total = float(fractions.sum())
    if total <= 0:
        raise UsageError("a schedule without parts trades nothing")
    whole = quantity // lot * lot
    bounds = [round(float(c) / total * quantity / lot) * lot for c in np.cumsum(fractions)]
    last = max(k for k, part in enumerate(fractions) if part > 0)
    bounds = [min(bound, whole) for bound in bounds[:last]] + [quantity] * (len(bounds) - last)
    return tuple(later - sooner for sooner, later in zip([0, *bounds], bounds, strict=False))
