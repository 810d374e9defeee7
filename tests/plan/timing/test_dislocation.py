"""Buying faster in a dislocation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.timing.dislocation import (
    DislocationRule,
    buying_pace,
    deviation,
    ewma_volatility,
    is_falling,
)


def test_the_deviation_by_hand() -> None:
    """Logs 0, 0, 0, -1: mean -0.25, standard deviation 0.5: -1.5."""
    closes = np.exp(np.array([9.0, 0.0, 0.0, 0.0, -1.0]))
    assert deviation(closes, 4) == pytest.approx(-1.5)
    assert deviation(np.full(9, 50.0), 9) == 0.0


def test_exponential_weights_by_hand() -> None:
    """Decay 0.5 of squares 4, 0, 8 (in 1e-4): 4, 2, 5."""
    found = ewma_volatility(np.array([0.02, 0.0, 0.08**0.5 / 10]), 0.5)
    assert found**2 * 1e4 == pytest.approx([4, 2, 5])


def market(fall: list[float]) -> np.ndarray:
    """A seeded calm market, and then what happens."""
    rng = np.random.default_rng(3)
    calm = rng.normal(0.0, 0.005, 300)
    return np.asarray(100 * np.exp(np.cumsum([*calm, *fall])))


RULE = DislocationRule()


def test_in_quiet_times_a_quarter_of_the_gap_is_bought() -> None:
    found = buying_pace(market([]), RULE)
    assert (found.part, found.is_dislocated) == (0.25, False)


def test_in_a_fall_half_of_it_and_once_volatility_turns_all_of_it() -> None:
    fall = [-0.05] * 8
    found = buying_pace(market(fall), RULE)
    assert (found.part, found.is_dislocated) == (0.5, True)
    assert found.burst > 1.5
    assert "volatility still rises" in found.because
    calmed = buying_pace(market([*fall, *[0.001, -0.001] * 6]), RULE)
    assert calmed.part == 1.0
    assert "volatility has turned down" in calmed.because


def test_volatility_alone_is_no_dislocation() -> None:
    assert not buying_pace(market([0.05, -0.05] * 5), RULE).is_dislocated


def test_a_rule_that_slows_down_is_told() -> None:
    with pytest.raises(UsageError, match="paces rise"):
        buying_pace(market([]), DislocationRule(pace=0.6))
    with pytest.raises(UsageError, match="three closes"):
        deviation(np.array([1.0, 2.0]), 5)


@given(st.lists(st.floats(-0.2, 0.2), min_size=10, max_size=60), st.floats(0.1, 10))
def test_the_pace_is_one_of_three_and_knows_no_unit(moves: list[float], unit: float) -> None:
    closes = np.exp(np.cumsum(moves))
    found = buying_pace(closes, RULE)
    assert found.part in {0.25, 0.5, 1.0}
    assert (found.part > 0.25) == found.is_dislocated
    scaled = deviation(closes * unit, 30)
    assert scaled == pytest.approx(deviation(closes, 30), abs=1e-6)


def test_whether_volatility_falls() -> None:
    assert is_falling(np.array([3.0, 2.0, 1.0]), 2)
    assert not is_falling(np.array([3.0, 2.0, 1.0]), 3)
