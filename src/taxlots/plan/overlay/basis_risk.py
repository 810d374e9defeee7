"""Basis risk: how well hedges follow what they hedge, and the ratios that leave the least of it."""

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
LEAST_RANK: Final = 1e-10


@dataclass(frozen=True, slots=True)
class HedgeFit:
    """Ratios of least variance: dollars of each hedge to sell for a dollar of the portfolio.

    ``deviation`` is annual, of a dollar of the portfolio without a hedge, and ``basis_deviation``
    of what is left with it; ``fit`` is the part of the variance that the hedges take away.
    """

    ratios: Floats
    deviation: float
    basis_deviation: float

    @property
    def fit(self) -> float:
        """R²: 1 is a perfect hedge, 0 none."""
        return 0.0 if self.deviation == 0 else 1 - (self.basis_deviation / self.deviation) ** 2


def least_variance_hedge(
    portfolio: ArrayLike, hedges: ArrayLike, periods_a_year: float = 252.0
) -> HedgeFit:
    """Fit hedges to a portfolio by least squares of returns.

    ``portfolio`` has a return a period, ``hedges`` a row a period and a column a hedge.  Raises
    UsageError for fewer than 20 periods more than hedges, and for hedges that are one and the same.
    """
    own = numbers(portfolio, "the returns of the portfolio")
    table = np.asarray(hedges, np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if table.shape[0] != len(own) or not np.isfinite(table).all():
        raise UsageError(f"returns of hedges of {table.shape} do not fit {len(own)} periods")
    if len(own) < LEAST_RETURNS + table.shape[1]:
        raise UsageError(
            f"{len(own)} periods tell little of {table.shape[1]} hedges; give at least"
            f" {LEAST_RETURNS + table.shape[1]}"
        )
    centred = table - table.mean(axis=0)
    sizes = np.linalg.norm(centred, axis=0)
    if (sizes == 0).any() or (
        np.linalg.svd(centred / np.where(sizes > 0, sizes, 1), compute_uv=False)[-1] < LEAST_RANK
    ):
        raise UsageError("the hedges move as one, or not at all; leave one of them out")
    moves = own - own.mean()
    ratios = np.linalg.lstsq(centred, moves, rcond=None)[0]
    left = moves - centred @ ratios
    years = above_zero(periods_a_year, "the periods a year")
    free = len(own) - 1
    return HedgeFit(
        ratios=ratios,
        deviation=float(np.sqrt(moves @ moves / free * years)),
        basis_deviation=float(np.sqrt(left @ left / free * years)),
    )


def basis_deviation(ratio: float, own: float, hedge: float, correlation: float) -> float:
    """Annual deviation of a dollar hedged by ``ratio`` dollars, from volatilities and correlation.

    ratio = correlation × own / hedge leaves the least: own × (1 - correlation²) ** 0.5.
    """
    if not -1 <= correlation <= 1:
        raise UsageError(f"a correlation is from -1 to 1, not {correlation}")
    size = finite(ratio, "the ratio")
    variance = own**2 + (size * hedge) ** 2 - 2 * size * correlation * own * hedge
    return sqrt(max(0.0, variance))
