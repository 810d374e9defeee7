"""Classes as a tree: sums from below, and changes that siblings bear."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import Floats, Tree, flat, rolled_up, shifted, tree_of

PARENTS = {"us": "equities", "abroad": "equities", "equities": "", "bonds": ""}


def by_name(tree: Tree, values: Floats) -> dict[str, float]:
    return {name: round(float(value), 12) for name, value in zip(tree.names, values, strict=True)}


def of(tree: Tree, **values: float) -> Floats:
    return np.array([values.get(name, 0.0) for name in tree.names])


def test_a_class_holds_what_stands_below_it() -> None:
    tree = tree_of(PARENTS)
    assert tree.names.index("equities") < tree.names.index("us")
    held = rolled_up(tree, of(tree, us=4, abroad=2, equities=1, bonds=3))
    assert by_name(tree, held) == {"equities": 7, "bonds": 3, "us": 4, "abroad": 2}
    assert list(tree.levels()) == [0, 0, 1, 1]
    assert [name for name, leaf in zip(tree.names, tree.is_leaf(), strict=True) if leaf] == [
        "bonds",
        "us",
        "abroad",
    ]


def test_a_tilt_is_borne_by_siblings_and_carries_what_is_below() -> None:
    """+3 % equities: bonds fall by as much; us and abroad keep 2 to 1, of 63 % now."""
    tree = tree_of(PARENTS)
    weights = of(tree, equities=0.6, us=0.4, abroad=0.2, bonds=0.4)
    moved = shifted(tree, weights, of(tree, equities=0.03), of(tree, equities=1) > 0)
    assert by_name(tree, moved) == {"equities": 0.63, "bonds": 0.37, "us": 0.42, "abroad": 0.21}


def test_tilts_that_balance_leave_the_others_alone() -> None:
    tree = flat(("a", "b", "c"))
    change = np.array([0.05, -0.05, 0.0])
    moved = shifted(tree, np.array([0.5, 0.3, 0.2]), change, change != 0)
    assert np.allclose(moved, [0.55, 0.25, 0.2])


def test_changes_that_nobody_bears_are_told() -> None:
    tree = flat(("a", "b"))
    with pytest.raises(UsageError, match=r"sum to \+0.0200 and no class"):
        shifted(tree, np.array([0.5, 0.5]), np.array([0.05, -0.03]), np.array([True, True]))
    with pytest.raises(UsageError, match=r"leave b at -0.1000 .* give is 0.5000"):
        shifted(tree, np.array([0.5, 0.5]), np.array([0.0, -0.6]), np.array([False, True]))


def test_parents_that_are_not_there_or_form_a_circle_are_told() -> None:
    with pytest.raises(UsageError, match="a stands below b, which is not there"):
        tree_of({"a": "b"})
    with pytest.raises(UsageError, match="stand below themselves"):
        tree_of({"a": "b", "b": "a"})


@given(st.lists(st.floats(0.01, 1), min_size=6, max_size=6), st.floats(-0.5, 0.5))
def test_siblings_sum_to_their_parent_after_any_tilt(parts: list[float], part: float) -> None:
    tree = tree_of({"x": "", "y": "", "x1": "x", "x2": "x", "x21": "x2", "x22": "x2"})
    leaf = np.where(tree.is_leaf(), np.array(parts), 0.0)
    weights = rolled_up(tree, leaf / leaf.sum())
    change = np.zeros(6)
    change[0] = part * min(weights[0], weights[1])
    moved = shifted(tree, weights, change, change != 0)
    assert np.isclose(moved[0], weights[0] + change[0])
    for parent, children in tree.siblings():
        whole = 1.0 if parent < 0 else moved[parent]
        assert np.isclose(moved[children].sum(), whole)
