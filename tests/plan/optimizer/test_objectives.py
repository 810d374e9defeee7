"""Objectives compose, and limits are told with who sets them."""

import numpy as np
import pytest
from tests.plan.optimizer.oracle import least_cost
from tests.plan.optimizer.random_books import random_book, without_tempting_sides

from taxlots.plan.optimizer.objectives import (
    exposures,
    with_absolute_risk,
    with_alpha,
    with_factor_bands,
    with_factor_weights,
    with_momentum,
    with_tracking,
)
from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Cash, portfolio
from taxlots.plan.optimizer.trading_limits import (
    Side,
    TradeLimit,
    binding,
    frequency_limits,
    limited,
    told_of_13f,
    told_of_ownership,
    without,
)
from taxlots.plan.risk import RiskModel, floats


def test_mean_variance_by_hand() -> None:
    """One name: 0.04 of expected return against aversion 5 and variance 0.04 is 20 % held."""
    risk = RiskModel(("A",), floats(np.zeros((1, 1))), floats([0.04]))
    book = portfolio(["A"], [0.1], [0.5], risk, cash=Cash(held=0.9, target=0.9))
    plan = optimize(with_alpha(with_absolute_risk(book), 0.04))
    assert book.weights(plan.trades)[0] == pytest.approx(0.2, abs=1e-6)


def test_a_momentum_view_moves_trades_towards_winners() -> None:
    book = random_book(3, 20, 3, 4, limited=False)
    scores = np.linspace(-1, 1, 20)
    plain, tilted = optimize(book), optimize(with_momentum(book, scores, 0.02))
    assert scores @ tilted.trades > scores @ plain.trades


def test_more_aversion_gives_less_tracking_error() -> None:
    book = random_book(4, 20, 3, 4)
    errors = [
        book.tracking_error(optimize(with_tracking(book, aversion)).trades)
        for aversion in (1, 5, 25, 125)
    ]
    assert errors == sorted(errors, reverse=True)


def test_factor_bands_are_kept_and_optimal() -> None:
    book = without_tempting_sides(random_book(6, 25, 3, 4, limited=False))
    free = exposures(book, optimize(book).trades)
    width = 0.5 * abs(float(free[0]))
    banded = with_factor_bands(book, {0: width})
    plan = optimize(banded)
    assert abs(exposures(book, plan.trades)[0]) <= width + 1e-9
    assert plan.parts.total == pytest.approx(least_cost(plan.book), abs=1e-7)


def test_a_factor_level_rebalance_trades_the_cheapest_names_for_their_exposure() -> None:
    """Two names of one exposure: the one with tax-free lots is sold, not the dear one."""
    risk = RiskModel(("A", "B"), floats([[0.2], [0.2]]), floats([0.02, 0.02]))
    book = portfolio(
        ["A", "B"],
        [0.5, 0.5],
        [0.4, 0.4],
        risk,
        cash=Cash(held=0.0, target=0.2, ceiling=1.0),
        sell_cost=[0.0, 0.01],
    )
    plan = optimize(with_factor_weights(book, [1.0]))
    assert plan.trades[0] < -0.15
    assert plan.trades[1] == pytest.approx(0.0, abs=1e-3)


def test_the_strictest_limit_holds_and_says_who_set_it() -> None:
    book = random_book(1, 10, 2, 3, limited=False)
    limits = [
        *frequency_limits({"N1": 100, "N2": 50}, least_days=30, day=120),
        TradeLimit("N1", Side.BUY, 0.2, "mandate"),
        *without(["N3"], Side.SELL, "locked by the client"),
    ]
    found = limited(book, trades=limits)
    assert found.causes["N1", "buy"] == "traded 20 days ago, at least 30 apart"
    assert ("N2", "buy") not in found.causes
    plan = optimize(found.book)
    assert plan.trades[1] == pytest.approx(0.0, abs=1e-12)
    assert "N3: sell is limited: locked by the client" in binding(found, plan.trades) or (
        plan.trades[3] > 0
    )


def test_holdings_near_a_reporting_threshold_are_told() -> None:
    told = told_of_ownership({"A": 45.0, "B": 52.0, "C": 1.0}, dict.fromkeys("ABC", 1000.0))
    assert [problem.where for problem in told] == ["A", "B"]
    assert "approaches 13D/G" in told[0].message
    assert "passes 13D/G" in told[1].message
    assert not told_of_13f(10_000_000_00)
    assert "passes the 13F threshold" in told_of_13f(120_000_000_00)[0].message
