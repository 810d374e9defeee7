"""Objectives are terms that compose: each takes a portfolio and gives one with its term."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from taxlots.domain.problem import UsageError
from taxlots.plan.optimizer.portfolio import Portfolio, Rows
from taxlots.plan.risk import Floats, RiskModel, floats


def with_alpha(book: Portfolio, alpha: ArrayLike) -> Portfolio:
    """Mean-variance: what a dollar of each name is expected to earn beyond the target's."""
    return replace(book, alpha=book.alpha + floats(np.broadcast_to(alpha, (book.count,))))


def with_momentum(book: Portfolio, scores: ArrayLike, earned_by_score: float) -> Portfolio:
    """A momentum view: ``scores`` (12-1 month returns ranked from -1 to 1) times what one earns."""
    return with_alpha(book, earned_by_score * floats(scores))


def with_tracking(book: Portfolio, risk_aversion: float) -> Portfolio:
    """Tracking error: another weight of the variance of the deviation from the target."""
    return replace(book, risk_aversion=float(risk_aversion))


def with_absolute_risk(book: Portfolio) -> Portfolio:
    """Mean-variance of the portfolio itself: the target is to hold nothing but cash.

    Least and most weights still hold; without alpha this is the portfolio of least variance.
    """
    return replace(book, target=np.zeros(book.count))


def with_factor_weights(book: Portfolio, weights: ArrayLike, own: float = 0.0) -> Portfolio:
    """Factor-level rebalance [5.9]: deviations of factor exposures count, names' own less or not.

    ``weights`` scale the variance of each factor and ``own`` that of names, which stays above zero
    so that the plan is unique: the names that trade are the cheapest for their exposure.
    """
    scale = floats(weights)
    if scale.shape != (book.risk.loadings.shape[1],) or (scale < 0).any() or own < 0:
        raise UsageError("give one weight from zero up for each factor")
    risk = RiskModel(
        book.risk.names,
        floats(book.risk.loadings * np.sqrt(scale)),
        np.maximum(own, LEAST_OWN) * book.risk.specific,
    )
    return replace(book, risk=risk)


LEAST_OWN = 1e-3


def with_factor_bands(book: Portfolio, bands: Mapping[int, float]) -> Portfolio:
    """Hard limits on factor exposures: column -> the most that it may deviate from the target's."""
    wanted = book.target @ book.risk.loadings
    return with_rows(
        book,
        Rows(
            tuple(f"factor {factor}" for factor in bands),
            floats([book.risk.loadings[:, factor] for factor in bands]),
            floats([wanted[factor] - width for factor, width in bands.items()]),
            floats([wanted[factor] + width for factor, width in bands.items()]),
        ),
    )


def with_rows(book: Portfolio, rows: Rows) -> Portfolio:
    """Further limits on sums of weights."""
    old = book.rows
    return replace(
        book,
        rows=Rows(
            old.names + rows.names,
            floats(np.vstack([old.matrix, rows.matrix])),
            floats(np.concatenate([old.low, rows.low])),
            floats(np.concatenate([old.high, rows.high])),
        ),
    )


def exposures(book: Portfolio, trades: Floats) -> Floats:
    """Deviations of factor exposures from the target's after these trades."""
    return np.asarray((book.held + trades - book.target) @ book.risk.loadings)
