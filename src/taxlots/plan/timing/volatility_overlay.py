"""The volatility target put in force: targets of less of what is risky, and where the rest goes.

The scale in force is that of a rule which has looked at the same mix all along: it begins at 1,
and each look moves it as ``next_scale`` says.  So it follows from closes alone, and two plans of
one day are at the same scale whatever was traded before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.drift import Drift
from taxlots.plan.targets.hierarchy import NEGLIGIBLE, Flags, Floats, Places, Tree, rolled_up
from taxlots.plan.timing.dislocation import ewma_volatility
from taxlots.plan.timing.volatility_target import VolatilityTarget, next_scale

BURN_IN = 24
"""Returns before the first look: an exponential mean of fewer is that of its first ones."""


@dataclass(frozen=True, slots=True, eq=False)
class ScaledTargets:
    """Targets at a scale, parts of what is invested, shape (n,), that sum as before.

    ``cash_part`` is the part of the whole that goes to cash instead.
    """

    weights: Floats
    cash_part: float


def scale_in_force(
    returns: Floats, days: Places, rule: VolatilityTarget, looks: Collection[int] | None = None
) -> tuple[float, float]:
    """The scale after the last look, and the volatility of the last day, annual.

    ``returns`` are those of the risky part and ``days`` those on which they end, shape (t,);
    ``looks`` are the days on which one looks, None for all.  Raises UsageError for fewer returns
    than ``BURN_IN``.
    """
    if len(returns) < BURN_IN:
        raise UsageError(f"a volatility target needs {BURN_IN} returns or more")
    volatility = ewma_volatility(returns, rule.decay) * np.sqrt(rule.periods_of_year)
    now = min(1.0, rule.most)
    for place in range(BURN_IN - 1, len(returns)):
        if looks is None or int(days[place]) in looks:
            now = next_scale(now, float(volatility[place]), rule)
    return now, float(volatility[-1])


def most_scale(tree: Tree, weights: Floats, is_risky: Flags, into: int | None) -> float:
    """The highest scale that borrows nothing: above it what is beyond goes into futures."""
    own = np.where(tree.is_leaf() & is_risky, weights, 0.0).sum()
    if into is None or own <= 0:
        return 1.0
    return 1.0 + float(weights[into] / own)


def at_scale(
    tree: Tree, weights: Floats, is_risky: Flags, scale: float, into: int | None
) -> ScaledTargets:
    """Targets with the lowest risky classes at a scale, and the difference in one class or cash.

    ``weights`` are parts of the whole, shape (n,), rolled up; ``into`` is the place of a lowest
    class that is not risky, None for cash.  Raises UsageError for another one, and for a scale
    that borrows.
    """
    leaf = tree.is_leaf()
    own = np.where(leaf, weights, 0.0)
    risky = leaf & is_risky
    moved = float((1.0 - scale) * own[risky].sum())
    after = np.where(risky, own * scale, own)
    if into is not None:
        if risky[into] or not leaf[into]:
            raise UsageError(
                f"{tree.names[into]} cannot take what the volatility target leaves: name a lowest"
                " class that is not scaled itself"
            )
        after[into] += moved
    if scale < 0 or scale > most_scale(tree, weights, is_risky, into) + NEGLIGIBLE:
        raise UsageError(f"a scale of {scale:.3f} borrows; cap it at most_scale")
    after = np.maximum(after, 0.0)
    if into is not None or after.sum() <= NEGLIGIBLE:
        return ScaledTargets(rolled_up(tree, after), 0.0)
    return ScaledTargets(rolled_up(tree, after * (own.sum() / after.sum())), moved)


def moved_to_scale(
    tree: Tree,
    found: Drift,
    target: Floats,
    is_risky: Flags,
    into: int,
    *,
    dead_band: float,
    dollars: float,
) -> Drift:
    """Drift in which the risky classes together go to their targets, where they are far from them.

    Far is further than ``dead_band``, a part of what they are to be.  They keep the proportions
    that bands send them to; ``into`` takes or gives the rest, as far as it has some.  ``dollars``
    is the value of the whole.
    """
    leaf = tree.is_leaf()
    risky = leaf & is_risky
    wanted, held = float(target[risky].sum()), float(found.weights[risky].sum())
    if abs(held - wanted) <= dead_band * wanted + NEGLIGIBLE:
        return found
    going = np.where(leaf, found.destinations, 0.0)
    now = float(going[risky].sum())
    if now <= 0:
        return found
    change = min(wanted - now, float(going[into]))
    after = np.where(risky, going * (1.0 + change / now), going)
    after[into] -= change
    beside = found.destinations - rolled_up(tree, going)
    ends = rolled_up(tree, after) + beside
    return replace(found, destinations=ends, trades=np.asarray((ends - found.weights) * dollars))
