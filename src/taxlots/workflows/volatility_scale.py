"""The scale of the volatility target on a day, by the closes of what a household holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.calendar import day_of
from taxlots.domain.problem import UsageError
from taxlots.domain.rebalance_rule import MULTIPLE, RATIO, BandRule, RebalanceRule, TimingRule
from taxlots.plan.timing.calendars import calendar_days
from taxlots.plan.timing.volatility_overlay import BURN_IN, at_scale, most_scale, scale_in_force
from taxlots.plan.timing.volatility_target import VolatilityTarget
from taxlots.workflows.class_prices import SESSIONS_OF_YEAR, PriceGrid
from taxlots.workflows.drift_holdings import Holdings

if TYPE_CHECKING:
    from taxlots.workflows.drift_targets import Market

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class VolatilityScale:
    """The targets of a day at the scale in force, parts of what is invested, shape (n,).

    ``cash_part`` is what goes to cash instead, a part of the whole; ``into`` is the place of the
    class that takes it otherwise.  ``told`` says how much of the mix is held, and why.
    """

    weights: Floats
    is_risky: NDArray[np.bool_]
    into: int | None
    cash_part: float
    told: tuple[str, ...]


def volatility_scale(
    market: Market, holdings: Holdings, rule: RebalanceRule, weights: Floats
) -> VolatilityScale | None:
    """The targets ``weights`` at the scale of the volatility target; None without one.

    Risky is ``volatility_of``, or all that is not illiquid and does not take the rest.  Its mix is
    as it is held; what is not risky counts as still.  Raises UsageError for names that are none.
    """
    asked, stated = rule.timing, market.stated
    if not asked.volatility_target:
        return None
    into = stated.place(asked.volatility_into) if asked.volatility_into else None
    names = asked.volatility_of or frozenset(
        set(stated.tree.names) - rule.targets.illiquid - {asked.volatility_into}
    )
    leaf = stated.tree.is_leaf()
    is_risky = np.array([name in names for name in stated.tree.names]) & leaf
    own = np.where(leaf, weights, 0.0)
    part = float(own[is_risky].sum() / (own.sum() or 1.0))
    index = _mix(market, holdings, is_risky)
    target = asked.volatility_target / RATIO
    if np.isfinite(index).sum() <= BURN_IN or part <= 0:
        said = f"The volatility target of {target:.1%} needs more closes"
        return VolatilityScale(weights, is_risky, into, 0.0, (said,))
    known = np.flatnonzero(np.isfinite(index))
    returns = part * np.diff(np.log(index[known]))
    days = market.fine.days[known[1:]]
    wanted = _wanted(asked, market.fine)
    scale, now = scale_in_force(returns, days, wanted, _looks(rule.bands, market.fine))
    most = most_scale(stated.tree, weights, is_risky, into)
    told = [_said(now, target, min(scale, most), asked.volatility_into or "cash")]
    if scale > most:
        told.append(f"{scale:.2f} of the mix would borrow: what is beyond {most:.2f} is of futures")
    found = at_scale(stated.tree, weights, is_risky, min(scale, most), into)
    return VolatilityScale(found.weights, is_risky, into, found.cash_part, tuple(told))


def _said(now: float, target: float, scale: float, into: str) -> str:
    then = "nothing changes" if scale == 1.0 else f"hold {scale:.2f} of it, the rest in {into}"
    return f"The mix has a volatility of {now:.1%}, the target is {target:.1%}: {then}"


def _wanted(rule: TimingRule, grid: PriceGrid) -> VolatilityTarget:
    return VolatilityTarget(
        volatility=rule.volatility_target / RATIO,
        decay=rule.volatility_decay / RATIO,
        periods_of_year=grid.periods_of_year,
        dead_band=rule.dead_band / RATIO,
        step=max(rule.step, 1) / RATIO,
        most=max(rule.most_scale, 1) / MULTIPLE,
    )


def _looks(rule: BandRule, grid: PriceGrid) -> frozenset[int] | None:
    """The days of a grid of sessions on which one looks; None where one looks at each."""
    if not rule.look or grid.periods_of_year != SESSIONS_OF_YEAR:
        return None
    return frozenset(calendar_days(rule.look, day_of(rule.look_from), grid.days.tolist()))


def _mix(market: Market, holdings: Holdings, is_risky: NDArray[np.bool_]) -> Floats:
    """The index of the risky classes as they are held, over the days of the fine grid."""
    parts: dict[str, float] = {}
    for place in map(int, np.flatnonzero(is_risky)):
        for symbol, cents in holdings.cents.get(market.stated.tree.names[place], {}).items():
            parts[symbol] = parts.get(symbol, 0.0) + cents
    if not parts:
        raise UsageError("the volatility target is of classes of which nothing is held")
    return market.fine.index(parts)
