"""Beta from prices: the slope of returns on those of a benchmark, with what it may be off by."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import Floats, above_zero, finite, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LEAST_RETURNS: Final = 20
"""From fewer common returns nothing is said."""


@dataclass(frozen=True, slots=True)
class BetaEstimate:
    """A beta, its standard error, and how many returns it is from."""

    beta: float
    error: float
    returns: int


def returns_between(days: ArrayLike, closes: ArrayLike, ends: ArrayLike) -> Floats:
    """Logarithmic returns between consecutive ``ends``, each at the last close on or before it.

    ``days`` rise; ``closes`` are above zero.  A return whose last close before is missing is nan.
    """
    when = np.asarray(days, np.int64)
    logs = np.log(numbers(closes, "closes", when))
    places = np.searchsorted(when, np.asarray(ends, np.int64), side="right") - 1
    at_end = np.where(places >= 0, logs[np.maximum(places, 0)], np.nan)
    return np.asarray(np.diff(at_end), np.float64)


def beta_of(own: ArrayLike, benchmark: ArrayLike) -> BetaEstimate | None:
    """The slope of returns on the benchmark's by least squares, over those that both have.

    None where fewer than 20 are common.  Raises UsageError for a benchmark that does not move.
    """
    x, y = np.asarray(benchmark, np.float64), np.asarray(own, np.float64)
    if x.shape != y.shape:
        raise UsageError(f"{y.size} returns and {x.size} of the benchmark do not fit")
    common = np.isfinite(x) & np.isfinite(y)
    x, y = x[common], y[common]
    if len(x) < LEAST_RETURNS:
        return None
    moves, own_moves = x - x.mean(), y - y.mean()
    spread = float(moves @ moves)
    if spread <= 0:
        raise UsageError("the benchmark does not move; name another one")
    beta = float(moves @ own_moves) / spread
    left = own_moves - beta * moves
    return BetaEstimate(beta, sqrt(float(left @ left) / (len(x) - 2) / spread), len(x))


def shrunk(estimate: BetaEstimate, prior: float = 1.0, prior_deviation: float = 0.5) -> float:
    """The estimate drawn to a prior by how little is known (Vasicek, 1973)."""
    own = estimate.error**2
    other = above_zero(prior_deviation, "the deviation of the prior") ** 2
    return (estimate.beta * other + finite(prior, "the prior") * own) / (own + other)
