"""Targets that follow a trend, or the state of the market."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import rolled_up, tree_of
from taxlots.plan.targets.regime import blended, is_stressed, long_run, regime_probabilities
from taxlots.plan.targets.trend import above_mean, trend_targets

TREE = tree_of(
    {
        "equities": "",
        "us": "equities",
        "abroad": "equities",
        "bonds": "",
        "long": "bonds",
        "gold": "",
    }
)
LEAVES = [name for name, is_leaf in zip(TREE.names, TREE.is_leaf(), strict=True) if is_leaf]
CLOSES = st.lists(
    st.lists(st.floats(1, 1_000), min_size=3, max_size=3), min_size=2, max_size=12
).map(np.array)


@given(
    st.lists(st.floats(0.01, 1), min_size=len(LEAVES), max_size=len(LEAVES)),
    st.lists(st.booleans(), min_size=len(TREE.names), max_size=len(TREE.names)),
    st.sampled_from(LEAVES),
    st.floats(0, 1),
)
def test_a_trend_moves_weight_into_the_refuge_and_loses_none(
    parts: list[float], up: list[bool], refuge: str, keep: float
) -> None:
    own = np.zeros(len(TREE.names))
    own[[TREE.names.index(name) for name in LEAVES]] = np.array(parts) / sum(parts)
    weights, is_up = rolled_up(TREE, own), np.array(up)
    found = trend_targets(TREE, weights, is_up, refuge, keep)
    leaf = TREE.is_leaf()
    assert found[leaf].sum() == pytest.approx(1)
    for at in np.flatnonzero(leaf):
        if TREE.names[at] == refuge:
            assert found[at] >= weights[at] - 1e-12
        else:
            assert found[at] == pytest.approx(weights[at] * (1 if is_up[at] else keep))
    assert np.allclose(rolled_up(TREE, np.where(leaf, found, 0.0)), found)


@given(CLOSES, st.floats(0.5, 20), st.floats(0, 0.1))
def test_a_trend_asks_neither_the_unit_of_prices_nor_forgets_what_was_held(
    closes: np.ndarray, unit: float, margin: float
) -> None:
    """Away from the edges of the margin, where rounding may decide."""
    distance = np.abs(closes[-1] / closes.mean(axis=0) - 1.0)
    is_clear = np.abs(distance - margin) > 1e-9
    for held in (np.zeros(3, bool), np.ones(3, bool)):
        found = above_mean(closes, margin=margin, held=held)
        again = above_mean(closes * unit, margin=margin, held=held)
        assert np.array_equal(found[is_clear], again[is_clear])
        within = is_clear & (distance < margin)
        assert np.array_equal(found[within], held[within])


@given(st.lists(st.floats(0, 1), max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_a_regime_never_changes_between_its_two_levels(
    levels: list[float], one: float, other: float
) -> None:
    leave, enter = sorted((one, other))
    found = is_stressed(levels, enter=enter, leave=leave)
    for before, level, now in zip([False, *found], levels, found, strict=False):
        if leave <= level <= enter:
            assert now == before
        else:
            assert now == (level > enter)


@given(
    st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=30),
    st.tuples(st.floats(0.01, 0.2), st.floats(0.01, 0.2)),
    st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)),
    st.integers(1, 30),
)
def test_probabilities_of_regimes_sum_to_one_and_look_only_backward(
    returns: list[float], volatilities: tuple[float, float], leaves: tuple[float, float], until: int
) -> None:
    first, second = leaves
    transition = np.array([[1 - first, first], [second, 1 - second]])
    spread = np.array(volatilities)
    found = regime_probabilities(np.array(returns), np.zeros(2), spread, transition)
    assert np.allclose(found.sum(axis=1), 1)
    assert found.min() >= 0
    early = regime_probabilities(np.array(returns[:until]), np.zeros(2), spread, transition)
    assert np.array_equal(found[:until], early)


def test_a_close_above_the_mean_of_ten_months_is_held() -> None:
    rising = np.linspace(90, 110, 10)
    closes = np.column_stack([rising, rising[::-1], np.full(10, 100.0), np.full(10, np.nan)])
    assert above_mean(closes).tolist() == [True, False, True, True]


def test_within_the_margin_what_was_held_stays() -> None:
    closes = np.array([[100.0, 100.0], [101.0, 99.0]])
    held = np.array([False, True])
    assert above_mean(closes, margin=0.02, held=held).tolist() == [False, True]
    assert above_mean(closes, margin=0.001, held=held).tolist() == [True, False]


def test_what_falls_goes_to_the_refuge_at_every_level() -> None:
    tree = tree_of({"equities": "", "bonds": "", "us": "equities", "abroad": "equities"})
    weights = np.array([0.6, 0.4, 0.4, 0.2])
    is_up = np.array([True, True, True, False])
    assert np.allclose(trend_targets(tree, weights, is_up, "bonds"), [0.4, 0.6, 0.4, 0.0])
    half = trend_targets(tree, weights, is_up, "bonds", keep=0.5)
    assert np.allclose(half, [0.5, 0.5, 0.4, 0.1])
    with pytest.raises(UsageError, match="has classes below it"):
        trend_targets(tree, weights, is_up, "equities")


def test_stress_begins_above_one_level_and_ends_below_another() -> None:
    levels = [0.15, 0.26, 0.22, 0.19, 0.17, 0.22, 0.26]
    found = is_stressed(levels, enter=0.25, leave=0.18)
    assert found == [False, True, True, True, False, False, True]
    with pytest.raises(UsageError, match="left below"):
        is_stressed(levels, enter=0.1, leave=0.2)


def test_long_run_of_two_states() -> None:
    """Leaving 1 in 20 and 1 in 5: in the first state 4 of 5 periods."""
    assert np.allclose(long_run(np.array([[0.95, 0.05], [0.20, 0.80]])), [0.8, 0.2])


def test_the_filter_finds_the_state_that_made_the_returns() -> None:
    """A seeded market: 200 calm months, 100 months of four times the volatility, 200 calm ones."""
    rng = np.random.default_rng(5)
    volatility = np.repeat([0.02, 0.08, 0.02], [200, 100, 200])
    returns = rng.normal(0.005, 1, 500) * volatility
    transition = np.array([[0.98, 0.02], [0.04, 0.96]])
    found = regime_probabilities(returns, np.zeros(2), np.array([0.02, 0.08]), transition)
    assert np.allclose(found.sum(axis=1), 1)
    right = (found[:, 1] > 0.5) == (volatility > 0.05)
    assert right.mean() > 0.9
    again = regime_probabilities(returns[:250], np.zeros(2), np.array([0.02, 0.08]), transition)
    assert np.allclose(again, found[:250])


def test_one_step_of_the_filter_by_hand() -> None:
    """Equal states, no memory: the odds are those of the densities, 1/1 to exp(-½·(1/4-1))/2."""
    half = np.full((2, 2), 0.5)
    (found,) = regime_probabilities(np.array([1.0]), np.zeros(2), np.array([1.0, 2.0]), half)
    first, second = np.exp(-0.5), np.exp(-0.125) / 2
    assert np.allclose(found, np.array([first, second]) / (first + second))


def test_targets_are_weighed_by_the_states() -> None:
    targets = np.array([[0.7, 0.3], [0.2, 0.8]])
    assert np.allclose(blended(targets, np.array([0.6, 0.4])), [0.5, 0.5])
    with pytest.raises(UsageError, match="sum to 1"):
        blended(targets, np.array([0.6, 0.6]))
