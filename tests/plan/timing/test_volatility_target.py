"""The volatility-target overlay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.timing.volatility_target import VolatilityTarget, next_scale, scaled, scales

RULE = VolatilityTarget(volatility=0.10, step=0.25)


def test_the_scale_is_target_over_volatility() -> None:
    """10 over 12.5 % is 0.8; over 8 % it is 1, the most."""
    assert next_scale(1.0, 0.125, RULE) == pytest.approx(0.8)
    assert next_scale(1.0, 0.08, RULE) == 1.0
    assert next_scale(0.5, 0.0, RULE) == pytest.approx(0.75)


def test_within_the_dead_band_nothing_moves() -> None:
    """10 over 10.5 % is 0.952, within 10 % of 1."""
    assert next_scale(1.0, 0.105, RULE) == 1.0
    assert next_scale(1.0, 0.112, RULE) == pytest.approx(0.10 / 0.112)


def test_a_step_is_capped() -> None:
    """10 over 40 % is 0.25: three steps of a quarter."""
    assert next_scale(1.0, 0.40, RULE) == pytest.approx(0.75)
    assert next_scale(0.75, 0.40, RULE) == pytest.approx(0.50)
    assert next_scale(0.50, 0.40, RULE) == pytest.approx(0.25)


def test_the_difference_is_cash() -> None:
    weights = np.array([0.6, 0.3, 0.1])
    risky = np.array([True, True, False])
    assert scaled(weights, risky, 0.5, 2) == pytest.approx([0.3, 0.15, 0.55])
    with pytest.raises(UsageError, match=r"the most is 1\.111"):
        scaled(weights, risky, 1.5, 2)
    with pytest.raises(UsageError, match="name cash"):
        scaled(weights, risky, 0.5, 0)


def test_a_seeded_market_is_held_near_its_target() -> None:
    """Volatility of 8, then 32 %: unscaled the second half is four times as volatile."""
    rng = np.random.default_rng(11)
    daily = np.repeat([0.08, 0.32], 500) / 252**0.5
    returns = rng.normal(size=1000) * daily
    held = np.append(1.0, scales(returns, RULE)[:-1])
    annual = (held * returns)[520:].std() * 252**0.5
    assert annual == pytest.approx(0.10, abs=0.015)


@given(st.lists(st.floats(-0.1, 0.1), min_size=1, max_size=50), st.floats(0, 1))
def test_the_scale_keeps_its_limits_and_looks_only_backward(
    moves: list[float], first: float
) -> None:
    found = scales(np.array(moves), RULE, first)
    assert np.all((found >= 0) & (found <= 1))
    steps = np.diff(np.append(first, found))
    assert np.all(np.abs(steps) <= RULE.step + 1e-12)
    half = len(moves) // 2 + 1
    assert np.array_equal(scales(np.array(moves[:half]), RULE, first), found[:half])
