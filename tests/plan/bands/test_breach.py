"""What sets off a trade, where it goes, and what pays for it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.domain.rebalance_rule import Destination
from taxlots.plan.bands.breach import (
    VANGUARD_200_175,
    balanced,
    breaches,
    destinations,
    part_of_band,
    tree_destinations,
)
from taxlots.plan.bands.look import breach_days, is_look_day, looks, next_look
from taxlots.plan.bands.widths import Bands, absolute, narrower
from taxlots.plan.targets.hierarchy import flat, rolled_up, tree_of

TARGET = np.array([0.5, 0.3, 0.2])
BANDS = absolute(TARGET, 0.02)
WEIGHTS = np.array([0.54, 0.29, 0.17])


def test_at_its_edge_a_weight_is_inside() -> None:
    found = breaches(np.array([0.52, 0.2799, 0.2001]), BANDS)
    assert found.sides.tolist() == [0, -1, 0]
    assert found.any


@pytest.mark.parametrize(
    ("destination", "goes_to"),
    [
        (Destination.EDGE, [0.52, 0.29, 0.18]),
        (Destination.HALF, [0.51, 0.29, 0.19]),
        (Destination.TARGET, [0.50, 0.29, 0.20]),
        (Destination.FRACTION, [0.5175, 0.29, 0.1825]),
    ],
)
def test_each_breach_goes_to_its_destination(
    destination: Destination, goes_to: list[float]
) -> None:
    """The fraction is Vanguard's 175 of 200 basis points: 1.75 points from the target."""
    found = destinations(WEIGHTS, TARGET, BANDS, part_of_band(destination, VANGUARD_200_175))
    assert found == pytest.approx(goes_to)


def test_what_is_left_over_goes_first_to_what_is_furthest_for_its_band() -> None:
    """The 0.54 falls to 0.52 and the 0.17 rises to 0.18, its edge.

    The other 0.01 makes the 0.18 as far as the 0.29 is: half a band.
    """
    wanted = destinations(WEIGHTS, TARGET, BANDS, 1.0)
    assert balanced(TARGET, wanted, BANDS, 1.0) == pytest.approx([0.52, 0.29, 0.19])


def test_then_both_are_levelled_by_their_widths() -> None:
    """Gaps of 0.02 and 0.03, bands of 0.02 and 0.06, and 0.03 is left.

    The first takes 0.01 until both are half a band away, and a quarter of the other 0.02.
    """
    target = np.array([0.5, 0.3, 0.2])
    bands = Bands(target - np.array([0.02, 0.06, 0.1]), target + 0.1)
    wanted = np.array([0.48, 0.27, 0.22])
    found = balanced(target, wanted, bands, 1.0)
    assert found == pytest.approx([0.495, 0.285, 0.22])


def test_where_the_others_are_at_their_targets_the_breached_go_further() -> None:
    weights = np.array([0.53, 0.30, 0.17])
    wanted = destinations(weights, TARGET, BANDS, np.array([1.0, 1.0, 0.0]))
    assert wanted == pytest.approx([0.52, 0.30, 0.20])
    assert balanced(TARGET, wanted, BANDS, 1.0) == pytest.approx([0.50, 0.30, 0.20])


def test_no_breach_is_no_trade() -> None:
    weights = np.array([0.51, 0.29, 0.2])
    found = tree_destinations(flat("abc"), weights, TARGET, BANDS, 0.0)
    assert found.weights.tolist() == weights.tolist()
    assert not found.is_moved.any()


def test_a_breach_of_a_class_moves_its_parts_and_one_of_a_part_only_its_siblings() -> None:
    tree = tree_of({"equities": "", "bonds": "", "us": "equities", "abroad": "equities"})
    target = np.array([0.6, 0.4, 0.4, 0.2])
    wide = absolute(target, 0.05)
    above = rolled_up(tree, np.array([0.0, 0.33, 0.44, 0.23]))
    found = tree_destinations(tree, above, target, wide, 0.0)
    assert found.breaches.sides.tolist() == [1, -1, 0, 0]
    assert found.weights == pytest.approx([0.60, 0.40, 0.40, 0.20])
    inner = rolled_up(tree, np.array([0.0, 0.40, 0.47, 0.13]))
    found = tree_destinations(tree, inner, target, wide, 1.0)
    assert found.breaches.sides.tolist() == [0, 0, 1, -1]
    assert found.weights == pytest.approx([0.60, 0.40, 0.45, 0.15])


