"""The pace of purchases: a part of the gap at one look, the rest at later ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.plan.bands.widths import absolute
from taxlots.plan.drift import Drift, drift_of
from taxlots.plan.targets.hierarchy import flat, tree_of
from taxlots.plan.timing.paced_purchases import limits_of_purchases, paced

TARGET = np.array([0.6, 0.3, 0.1])
NOBODY = np.zeros(3, np.bool_)
A_QUARTER = np.full(3, 0.25)


def drifted(values: list[float]) -> Drift:
    return drift_of(flat("abc"), np.array(values), TARGET, absolute(TARGET, 0.05), np.zeros(3))


def test_a_quarter_of_the_gap_is_bought_at_one_look_and_as_much_less_is_sold() -> None:
    """70, 20 and 10 %: b goes to 30 %, a quarter of the way at this look."""
    slow = paced(flat("abc"), drifted([70.0, 20.0, 10.0]), A_QUARTER, NOBODY)
    assert slow.is_paced.tolist() == [False, True, False]
    assert slow.drift.destinations == pytest.approx([0.675, 0.225, 0.10])
    assert slow.drift.trades == pytest.approx([-2.5, 2.5, 0.0])
    limits = limits_of_purchases(flat("abc"), slow.drift, slow.is_paced)
    assert limits[1] == pytest.approx(0.225)
    assert np.isnan(limits[[0, 2]]).all()


def test_what_is_inside_its_band_or_stays_has_no_pace() -> None:
    found = drifted([62.0, 28.0, 10.0])
    assert not paced(flat("abc"), found, A_QUARTER, NOBODY).is_paced.any()
    stays = np.array([False, True, False])
    assert not paced(flat("abc"), drifted([70.0, 20.0, 10.0]), A_QUARTER, stays).is_paced.any()


def test_parts_go_as_far_on_their_way_as_the_class_above_them() -> None:
    tree = tree_of({"x": "", "y": "", "x1": "x", "x2": "x"})
    target = np.array([0.6, 0.4, 0.3, 0.3])
    values = np.array([0.0, 60.0, 20.0, 20.0])
    found = drift_of(tree, values, target, absolute(target, 0.05), np.zeros(4))
    slow = paced(tree, found, np.full(4, 0.5), np.zeros(4, np.bool_))
    assert slow.drift.destinations == pytest.approx([0.5, 0.5, 0.25, 0.25])
    limits = limits_of_purchases(tree, slow.drift, slow.is_paced)
    assert limits[[0, 2, 3]] == pytest.approx([0.5, 0.25, 0.25])
    assert np.isnan(limits[1])


@given(
    held=st.lists(st.floats(1, 100), min_size=4, max_size=4),
    parts=st.lists(st.floats(0.01, 1.0), min_size=6, max_size=6),
)
def test_no_class_passes_its_goal_and_trades_balance_at_every_level(
    held: list[float], parts: list[float]
) -> None:
    tree = tree_of({"x": "", "y": "", "x1": "x", "x2": "x", "y1": "y", "y2": "y"})
    target = np.array([0.6, 0.4, 0.3, 0.3, 0.3, 0.1])
    values = np.array([0.0, 0.0, *held])
    found = drift_of(tree, values, target, absolute(target, 0.05), np.full(6, 0.5))
    slow = paced(tree, found, np.array(parts), np.zeros(6, np.bool_))
    before, after = found.destinations - found.weights, slow.drift.destinations - found.weights
    assert (np.abs(after) <= np.abs(before) + 1e-9).all()
    assert (after * before >= -1e-12).all()
    assert after[:2].sum() == pytest.approx(0, abs=1e-9)
    assert after[[2, 3]].sum() == pytest.approx(after[0], abs=1e-9)
    assert after[[4, 5]].sum() == pytest.approx(after[1], abs=1e-9)
    for place in np.flatnonzero(slow.is_paced[:2]):
        assert after[place] == pytest.approx(parts[place] * before[place])
