"""The volatility-target overlay: less of all risky classes when they move more.

The scale is the target over the present volatility (A. Moreira and T. Muir, "Volatility-managed
portfolios", 2017), with a dead band so that it does not trade every day and a cap on each step.
It is put in force with flows and cash first, then futures, and by selling last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import Flags, Floats
from taxlots.plan.timing.dislocation import ewma_volatility


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityTarget:
    """An annual volatility to keep to.

    The scale of the risky part changes only when the wanted one is further from it than
    ``dead_band`` (a part of it), by at most ``step`` at once, and is from 0 to ``most``: above 1
    the rest is borrowed or held in futures.
    """

    volatility: float
    decay: float = 0.94
    periods_of_year: float = 252.0
    dead_band: float = 0.10
    step: float = 0.10
    most: float = 1.0


def next_scale(present: float, volatility: float, rule: VolatilityTarget) -> float:
    """The scale after one look at an annual volatility."""
    _check(rule)
    if not volatility >= 0:
        raise UsageError("the present volatility is not known; the scale stays as it is")
    wanted = rule.most if volatility == 0 else min(rule.most, rule.volatility / volatility)
    if abs(wanted - present) <= rule.dead_band * present:
        return min(present, rule.most)
    return min(rule.most, max(0.0, present + min(rule.step, max(-rule.step, wanted - present))))


def scales(returns: Floats, rule: VolatilityTarget, first: float = 1.0) -> Floats:
    """The scale after each return of the risky part, shape (t,); it looks only backward."""
    volatility = ewma_volatility(returns, rule.decay) * np.sqrt(rule.periods_of_year)
    found = np.empty(len(returns))
    now = min(first, rule.most)
    for place, value in enumerate(volatility):
        now = next_scale(now, float(value), rule)
        found[place] = now
    return found


def scaled(weights: Floats, is_risky: Flags, scale: float, cash: int) -> Floats:
    """Weights with the risky part scaled and the difference in cash, shape (n,).

    Raises UsageError where the cash itself is risky, or would be borrowed: the part above goes
    into futures.
    """
    if is_risky[cash]:
        raise UsageError("what takes the difference cannot be risky itself; name cash")
    after = np.where(is_risky, weights * scale, weights)
    after[cash] += weights.sum() - after.sum()
    if after[cash] < 0:
        raise UsageError(
            f"a scale of {scale:.3f} borrows {-after[cash]:.4f}; without borrowing the most is"
            f" {1.0 + weights[cash] / weights[is_risky].sum():.3f}"
        )
    return np.asarray(after)


def _check(rule: VolatilityTarget) -> None:
    is_sound = rule.volatility > 0 and rule.step > 0 and rule.most > 0 and rule.dead_band >= 0
    if not is_sound or rule.periods_of_year <= 0:
        raise UsageError("target, step, most and periods of the year are above 0")
