"""Risk parity: weights at which each asset contributes its budget of the risk.

The weights minimize ½ x'Σx less Σ bᵢ ln xᵢ, which is strictly convex, so that there is exactly one
answer and Newton's method with a damped step reaches it from anywhere (F. Spinu, "An algorithm for
computing risk parity weights", 2013; Maillard, Roncalli and Teïletche, "The properties of equally
weighted risk contribution portfolios", 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import Floats

MOST_STEPS = 500
CLOSE = 1e-12
FARTHEST = 1e6
"""Beyond this a mix has less than a millionth of the volatility of its parts: none."""
FULL_STEP_FROM = 0.25
"""Below this Newton decrement of a self-concordant function full steps converge quadratically."""


@dataclass(frozen=True, slots=True, eq=False)
class RiskParity:
    """Weights that sum to 1, each one's part of the variance, and the steps that it took."""

    weights: Floats
    contributions: Floats
    steps: int


def risk_parity(covariance: Floats, budgets: Floats | None = None) -> RiskParity:
    """Long-only weights whose parts of the variance are ``budgets`` (default: equal).

    ``covariance`` has shape (n, n), symmetric and positive semidefinite; ``budgets`` shape (n,),
    positive, of any sum.  Raises UsageError where the covariance is none, and where some
    long-only mix has no risk at all, so that no weights are balanced.
    """
    count = len(covariance)
    wanted = np.ones(count) if budgets is None else np.asarray(budgets, np.float64)
    _check(covariance, wanted)
    wanted = wanted / wanted.sum()
    scale = np.sqrt(np.diag(covariance))
    # Correlations are better conditioned, and the answer only has to be divided by the scale.
    matrix = covariance / np.outer(scale, scale)
    x = np.sqrt(wanted)
    for step in range(MOST_STEPS):
        gradient = matrix @ x - wanted / x
        hessian = matrix + np.diag(wanted / x**2)
        move = np.linalg.solve(hessian, gradient)
        # In units of the barrier the function is self-concordant once divided by the least budget.
        decrement = float(np.sqrt(max(0.0, gradient @ move) / wanted.min()))
        if not np.isfinite(decrement) or x.max() > FARTHEST:
            break
        size = 1.0 if decrement < FULL_STEP_FROM else 1.0 / (1.0 + decrement)
        x = x - size * move
        if decrement < CLOSE or np.abs(move).max() < CLOSE * np.abs(x).max():
            weights = x / scale / (x / scale).sum()
            parts = weights * (covariance @ weights)
            return RiskParity(weights, parts / parts.sum(), step + 1)
    raise UsageError(
        "no weights are balanced: a long-only mix of these assets has no risk; leave one of them"
        " out, or give each some variance of its own"
    )


def _check(covariance: Floats, budgets: Floats) -> None:
    count = len(covariance)
    if covariance.shape != (count, count) or budgets.shape != (count,) or not count:
        raise UsageError("risk parity needs a square covariance, and a budget for each asset")
    if not np.isfinite(covariance).all() or not np.allclose(covariance, covariance.T):
        raise UsageError("the covariance is not symmetric, or has cells that are no numbers")
    if not np.isfinite(budgets).all() or budgets.min() <= 0:
        raise UsageError("each budget of risk is to be above 0; leave out what has none")
    without = np.flatnonzero(np.diag(covariance) <= 0)
    if len(without):
        raise UsageError(
            f"asset {int(without[0]) + 1} has no variance, and so no balanced weight; leave it out"
        )
    least = float(np.linalg.eigvalsh(covariance)[0])
    if least < -1e-10 * float(np.trace(covariance)):
        raise UsageError(
            f"the covariance has a negative eigenvalue ({least:.3g}): no returns have it; estimate"
            " it from returns of the same days"
        )