def test_what_stays_is_not_moved_and_the_rest_balances_around_it() -> None:
    target = np.array([0.5, 0.3, 0.2])
    weights = np.array([0.6, 0.2, 0.2])
    stays = np.array([False, False, True])
    found = tree_destinations(
        flat("abc"), weights, target, absolute(target, 0.05), 0.0, stays=stays
    )
    assert found.weights == pytest.approx([0.5, 0.3, 0.2])
    stays = np.array([True, False, False])
    found = tree_destinations(
        flat("abc"), weights, target, absolute(target, 0.05), 0.0, stays=stays
    )
    assert found.weights == pytest.approx([0.6, 0.24, 0.16])


parts = st.lists(st.floats(0.01, 1), min_size=5, max_size=5)


@given(parts, parts, st.floats(0, 1), st.floats(0.001, 0.2))
def test_destinations_sum_to_the_whole_and_nothing_passes_its_target(
    held: list[float], wished: list[float], part: float, width: float
) -> None:
    weights, target = np.array(held) / sum(held), np.array(wished) / sum(wished)
    bands = absolute(target, width)
    found = tree_destinations(flat("abcde"), weights, target, bands, part)
    assert np.isclose(found.weights.sum(), 1)
    assert np.all((found.weights - target) * (weights - target) >= -1e-9)
    assert np.all(np.abs(found.weights - target) <= np.abs(weights - target) + 1e-9)
    assert not breaches(found.weights, bands).any


@given(parts, parts)
def test_in_a_tree_parts_still_sum_to_their_class(held: list[float], wished: list[float]) -> None:
    tree = tree_of({"x": "", "y": "", "x1": "x", "x2": "x", "y1": "y", "y2": "y", "y3": "y"})
    leaf = tree.is_leaf()
    weights, target = (
        rolled_up(tree, np.where(leaf, np.array([0, 0, *values]) / sum(values), 0))
        for values in (held, wished)
    )
    found = tree_destinations(tree, weights, target, narrower(target), 0.5)
    for parent, children in tree.siblings():
        whole = 1.0 if parent < 0 else found.weights[parent]
        assert np.isclose(found.weights[children].sum(), whole)
    assert found.weights.min() >= -1e-12
    top = Bands(narrower(target).low[:2], narrower(target).high[:2])
    assert not breaches(found.weights[:2], top).any


def test_one_looks_every_tenth_session() -> None:
    sessions = list(range(100, 140))
    days = looks(sessions, 10, first=3)
    assert days == [103, 113, 123, 133]
    assert (is_look_day(days, 113), is_look_day(days, 114)) == (True, False)
    assert (next_look(days, 113), next_look(days, 133)) == (123, None)
    sides = [1 if day in (110, 113, 120) else 0 for day in sessions]
    assert breach_days(days, sides, sessions) == [113]
    with pytest.raises(UsageError, match="1 or more"):
        looks(sessions, 0)


def test_a_fraction_beyond_the_edge_is_told() -> None:
    with pytest.raises(UsageError, match="from 0"):
        part_of_band(Destination.FRACTION, 1.5)


@given(parts, parts, st.lists(st.floats(0.01, 0.2), min_size=5, max_size=5))
def test_what_takes_part_is_equally_far_and_nothing_else_is_further(
    held: list[float], wished: list[float], widths: list[float]
) -> None:
    weights, target = np.array(held) / sum(held), np.array(wished) / sum(wished)
    width = np.array(widths)
    bands = Bands(target - width, target + width)
    wanted = destinations(weights, target, bands, 1.0)
    found = balanced(target, wanted, bands, 1.0)
    far = np.abs(found - target) / width
    takes = np.abs(found - wanted) > 1e-9
    if takes.any():
        assert np.allclose(far[takes], far[takes].max(), atol=1e-6)
        side = np.sign(found - wanted)[takes][0]
        assert np.all(far[(target - wanted) * side > 0] <= far[takes].max() + 1e-6)
