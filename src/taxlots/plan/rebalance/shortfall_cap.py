"""A cap on expected shortfall as limits on sums of weights: each is one tangent of it.

Expected shortfall is the most that any mix of scenarios loses in which none weighs more than its
part of the tail (Rockafellar and Uryasev 2000).  So a plan keeps a cap on it where it keeps a
linear limit for each such mix, and those that matter are met one by one (Kelley 1960).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taxlots.plan.optimizer.cvar import expected_shortfall
from taxlots.plan.rebalance.mandate import SumLimit
from taxlots.plan.risk import Floats

NAME: Final = "expected shortfall"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ShortfallCap:
    """The mean loss of the worst periods, as a part of the household, is at most ``most``.

    ``scenarios`` are returns of one period, (periods, symbols); cash earns nothing.
    ``confidence`` is the part of periods that are not among the worst.
    """

    symbols: tuple[str, ...]
    scenarios: Floats
    confidence: float
    most: float

    def losses(self, weights: Mapping[str, float]) -> Floats:
        """What each scenario takes from a household of these weights."""
        held = np.array([weights.get(symbol, 0.0) for symbol in self.symbols])
        return np.asarray(-(self.scenarios @ held))

    def shortfall(self, weights: Mapping[str, float]) -> float:
        """The mean of the worst."""
        return expected_shortfall(self.losses(weights), self.confidence)

    def cut(self, weights: Mapping[str, float], number: int) -> SumLimit:
        """The limit on the scenarios that are the worst at these weights."""
        losses = self.losses(weights)
        tail = (1.0 - self.confidence) * losses.size
        part = np.zeros(losses.size)
        order = np.argsort(-losses, kind="stable")
        whole = int(tail)
        part[order[:whole]] = 1.0
        if whole < losses.size:
            part[order[whole]] = tail - whole
        mean = -(part / tail) @ self.scenarios
        exposures = dict(zip(self.symbols, mean.tolist(), strict=True))
        return SumLimit(name=f"{NAME} {number}", exposures=exposures, most=self.most)
