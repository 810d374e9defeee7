"""Expected shortfall by linear program: equal to cvxpy, and to a hand-reckoned case."""

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.optimizer.random_books import random_book, without_tempting_sides

from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.optimizer.cvar import expected_shortfall, optimize_shortfall
from taxlots.plan.optimizer.portfolio import Cash, portfolio
from taxlots.plan.risk import RiskModel, floats


def test_the_mean_of_the_worst_losses_by_hand() -> None:
    """Of ten losses 1 to 10, the worst 25 % are 10, 9 and half of 8: (10 + 9 + 4) / 2.5."""
    assert expected_shortfall(np.arange(1.0, 11.0), 0.75) == pytest.approx(23 / 2.5)


LOSSES = st.lists(st.floats(-1, 1), min_size=2, max_size=40).map(np.array)


@given(LOSSES, st.floats(0, 0.99), st.floats(0, 0.99), st.floats(-1, 1), st.floats(0, 3))
def test_expected_shortfall_is_a_coherent_measure(
    losses: np.ndarray, one: float, other: float, shift: float, scale: float
) -> None:
    """Artzner, Delbaen, Eber and Heath, "Coherent measures of risk" (1999)."""
    low, high = sorted((one, other))
    found = expected_shortfall(losses, high)
    assert losses.mean() - 1e-9 <= expected_shortfall(losses, low) <= found + 1e-9
    assert found <= losses.max() + 1e-9
    assert expected_shortfall(losses + shift, high) == pytest.approx(found + shift)
    assert expected_shortfall(losses * scale, high) == pytest.approx(found * scale, abs=1e-9)
    mirrored = losses[::-1]
    both = expected_shortfall(losses + mirrored, high)
    assert both <= found + expected_shortfall(mirrored, high) + 1e-9


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.floats(0.0, 1.0), st.floats(0.5, 0.95))
def test_a_cap_between_the_least_shortfall_and_the_free_one_is_kept(
    seed: int, part: float, confidence: float
) -> None:
    book = without_tempting_sides(random_book(seed, 4, 2, 2))
    rng = np.random.default_rng(seed)
    scenarios = 0.01 + 0.08 * rng.standard_normal((60, 4))
    free = optimize_shortfall(book, scenarios, confidence=confidence, aversion=0.0)
    least = optimize_shortfall(book, scenarios, confidence=confidence, aversion=1e6).shortfall
    cap = least + part * (free.shortfall - least) + 1e-7
    kept = optimize_shortfall(
        book, scenarios, confidence=confidence, aversion=0.0, most_shortfall=cap
    )
    assert kept.shortfall <= cap + 1e-8
    assert kept.objective >= free.objective - 1e-8


@pytest.mark.parametrize("has_variance", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_plan_equals_cvxpy(seed: int, has_variance: bool) -> None:
    book = without_tempting_sides(random_book(seed, 8, 3, 3))
    rng = np.random.default_rng(seed)
    scenarios = 0.01 + 0.08 * rng.standard_normal((300, 8))
    plan = optimize_shortfall(book, scenarios, confidence=0.9, has_variance=has_variance)
    lots = book.lots
    spread = np.zeros((8, lots.slope.size))
    spread[lots.holder, np.arange(lots.slope.size)] = 1.0
    bought, sold = cp.Variable(8, nonneg=True), cp.Variable(lots.slope.size, nonneg=True)
    trade = bought - spread @ sold
    weight = book.held + trade
    losses = -(scenarios @ weight)
    after = book.cash.held - cp.sum(trade)
    cost = (
        cp.cvar(losses, 0.9)
        + book.buy_cost @ bought
        + book.sell_cost @ (spread @ sold)
        + lots.slope @ sold
        - book.alpha @ trade
    )
    if has_variance:
        away = weight - book.target
        factors = book.risk.loadings.T @ away
        own = cp.multiply(np.sqrt(book.risk.specific), away)
        cost += 0.5 * book.risk_aversion * (cp.sum_squares(factors) + cp.sum_squares(own))
    kept = [
        sold <= lots.capacity,
        weight >= 0,
        weight <= np.minimum(book.most, 10),
        spread @ sold <= np.minimum(book.sell_limit, 10),
        bought <= np.minimum(book.buy_limit, np.maximum(book.most - book.held, 0)),
        after >= 0,
        after <= book.cash.ceiling,
    ]
    value = cp.Problem(cp.Minimize(cost), kept).solve(solver=cp.CLARABEL)
    assert plan.objective == pytest.approx(float(value), abs=2e-7)
    losses_after = -(scenarios @ (book.held + plan.trades))
    assert plan.shortfall == pytest.approx(expected_shortfall(losses_after, 0.9))


def test_a_capped_shortfall_is_kept_and_one_that_cannot_be_is_told() -> None:
    book = portfolio(
        ["A", "B"],
        [0.5, 0.5],
        [0.5, 0.5],
        RiskModel(("A", "B"), floats(np.zeros((2, 1))), floats([0.04, 0.01])),
        cash=Cash(held=0.0, ceiling=0.0),
        cost=0.001,
    )
    scenarios = np.array([[-0.3, -0.05], [0.1, 0.03], [-0.1, 0.0], [0.2, 0.02]])
    free = optimize_shortfall(book, scenarios, confidence=0.75, aversion=0.0)
    capped = optimize_shortfall(book, scenarios, confidence=0.75, aversion=0.0, most_shortfall=0.1)
    assert free.trades == pytest.approx([0.0, 0.0], abs=1e-9)
    assert free.shortfall == pytest.approx(0.175)
    assert capped.shortfall == pytest.approx(0.1)
    assert capped.trades[0] == pytest.approx(-0.3)  # 0.3 w + 0.05 (1 - w) = 0.1 at w = 0.2
    with pytest.raises(DataError, match="no trades keep the limits and the shortfall together"):
        optimize_shortfall(book, scenarios, confidence=0.75, most_shortfall=0.01)
    with pytest.raises(UsageError, match="confidence"):
        optimize_shortfall(book, scenarios, confidence=95.0)
