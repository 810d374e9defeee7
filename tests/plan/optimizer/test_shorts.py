"""Shorts only where the mandate allows them, after all lots are sold."""

import numpy as np
import pytest

from taxlots.plan.optimizer.optimum import Optimum, optimize
from taxlots.plan.optimizer.portfolio import Cash, lots_of, portfolio
from taxlots.plan.risk import RiskModel, floats


def plan_of(held: float, least: float, alpha: float, slope: float = 0.05) -> Optimum:
    """One name of variance 0.04 and aversion 10, to be held at 0, with a view against it.

    Its best weight is where 0.4 w = alpha - slope for each dollar sold.
    """
    risk = RiskModel(("A",), floats(np.zeros((1, 1))), floats([0.04]))
    lots = lots_of([0], [held], [slope], 1) if held > 0 else lots_of([], [], [], 1)
    book = portfolio(
        ["A"],
        [held],
        [0.0],
        risk,
        cash=Cash(held=1.0 - held, target=1.0, ceiling=3.0),
        lots=lots,
        risk_aversion=10.0,
        alpha=alpha,
        least=least,
    )
    plan = optimize(book)
    assert plan.parts.total == pytest.approx(plan.certificate.objective, abs=1e-12)
    assert plan.certificate.gap_bps < 0.001
    return plan


def test_no_shorts_unless_allowed() -> None:
    assert plan_of(0.1, 0.0, -0.2).trades[0] == pytest.approx(-0.1)


def test_a_short_bears_the_slope_of_the_dearest_lot() -> None:
    """0.4 w = -0.2 + 0.05 at w = -0.375, within the mandate of -50 %."""
    plan = plan_of(0.1, -0.5, -0.2)
    assert plan.book.weights(plan.trades)[0] == pytest.approx(-0.375, abs=1e-6)
    assert plan.sold[0] == pytest.approx(0.1)


def test_the_mandate_ends_a_short() -> None:
    plan = plan_of(0.1, -0.2, -0.2)
    assert plan.book.weights(plan.trades)[0] == pytest.approx(-0.2, abs=1e-9)


def test_a_short_that_is_held_is_covered() -> None:
    """Short of 30 %, without a view: all is bought back."""
    assert plan_of(-0.3, -0.5, 0.0).trades[0] == pytest.approx(0.3, abs=1e-6)
