"""Risk from prices: what made them is found again, and histories that are too short are named."""

import numpy as np
import pytest

from taxlots.domain.problem import DataError
from taxlots.plan.risk import nearest_risk, problems_of_risk, risk_from_covariance
from taxlots.plan.risk_estimate import estimate_risk

NAMES = [f"N{row}" for row in range(12)]


def made_prices(seed: int, sessions: int) -> tuple[np.ndarray, np.ndarray]:
    """Closes of a seeded market with two factors, and its annual covariance."""
    rng = np.random.default_rng(seed)
    loadings = np.column_stack([rng.uniform(0.1, 0.2, 12), rng.normal(0, 0.15, 12)])
    own = rng.uniform(0.1, 0.2, 12)
    covariance = loadings @ loadings.T + np.diag(own**2)
    daily = (
        rng.standard_normal((sessions, 2)) @ loadings.T + rng.standard_normal((sessions, 12)) * own
    )
    return 100 * np.exp(np.cumsum(daily / np.sqrt(252), axis=0)), covariance


def test_the_covariance_that_made_the_prices_is_found_again() -> None:
    prices, covariance = made_prices(1, 5000)
    model = estimate_risk(
        NAMES, prices, half_life=1e6, factors=2, correlation_shrinkage=0.0, specific_shrinkage=0.0
    )
    volatility = np.sqrt(np.diag(covariance))
    apart = (model.covariance() - covariance) / np.outer(volatility, volatility)
    assert np.abs(apart).max() < 0.06
    assert not problems_of_risk(model)


def test_the_number_of_factors_is_found() -> None:
    prices, _ = made_prices(2, 3000)
    assert estimate_risk(NAMES, prices, half_life=1e6).loadings.shape[1] == 2


@pytest.mark.parametrize("seed", range(5))
def test_an_estimate_is_positive_definite_with_missing_prices(seed: int) -> None:
    prices, _ = made_prices(seed, 120)
    rng = np.random.default_rng(seed)
    prices[rng.random(prices.shape) < 0.1] = np.nan
    model = estimate_risk(NAMES, prices)
    assert not problems_of_risk(model)
    assert np.linalg.eigvalsh(model.covariance())[0] > 0


def test_a_history_that_is_too_short_is_refused_by_name() -> None:
    prices, _ = made_prices(3, 200)
    prices[:-30, 4] = np.nan
    prices[:, 7] = 5.0
    with pytest.raises(DataError) as raised:
        estimate_risk(NAMES, prices)
    codes = {problem.where: problem.code for problem in raised.value.problems}
    assert codes == {"N4": "SHORT_HISTORY", "N7": "NO_RISK"}
    assert "N4 has 29 returns; its risk needs at least 60" in str(raised.value.problems[0].message)


def test_a_whole_covariance_becomes_a_factor_model_without_loss() -> None:
    _, covariance = made_prices(4, 2)
    model = risk_from_covariance(NAMES, covariance)
    assert np.abs(model.covariance() - covariance).max() < 1e-12


def test_a_singular_covariance_is_told_and_repaired_on_request() -> None:
    covariance = np.full((3, 3), 0.04)
    with pytest.raises(DataError, match="the covariance of 3 names is singular"):
        risk_from_covariance(["A", "B", "C"], covariance)
    model = risk_from_covariance(["A", "B", "C"], covariance, is_repaired=True)
    assert np.abs(model.covariance() - covariance).max() < 1e-9
    indefinite = covariance + np.diag([-0.02, 0.0, 0.0])
    with pytest.raises(DataError, match="indefinite"):
        risk_from_covariance(["A", "B", "C"], indefinite)


def test_a_name_without_specific_risk_is_told_with_the_nearest_model() -> None:
    model = estimate_risk(NAMES, made_prices(5, 300)[0])
    model.specific[3] = 0.0
    (problem,) = problems_of_risk(model)
    assert problem.where == "N3"
    assert "singular" in problem.message
    assert not problems_of_risk(nearest_risk(model))


def test_shrinking_what_is_a_names_own_keeps_its_volatility() -> None:
    """Bonds beside equities keep their own risk: parts of variances are shrunken, not variances."""
    prices, _ = made_prices(3, 1000)
    prices[:, 0] = 100 * (prices[:, 0] / 100) ** 0.2
    plain = estimate_risk(NAMES, prices, specific_shrinkage=0.0)
    shrunken = estimate_risk(NAMES, prices, specific_shrinkage=0.9)
    volatility = np.sqrt(np.diag(plain.covariance()))
    assert np.sqrt(np.diag(shrunken.covariance())) == pytest.approx(volatility, rel=1e-9)
    assert volatility[0] < 0.3 * volatility[1:].min()
