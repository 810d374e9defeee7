"""A factor model estimated from prices: principal components of weighted, shrunken returns.

Recent returns weigh more (exponential weights).  Correlations are shrunken towards their mean,
what the factors leave over is a name's own, and its part of the variance is shrunken towards the
median part, since the smallest of many estimates is too small.  Volatilities stay as they are.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from taxlots.domain.problem import DataError, Problem, UsageError, error
from taxlots.plan.risk import Floats, RiskModel, floats

SESSIONS_OF_YEAR: Final = 252
LEAST_RETURNS: Final = 60
"""A quarter of a year: with fewer, an estimate of variance is off by a fifth and more."""

ROUNDS: Final = 50
SETTLED: Final = 1e-4

LEAST_OWN: Final = 0.05
"""The part of a name's variance that is at least its own."""


def log_returns(prices: ArrayLike) -> Floats:
    """Logarithmic returns of prices (sessions × names); NaN where a price is missing."""
    closes = floats(prices)
    closes = np.where(closes > 0, closes, np.nan)
    return floats(np.diff(np.log(closes), axis=0))


def estimate_risk(
    names: Sequence[str],
    prices: ArrayLike,
    *,
    factors: int | None = None,
    half_life: float = 252.0,
    correlation_shrinkage: float = 0.1,
    specific_shrinkage: float = 0.2,
    sessions_of_year: int = SESSIONS_OF_YEAR,
    least_returns: int = LEAST_RETURNS,
) -> RiskModel:
    """The annual factor model of names from their closes (sessions × names, the last row newest).

    ``half_life`` is in sessions.  ``factors`` are by default as many components as stand out from
    what independent returns would show (Marchenko and Pastur 1967), at least one.  A name with
    fewer than ``least_returns`` returns, or without any move, is refused by name.
    """
    returns = log_returns(prices)
    if returns.ndim != 2 or returns.shape[1] != len(names):  # noqa: PLR2004 (a matrix)
        raise UsageError(f"prices of shape {np.shape(prices)} stand beside {len(names)} names")
    problems = list(_unusable(names, returns, least_returns))
    if problems:
        raise DataError(problems)
    weights = 0.5 ** (np.arange(returns.shape[0])[::-1] / half_life)
    is_known = np.isfinite(returns)
    each = weights[:, None] * is_known
    filled = np.where(is_known, returns, 0.0)
    mean = (each * filled).sum(axis=0) / each.sum(axis=0)
    moves = np.where(is_known, filled - mean, 0.0)
    variance = (each * moves**2).sum(axis=0) / each.sum(axis=0)
    volatility = np.sqrt(variance)
    scaled = np.sqrt(weights / weights.sum())[:, None] * moves / volatility
    overlap = (weights[:, None] * is_known).T @ is_known / weights.sum()
    correlation = scaled.T @ scaled / np.maximum(overlap, LEAST_OWN)
    correlation = _shrunken(correlation, correlation_shrinkage)
    values = floats(np.linalg.eigvalsh(correlation))
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    count = _standing_out(values, effective) if factors is None else min(factors, len(names))
    common = _common(correlation, count)
    own = 1.0 - (common**2).sum(axis=1)
    shrunken = (1.0 - specific_shrinkage) * own + specific_shrinkage * float(np.median(own))
    common *= np.sqrt((1.0 - shrunken) / np.maximum(1.0 - own, LEAST_OWN))[:, None]
    shrunken = 1.0 - (common**2).sum(axis=1)
    annual = volatility * np.sqrt(sessions_of_year)
    specific = shrunken * annual**2
    return RiskModel(tuple(names), floats(common * annual[:, None]), floats(specific))


def _unusable(names: Sequence[str], returns: Floats, least: int) -> list[Problem]:
    """Names whose history is too short, or never moves."""
    found = []
    counts = np.isfinite(returns).sum(axis=0)
    for name, count, column in zip(names, counts, returns.T, strict=True):
        if count < least:
            message = f"{name} has {count} returns; its risk needs at least {least}"
            remedy = "supply older prices, or give its loadings and specific variance"
            found.append(error(name, "SHORT_HISTORY", message, remedy))
        elif np.nanstd(column) == 0:
            message = f"the price of {name} never moves"
            remedy = "supply traded prices, or give its volatility"
            found.append(error(name, "NO_RISK", message, remedy))
    return found


def _shrunken(correlation: Floats, part: float) -> Floats:
    """Correlations moved towards their mean (Ledoit and Wolf 2004, constant correlation)."""
    count = correlation.shape[0]
    np.fill_diagonal(correlation, 1.0)
    if count == 1:
        return correlation
    mean = (correlation.sum() - count) / (count * (count - 1))
    target = np.full_like(correlation, np.clip(mean, 0.0, 1.0))
    np.fill_diagonal(target, 1.0)
    return floats((1.0 - part) * correlation + part * target)


def _common(correlation: Floats, count: int) -> Floats:
    """Loadings of the factors, by principal axes: components of what names have in common.

    Components of the correlations themselves would take a part of each name's own variance for
    common; that part is taken off and reckoned again until it stays.
    """
    own = np.zeros(correlation.shape[0])
    for _ in range(ROUNDS):
        values, vectors = np.linalg.eigh(correlation - np.diag(own))
        kept = np.argsort(values)[::-1][:count]
        common = vectors[:, kept] * np.sqrt(np.maximum(values[kept], 0.0))
        share = (common**2).sum(axis=1)
        found = np.clip(1.0 - share, LEAST_OWN, 1.0)
        if np.abs(found - own).max() < SETTLED:
            break
        own = found
    common *= np.sqrt(np.minimum(1.0, (1.0 - LEAST_OWN) / np.maximum(share, LEAST_OWN)))[:, None]
    return floats(common)


def _standing_out(values: Floats, observations: float) -> int:
    """How many components exceed the largest of as many independent series."""
    edge = (1.0 + np.sqrt(values.size / observations)) ** 2
    return max(1, int((values > edge).sum()))
