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


def drifted(values: list[float]) -> Drift:
    return drift_of(flat("abc"), np.array(values), TARGET, absolute(TARGET, 0.05), np.zeros(3))


def test_a_quarter_of_the_gap_is_bought_at_one_look() -> None:
    """70, 20 and 10 %: b goes to 30 %, a quarter of the way at this look."""
    found = drifted([70.0, 20.0, 10.0])
    slow = paced(flat("abc"), found, np.array([np.nan, 0.25, np.nan]), NOBODY)
    assert slow.is_paced.tolist() == [False, True, False]
    assert slow.weights == pytest.approx([0.70, 0.225, 0.10])
    after = drift_of(
        flat("abc"),
        np.array([70.0, 20.0, 10.0]),
        TARGET,
        absolute(TARGET, 0.05),
        np.zeros(3),
        stays=slow.is_paced,
        stays_at=slow.weights,
    )
    assert after.destinations[1] == pytest.approx(0.225)
    assert after.destinations.sum() == pytest.approx(1.0)
    limits = limits_of_purchases(flat("abc"), after, slow.is_paced)
    assert limits[1] == pytest.approx(0.225)
    assert np.isnan(limits[[0, 2]]).all()


def test_what_is_inside_its_band_or_waits_has_no_pace() -> None:
    found = drifted([62.0, 28.0, 10.0])
    assert not paced(flat("abc"), found, np.full(3, 0.25), NOBODY).is_paced.any()
    found = drifted([70.0, 20.0, 10.0])
    stays = np.array([False, True, False])
    assert not paced(flat("abc"), found, np.full(3, 0.25), stays).is_paced.any()


def test_the_pace_of_a_class_is_that_of_its_parts() -> None:
    tree = tree_of({"x": "", "y": "", "x1": "x", "x2": "x"})
    target = np.array([0.6, 0.4, 0.3, 0.3])
    values = np.array([0.0, 60.0, 20.0, 20.0])
    found = drift_of(tree, values, target, absolute(target, 0.05), np.zeros(4))
    slow = paced(tree, found, np.full(4, 0.5), np.zeros(4, np.bool_))
    assert slow.is_paced.tolist() == [True, False, False, False]
    again = drift_of(
        tree,
        values,
        target,
        absolute(target, 0.05),
        np.zeros(4),
        stays=slow.is_paced,
        stays_at=slow.weights,
    )
    assert again.destinations == pytest.approx([0.5, 0.5, 0.25, 0.25])
    limits = limits_of_purchases(tree, again, slow.is_paced)
    assert limits[[0, 2, 3]] == pytest.approx([0.5, 0.25, 0.25])


@given(
    held=st.lists(st.floats(1, 100), min_size=3, max_size=3),
    part=st.floats(0.01, 1.0),
)
def test_looks_at_a_pace_approach_the_goal_and_never_pass_it(
    held: list[float], part: float
) -> None:
    values = np.array(held)
    found = drifted(held)
    slow = paced(flat("abc"), found, np.full(3, part), NOBODY)
    after = drift_of(
        flat("abc"),
        values,
        TARGET,
        absolute(TARGET, 0.05),
        np.zeros(3),
        stays=slow.is_paced,
        stays_at=slow.weights,
    )
    assert after.destinations.sum() == pytest.approx(1.0)
    for place in np.flatnonzero(slow.is_paced):
        gap = found.destinations[place] - found.weights[place]
        assert after.destinations[place] - found.weights[place] == pytest.approx(part * gap)
