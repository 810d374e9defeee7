"""What securities are exposed to: beta, and the named factors of a risk model that is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taxlots.plan.risk import RiskModel

MARKET: Final = "market"
"""The factor of beta, which every risk model tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorExposures:
    """What each security is exposed to, by factor; ``stated`` are those of a given model."""

    model: RiskModel
    stated: Mapping[str, Mapping[str, float]]
    target_weights: Mapping[str, float]

    def of(self, factor: str, market: str) -> Mapping[str, float] | None:
        """Exposures to a factor by symbol; None where nothing is known of it.

        ``market`` is beta to that security, or to the targets where it is blank, as the risk model
        has it: covariance with it over its variance.
        """
        if factor in self.stated:
            return self.stated[factor]
        if factor != MARKET:
            return None
        weights = {market: 1.0} if market else self.target_weights
        held = np.array([weights.get(name, 0.0) for name in self.model.names])
        variance = self.model.variance(held)
        if variance <= 0:
            return None
        betas = self.model.marginal(held) / variance
        return dict(zip(self.model.names, betas.tolist(), strict=True))
