"""Risk parity: each asset contributes its budget of the variance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.risk_parity import risk_parity


def test_without_correlation_weights_are_in_proportion_to_one_over_volatility() -> None:
    """Volatilities 10, 20 and 40 %: weights 4 : 2 : 1."""
    found = risk_parity(np.diag([0.01, 0.04, 0.16]))
    assert np.allclose(found.weights, np.array([4, 2, 1]) / 7)
    assert np.allclose(found.contributions, 1 / 3)


def test_two_assets_do_not_depend_on_their_correlation() -> None:
    """Maillard, Roncalli and Teïletche (2010), section 2: the other one's share of both."""
    for correlation in (-0.9, 0.0, 0.9):
        both = correlation * 0.1 * 0.3
        found = risk_parity(np.array([[0.01, both], [both, 0.09]]))
        assert np.allclose(found.weights, [0.75, 0.25])


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 25), st.integers(0, 10**6))
def test_contributions_are_the_budgets(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(count, 3)) * rng.uniform(0.01, 1)
    covariance = factors @ factors.T + np.diag(rng.uniform(1e-4, 0.3, count))
    budgets = rng.uniform(0.05, 1, count)
    found = risk_parity(covariance, budgets)
    assert found.weights.min() > 0
    assert np.isclose(found.weights.sum(), 1)
    assert np.allclose(found.contributions, budgets / budgets.sum(), atol=1e-8)
    assert np.allclose(found.weights, risk_parity(covariance * 37, budgets).weights, atol=1e-8)


def test_what_has_no_balanced_weights_is_told() -> None:
    with pytest.raises(UsageError, match="asset 2 has no variance"):
        risk_parity(np.diag([0.01, 0.0]))
    with pytest.raises(UsageError, match="a long-only mix of these assets has no risk"):
        risk_parity(np.array([[0.04, -0.04], [-0.04, 0.04]]))
    with pytest.raises(UsageError, match="negative eigenvalue"):
        risk_parity(np.array([[0.01, 0.05], [0.05, 0.01]]))
    with pytest.raises(UsageError, match="budget of risk"):
        risk_parity(np.eye(2), np.array([1.0, 0.0]))


def test_one_asset_is_all_of_it_and_a_riskless_copy_is_fine() -> None:
    assert risk_parity(np.array([[0.04]])).weights == pytest.approx([1.0])
    twins = np.array([[0.04, 0.04], [0.04, 0.04]])
    assert np.allclose(risk_parity(twins).contributions, 0.5)
