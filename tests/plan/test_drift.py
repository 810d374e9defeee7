"""Drift: weights, what bands set off, and dollars."""

import numpy as np
import pytest

from taxlots.domain.problem import UsageError
from taxlots.plan.bands.widths import absolute
from taxlots.plan.drift import drift_of
from taxlots.plan.targets.hierarchy import flat, tree_of

TARGET = np.array([0.6, 0.3, 0.1])


def test_dollars_of_a_breach_and_of_its_other_side() -> None:
    """68, 24 and 8 thousand: 3 thousand are sold to the edge, and level what is under."""
    values = np.array([68_000.0, 24_000.0, 8_000.0])
    found = drift_of(flat("abc"), values, TARGET, absolute(TARGET, 0.05), np.ones(3))
    assert found.weights.tolist() == [0.68, 0.24, 0.08]
    assert found.breaches.sides.tolist() == [1, -1, 0]
    assert found.trades == pytest.approx([-3_000, 3_000, 0])


def test_a_calendar_moves_everything_to_its_target() -> None:
    values = np.array([61_000.0, 30_000.0, 9_000.0])
    found = drift_of(
        flat("abc"), values, TARGET, absolute(TARGET, 0.05), np.ones(3), is_calendar=True
    )
    assert not found.breaches.any
    assert found.trades == pytest.approx([-1_000, 0, 1_000])


def test_what_waits_is_not_traded_and_the_rest_shares_what_is_left() -> None:
    """68 % wait; the 24 and 8 % have their proportions of 3 to 1 already."""
    values = np.array([68_000.0, 24_000.0, 8_000.0])
    stays = np.array([True, False, False])
    found = drift_of(flat("abc"), values, TARGET, absolute(TARGET, 0.05), np.ones(3), stays=stays)
    assert found.breaches.sides.tolist() == [1, -1, 0]
    assert found.trades == pytest.approx([0, 0, 0], abs=1e-6)
    assert found.trades.sum() == pytest.approx(0, abs=1e-6)


def test_what_a_class_holds_beside_its_parts_counts_for_it_alone() -> None:
    tree = tree_of({"x": "", "y": "", "x1": "x", "x2": "x"})
    target = np.array([0.6, 0.4, 0.3, 0.3])
    values = np.array([10.0, 40.0, 25.0, 25.0])
    found = drift_of(tree, values, target, absolute(target, 0.1), np.ones(4))
    assert found.weights.tolist() == [0.6, 0.4, 0.25, 0.25]
    assert not found.trades.any()


def test_nothing_held_is_told() -> None:
    with pytest.raises(UsageError, match="nothing that has a target is held"):
        drift_of(flat("abc"), np.zeros(3), TARGET, absolute(TARGET, 0.1), np.ones(3))
