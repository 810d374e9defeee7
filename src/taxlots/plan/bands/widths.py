"""Bands around targets, and how wide they are: the systems in use.

A band is two weights, parts of the whole, and contains its target.  All functions take and give
arrays of shape (n,).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import NEGLIGIBLE, Floats

SESSIONS_OF_YEAR = 252.0
DAYS_OF_YEAR = 365.0

LIQUIDITY_STEPS = ((0.1, 1.0), (1.0, 1.25), (5.0, 1.5), (np.inf, 2.0))
"""Days of its volume that a class takes at most, and how much wider its band is for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """The lowest and the highest weight that sets off no trade, shape (n,)."""

    low: Floats
    high: Floats


def bands_of(names: Sequence[str], target: Floats, low: Floats, high: Floats) -> Bands:
    """Bands as they are stated.

    Raises UsageError, with the nearest that does not, where one excludes its target.
    """
    for place, name in enumerate(names):
        edges = (low[place], high[place])
        if not edges[0] - NEGLIGIBLE <= target[place] <= edges[1] + NEGLIGIBLE:
            nearest = (min(edges[0], target[place]), max(edges[1], target[place]))
            raise UsageError(
                f"the band of {name}, {edges[0]:.4f} to {edges[1]:.4f}, excludes its target"
                f" {target[place]:.4f}; the nearest that does not is {nearest[0]:.4f} to"
                f" {nearest[1]:.4f}"
            )
    return Bands(low, high)


def around(target: Floats, below: Floats | float, above: Floats | float | None = None) -> Bands:
    """Bands of some width below and above (default: the same), within nothing and the whole."""
    over = below if above is None else above
    if np.min(below) < 0 or np.min(over) < 0 or not np.isfinite(target).all():
        raise UsageError("the widths of bands are not negative, and each target is a number")
    return Bands(np.maximum(target - below, 0.0), np.minimum(target + over, 1.0))


def absolute(target: Floats, width: Floats | float) -> Bands:
    """The same distance on both sides: 0.05 is five percentage points."""
    return around(target, width)


def relative(target: Floats, ratio: Floats | float) -> Bands:
    """A part of the target on both sides: 0.20 is a fifth of it (G. Daryanani, 2008)."""
    return around(target, target * ratio)


def wider(target: Floats, width: Floats | float, ratio: Floats | float) -> Bands:
    """The wider of an absolute and a relative band: small classes are not traded for nothing."""
    return around(target, np.maximum(width, target * ratio))


def narrower(target: Floats, width: Floats | float = 0.05, ratio: Floats | float = 0.25) -> Bands:
    """The narrower of both: the "5/25" rule (L. Swedroe)."""
    return around(target, np.minimum(width, target * ratio))


def asymmetric(target: Floats, below: Floats | float, above: Floats | float) -> Bands:
    """Another distance below than above, for instance where selling costs tax and buying none."""
    return around(target, below, above)


def remaining_volatility(target: Floats, covariance: Floats) -> Floats:
    """The volatility of each class against all the rest of the mix, annual.

    Its square is its own variance and that of the rest, less twice their covariance, the rest
    being the other classes in proportion to their targets: the variance that one dollar moved
    between them adds (S. Masters, "Rebalancing", 2003).
    ``covariance`` is annual, shape (n, n).  A class alone has its own volatility.
    """
    found = np.empty(len(target))
    for place in range(len(target)):
        others = target.copy()
        others[place] = 0.0
        moved = -others / others.sum() if others.sum() > 0 else others
        moved[place] = 1.0
        found[place] = np.sqrt(max(0.0, float(moved @ covariance @ moved)))
    return found


def volatility_scaled(
    target: Floats, covariance: Floats, *, multiple: float = 1.0, horizon_days: float = 365.0
) -> Bands:
    """Bands of ``multiple`` usual moves of each weight over a horizon.

    A class that moves by x against the rest changes its weight by about w(1-w)x, so that the
    width is multiple × w(1-w) × its volatility against the rest × √years: each class is as
    likely to leave its band as any other.
    """
    if multiple <= 0 or horizon_days <= 0:
        raise UsageError("the multiple and the horizon of volatility-scaled bands are above 0")
    moves = remaining_volatility(target, covariance) * np.sqrt(horizon_days / DAYS_OF_YEAR)
    return around(target, multiple * target * (1.0 - target) * moves)


def by_class(
    target: Floats,
    base_ratio: float,
    *,
    volatility: Floats,
    cost: Floats,
    days_to_trade: Floats,
) -> Bands:
    """Relative bands that are wider for what is volatile, dear or slow to trade.

    The width is ``base_ratio`` × target × (volatility ÷ its median) × (cost ÷ its median)^⅓ × a
    step for liquidity.  Volatility makes a band be left more often, so that the same number of
    trades needs a band as much wider; the cube root is how the best band grows with cost (Davis
    and Norman, 1990); the steps are ``LIQUIDITY_STEPS`` by days of volume that a trade of the
    class takes.  ``volatility`` is annual and above 0, ``cost`` a part of what is traded.
    """
    if np.min(volatility) <= 0 or np.min(cost) < 0 or np.min(days_to_trade) < 0:
        raise UsageError("volatility is above 0, cost and days to trade are not negative")
    steps = np.array([liquidity_step(float(days)) for days in days_to_trade])
    middle = float(np.median(cost))
    dear = np.cbrt(cost / middle) if middle > 0 else np.ones(len(cost))
    moves = volatility / np.median(volatility)
    return around(target, base_ratio * target * moves * dear * steps)


def liquidity_step(days: float) -> float:
    """How much wider a band is for a class that takes so many days of its volume to trade."""
    return next(factor for most, factor in LIQUIDITY_STEPS if days <= most)


def kept_within(target: Floats, bands: Bands, least: float, most: float) -> Bands:
    """Bands of which each side is at least ``least`` and at most ``most`` wide."""
    below = np.clip(target - bands.low, least, most)
    above = np.clip(bands.high - target, least, most)
    return around(target, below, above)
