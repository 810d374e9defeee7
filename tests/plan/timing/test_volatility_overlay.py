"""The volatility target in force (Moreira and Muir 2017): less of what is risky, and the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.bands.widths import absolute
from taxlots.plan.drift import drift_of
from taxlots.plan.targets.hierarchy import flat, rolled_up, tree_of
from taxlots.plan.timing.volatility_overlay import (
    at_scale,
    most_scale,
    moved_to_scale,
    scale_in_force,
)
from taxlots.plan.timing.volatility_target import VolatilityTarget

RULE = VolatilityTarget(volatility=0.10, periods_of_year=252)
TREE = tree_of({"x": "", "bonds": "", "x1": "x", "x2": "x"})
WEIGHTS = np.array([0.6, 0.4, 0.4, 0.2])
RISKY = np.array([False, False, True, True])


def test_twice_the_volatility_holds_half() -> None:
    """Steady returns of 20 % a year against a target of 10 %: within the dead band of one half."""
    returns = np.tile([1.0, -1.0], 200) * 0.20 / np.sqrt(252)
    scale, now = scale_in_force(returns, np.arange(400), RULE)
    assert now == pytest.approx(0.20)
    assert abs(scale - 0.5) <= 0.1 * scale


def test_the_scale_moves_on_looks_alone() -> None:
    returns = np.tile([1.0, -1.0], 200) * 0.20 / np.sqrt(252)
    one_look = scale_in_force(returns, np.arange(400), RULE, {300})
    assert one_look[0] == pytest.approx(0.9)
    assert scale_in_force(returns, np.arange(400), RULE, set())[0] == 1.0


def test_few_returns_are_refused() -> None:
    with pytest.raises(UsageError, match="needs 24 returns"):
        scale_in_force(np.zeros(23), np.arange(23), RULE)


def test_the_rest_goes_into_a_class_or_into_cash() -> None:
    into = at_scale(TREE, WEIGHTS, RISKY, 0.5, 1)
    assert into.weights == pytest.approx([0.3, 0.7, 0.2, 0.1])
    assert into.cash_part == 0.0
    cash = at_scale(TREE, WEIGHTS, RISKY, 0.5, None)
    assert cash.cash_part == pytest.approx(0.3)
    assert cash.weights == pytest.approx(np.array([0.3, 0.4, 0.2, 0.1]) / 0.7)


def test_nothing_is_borrowed() -> None:
    assert most_scale(TREE, WEIGHTS, RISKY, None) == 1.0
    assert most_scale(TREE, WEIGHTS, RISKY, 1) == pytest.approx(1 + 0.4 / 0.6)
    with pytest.raises(UsageError, match="borrows"):
        at_scale(TREE, WEIGHTS, RISKY, 1.1, None)
    with pytest.raises(UsageError, match="cannot take what the volatility target leaves"):
        at_scale(TREE, WEIGHTS, RISKY, 0.9, 2)


def test_inside_their_bands_risky_classes_still_go_to_their_scale() -> None:
    """60 and 40 % against 54 and 46 %: no band is left, and 6 % move."""
    tree, target = flat("ab"), np.array([0.54, 0.46])
    found = drift_of(tree, np.array([60.0, 40.0]), target, absolute(target, 0.1), np.ones(2))
    risky = np.array([True, False])
    moved = moved_to_scale(tree, found, target, risky, 1, dead_band=0.05, dollars=100.0)
    assert moved.destinations == pytest.approx(target)
    assert moved.trades == pytest.approx([-6.0, 6.0])
    near = moved_to_scale(tree, found, target, risky, 1, dead_band=0.2, dollars=100.0)
    assert near is found


@given(
    parts=st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4),
    risky=st.lists(st.booleans(), min_size=3, max_size=3),
    scale=st.floats(0.0, 1.0),
    is_cash=st.booleans(),
)
def test_weights_and_cash_are_the_whole_and_what_is_not_risky_stays(
    parts: list[float], risky: list[bool], scale: float, is_cash: bool
) -> None:
    tree = tree_of({"x": "", "c": "", "rest": "", "a": "x", "b": "x"})
    own = np.array([0.0, *parts]) / sum(parts)
    weights = rolled_up(tree, own)
    flags = np.array([False, risky[0], False, *risky[1:]])
    found = at_scale(tree, weights, flags, scale, None if is_cash else 2)
    assert found.weights[:3].sum() == pytest.approx(1.0)
    assert 0 <= found.cash_part <= 1
    whole = found.weights * (1 - found.cash_part)
    lowest = [1, 3, 4]
    assert whole[lowest] == pytest.approx(
        np.where(flags[lowest], scale * weights[lowest], weights[lowest])
    )
