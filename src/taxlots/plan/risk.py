"""A factor model of risk: annual covariance = loadings · loadingsᵀ + diag(specific)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taxlots.domain.problem import DataError, Problem, error

Floats = NDArray[np.float64]

LEAST_SPECIFIC = 1e-10
"""An annual specific variance below this (0.001 percent of volatility) counts as none."""

SYMMETRY = 1e-9


def floats(values: ArrayLike) -> Floats:
    """The values as a C-contiguous array of floats."""
    return np.ascontiguousarray(values, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class RiskModel:
    """What names do together and each by itself, as annual variances of returns.

    ``loadings`` has one row for each name and one column for each factor; factors are scaled to
    be uncorrelated and of variance 1, so that a loading is a volatility.  ``specific`` is the
    annual variance of each name that no factor explains; it is positive.
    """

    names: tuple[str, ...]
    loadings: Floats
    specific: Floats

    def marginal(self, weights: Floats) -> Floats:
        """The covariance of each name with the portfolio of these weights."""
        return self.loadings @ (weights @ self.loadings) + self.specific * weights

    def variance(self, weights: Floats) -> float:
        """Annual variance of a portfolio of these weights (of deviations: tracking error²)."""
        factors = weights @ self.loadings
        return float(factors @ factors + self.specific @ (weights * weights))

    def covariance(self) -> Floats:
        """The whole matrix, for small sets of names."""
        return self.loadings @ self.loadings.T + np.diag(self.specific)

    def of(self, names: Sequence[str]) -> "RiskModel":
        """The model of these names, in this order; a name that it lacks is told."""
        if tuple(names) == self.names:
            return self
        at = {name: row for row, name in enumerate(self.names)}
        missing = [name for name in names if name not in at]
        if missing:
            raise DataError(
                [
                    error(
                        name,
                        "NO_RISK",
                        f"the risk model knows nothing of {name}",
                        "estimate it from its prices, or give its loadings and specific variance",
                    )
                    for name in missing
                ]
            )
        rows = [at[name] for name in names]
        return RiskModel(tuple(names), floats(self.loadings[rows]), floats(self.specific[rows]))


def problems_of_risk(model: RiskModel) -> list[Problem]:
    """What makes a model unusable: shapes, numbers that are none, no specific risk."""
    count = len(model.names)
    if model.loadings.ndim != 2 or model.loadings.shape[0] != count:  # noqa: PLR2004 (a matrix)
        message = f"loadings of shape {model.loadings.shape} stand beside {count} names"
        return [error("risk", "RISK_SHAPE", message, "give one row of loadings for each name")]
    if model.specific.shape != (count,):
        message = f"{model.specific.size} specific variances stand beside {count} names"
        return [error("risk", "RISK_SHAPE", message, "give one specific variance for each name")]
    is_finite = np.isfinite(model.loadings).all(axis=1) & np.isfinite(model.specific)
    if is_finite.all() and (model.specific >= LEAST_SPECIFIC).all():
        return []
    found = []
    for name, finite, own in zip(model.names, is_finite, model.specific, strict=True):
        if not finite:
            message = f"the risk of {name} is not a number"
            found.append(error(name, "RISK_NOT_FINITE", message, "estimate it from its prices"))
        elif own < LEAST_SPECIFIC:
            kind = "singular" if own >= 0 else "indefinite"
            message = f"the specific variance of {name} is {own:.3g}: the risk model is {kind}"
            remedy = f"raise it; the nearest usable one is {LEAST_SPECIFIC:g} (nearest_risk)"
            found.append(error(name, "SINGULAR_RISK", message, remedy))
    return found


def nearest_risk(model: RiskModel) -> RiskModel:
    """The same model with each specific variance raised to the least that can be used."""
    return RiskModel(
        model.names, floats(model.loadings), np.maximum(model.specific, LEAST_SPECIFIC)
    )


def risk_from_covariance(
    names: Sequence[str], covariance: ArrayLike, *, is_repaired: bool = False
) -> RiskModel:
    """A factor model that equals a whole covariance matrix (annual, names × names).

    The smallest eigenvalue becomes everyone's specific variance and the rest becomes factors, so
    nothing is lost.  A matrix that is singular or indefinite is told with its smallest eigenvalue;
    ``is_repaired`` raises its small eigenvalues instead, which is the nearest positive definite
    matrix in the Frobenius norm (Higham 1988).
    """
    matrix = floats(covariance)
    count = len(names)
    if matrix.shape != (count, count) or not np.isfinite(matrix).all():
        message = f"a covariance of shape {matrix.shape} stands beside {count} names"
        if matrix.shape == (count, count):
            message = "the covariance has entries that are not numbers"
        raise DataError([error("risk", "RISK_SHAPE", message, "give a finite square matrix")])
    scale = float(np.abs(matrix).max(initial=0.0))
    if scale == 0 or np.abs(matrix - matrix.T).max() > SYMMETRY * scale:
        message = "the covariance is zero" if scale == 0 else "the covariance is not symmetric"
        raise DataError([error("risk", "RISK_SHAPE", message, "average it with its transpose")])
    values, vectors = np.linalg.eigh(matrix)
    least = max(LEAST_SPECIFIC, 1e-9 * float(values[-1]))
    if values[0] < least and not is_repaired:
        kind = "singular" if values[0] > -least else "indefinite"
        message = f"the covariance of {count} names is {kind}: smallest eigenvalue {values[0]:.3g}"
        remedy = f"lift its eigenvalues to {least:.3g} (is_repaired=True), or use fewer factors"
        raise DataError([error("risk", "SINGULAR_RISK", message, remedy)])
    values = np.maximum(values, least)
    specific = float(values[0])
    kept = values > specific * (1 + 1e-12)
    loadings = floats(vectors[:, kept] * np.sqrt(values[kept] - specific))
    return RiskModel(tuple(names), loadings, np.full(count, specific))
