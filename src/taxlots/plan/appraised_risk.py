"""The risk of what is appraised and not traded: by its own appraisals, and by a stand-in.

Appraisals follow the market late, so their returns are too smooth.  They are desmoothed (D.
Geltner, "Estimating Market Values from Appraised Values without Assuming an Efficient Market",
Journal of Real Estate Research 8, 1993): where an appraisal moves by ``1 - a`` of the news of its
period and by ``a`` of what it moved before, the return is ``(r - a * r before) / (1 - a)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from taxlots.plan.risk import Floats, RiskModel, floats
from taxlots.plan.risk_estimate import LEAST_OWN

FEWEST_RETURNS = 8
"""Two years of quarters; fewer say nothing of a volatility."""
MOST_SMOOTHED = 0.8
"""An autocorrelation above this makes a return of five and more out of one."""
DAYS_OF_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class AppraisedVolatility:
    """The annual volatility of a fund without its smoothing, and the smoothing that was found.

    ``returns`` is how many it rests on.
    """

    volatility: float
    smoothing: float
    returns: int


def appraised_volatility(days: Floats, closes: Floats) -> AppraisedVolatility | None:
    """The volatility that appraisals tell; None where they are too few, or never move.

    ``days`` are day numbers that rise and ``closes`` of one unit.  A close that repeats the one
    before is no appraisal.
    """
    is_new = np.append(True, np.diff(closes) != 0) if len(closes) else np.zeros(0, np.bool_)
    marks, at = np.log(closes[is_new]), days[is_new]
    returns = np.diff(marks)
    if len(returns) < FEWEST_RETURNS:
        return None
    smoothing = smoothing_of(returns)
    sharp = desmoothed(returns, smoothing)
    years = float(at[-1] - at[0]) / DAYS_OF_YEAR
    annual = float(sharp.std(ddof=1) * np.sqrt(len(returns) / years))
    return AppraisedVolatility(annual, smoothing, len(returns)) if annual > 0 else None


def smoothing_of(returns: Floats) -> float:
    """The first autocorrelation of returns, from 0 to ``MOST_SMOOTHED``."""
    moves = returns - returns.mean()
    spread = float(moves @ moves)
    found = float(moves[1:] @ moves[:-1]) / spread if spread > 0 else 0.0
    return min(MOST_SMOOTHED, max(0.0, found))


def desmoothed(returns: Floats, smoothing: float) -> Floats:
    """Returns without smoothing, one fewer than were given."""
    return floats((returns[1:] - smoothing * returns[:-1]) / (1.0 - smoothing))


def with_stand_ins(
    model: RiskModel,
    appraised: Mapping[str, AppraisedVolatility | None],
    stand_in: Mapping[str, float],
) -> RiskModel:
    """A risk model with funds that move as a mix of its securities, by their own volatility.

    ``stand_in`` maps securities of the model to their weights.  At least ``LEAST_OWN`` of a fund's
    variance is its own.  Without a volatility a fund has what its stand-ins have in common, and on
    average by themselves.
    """
    mix = model.of(list(stand_in))
    weights = floats(list(stand_in.values()))
    weights = weights / weights.sum()
    common, own = weights @ mix.loadings, float(weights @ mix.specific)
    shared = float(common @ common)
    loadings, specific = [], []
    for known in appraised.values():
        variance = shared + own if known is None else known.volatility**2
        part = min(1.0, np.sqrt((1 - LEAST_OWN) * variance / shared)) if shared > 0 else 0.0
        loadings.append(part * common)
        specific.append(variance - part**2 * shared)
    return RiskModel(
        (*model.names, *appraised),
        floats(np.vstack([model.loadings, *loadings])),
        floats(np.append(model.specific, specific)),
    )
