"""Illiquid holdings keep their weight, and the rest makes room."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.illiquid import CapitalCall, after_flows, around_illiquid

NAMES = ("equities", "bonds", "private equity", "cash")
TARGETS = np.array([0.5, 0.3, 0.15, 0.05])
PRIVATE = np.array([False, False, True, False])


def test_what_is_not_called_yet_is_held_in_public_equities() -> None:
    """Private equity has 10 of its 15 %: public equities hold 55 %."""
    values = np.array([50_000.0, 35_000.0, 10_000.0, 5_000.0])
    found = around_illiquid(NAMES, TARGETS, values, PRIVATE, stand_in="equities")
    assert np.allclose(found.weights, [0.55, 0.30, 0.10, 0.05])
    assert np.allclose(found.shortfall, [0, 0, 0.05, 0])
    assert "private equity is kept at 0.1000, 0.0500 below its target" in found.because[0]


def test_without_a_stand_in_all_liquid_classes_share() -> None:
    """20 % private: the other 85 % shrink to 80 %, in proportion."""
    values = np.array([40_000.0, 35_000.0, 20_000.0, 5_000.0])
    found = around_illiquid(NAMES, TARGETS, values, PRIVATE)
    scale = 0.80 / 0.85
    assert np.allclose(found.weights, [0.5 * scale, 0.3 * scale, 0.2, 0.05 * scale])


def test_calls_to_come_are_kept_in_cash() -> None:
    """8,000 of 100,000 within 90 days: cash is 8 %, the 3 % more come from equities and bonds."""
    values = np.array([50_000.0, 30_000.0, 15_000.0, 5_000.0])
    calls = (
        CapitalCall(2, 1030, 8_000.0),
        CapitalCall(2, 1200, 9_000.0),
        CapitalCall(2, 1040, -2_000.0),
    )
    found = around_illiquid(
        NAMES, TARGETS, values, PRIVATE, reserve="cash", calls=calls, as_of=1000, call_days=90
    )
    assert found.reserve == pytest.approx(0.08)
    assert np.allclose(found.weights, [0.5 - 0.03 * 5 / 8, 0.3 - 0.03 * 3 / 8, 0.15, 0.08])


def test_a_call_moves_cash_and_a_distribution_brings_it_back() -> None:
    values = np.array([50.0, 30.0, 15.0, 5.0])
    flows = (CapitalCall(2, 10, 4.0), CapitalCall(2, 20, -3.0), CapitalCall(2, 99, 50.0))
    assert after_flows(values, flows, 3, start=0, end=50).tolist() == [50, 30, 16, 4]
    with pytest.raises(UsageError, match=r"46\.00 more than the cash"):
        after_flows(values, flows, 3, start=0, end=99)
    late = (CapitalCall(2, 10, 7.0), CapitalCall(2, 20, -7.0))
    with pytest.raises(UsageError, match=r"2\.00 more than the cash"):
        after_flows(values, late, 3, start=0, end=99)
    with pytest.raises(UsageError, match=r"the most is 15\.00"):
        after_flows(values, (CapitalCall(2, 1, -16.0),), 3, start=0, end=9)


def test_a_stand_in_too_small_is_told() -> None:
    values = np.array([10_000.0, 10_000.0, 80_000.0, 0.0])
    with pytest.raises(UsageError, match=r"cash cannot make room for 0\.6500"):
        around_illiquid(NAMES, TARGETS, values, PRIVATE, stand_in="cash")
    with pytest.raises(UsageError, match="no liquid class"):
        around_illiquid(NAMES, TARGETS, values, PRIVATE, stand_in="private equity")


@given(st.lists(st.floats(1, 1e6), min_size=4, max_size=4), st.floats(0, 0.05))
def test_targets_keep_their_sum_and_illiquid_ones_their_weight(
    dollars: list[float], called: float
) -> None:
    values = np.array(dollars)
    assume(values[2] / values.sum() < 0.9)
    calls = (CapitalCall(2, 5, called * float(values.sum())),)
    found = around_illiquid(
        NAMES, TARGETS, values, PRIVATE, reserve="cash", calls=calls, as_of=0, call_days=10
    )
    assert np.isclose(found.weights.sum(), 1)
    assert np.isclose(found.weights[2], values[2] / values.sum())
    assert found.weights[3] >= min(called, 1) - 1e-9
