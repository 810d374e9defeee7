"""Lots over the days of a schedule: least cost in all, held to linear programming."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from taxlots.domain.problem import UsageError
from taxlots.plan.execution.lots_over_days import BARRED, lots_over_days


def cost_of(cost: list[list[int]], taken: np.ndarray) -> int:
    return int((np.where(taken > 0, cost, 0) * taken).sum())


def test_a_lot_that_is_cheaper_tomorrow_waits_although_it_is_the_cheapest_today() -> None:
    """One share a day.  The young lot costs 5 today and 2 tomorrow, the old one 6 on both days.

    Day by day the young lot goes first, for 5 + 6; with the old one first it is 6 + 2.
    """
    taken = lots_over_days([1, 1], [1, 1], [[5, 2], [6, 6]])
    assert taken.tolist() == [[0, 1], [1, 0]]


def test_what_is_barred_on_a_day_is_not_sold_on_it() -> None:
    taken = lots_over_days([3, 2], [2, 2], [[1, BARRED], [9, 9]])
    assert taken.tolist() == [[2, 0], [0, 2]]


def test_as_much_is_sold_as_the_lots_give() -> None:
    assert lots_over_days([3], [2, 2], [[1, 2]]).sum() == 3
    assert lots_over_days([3], [2, 2], [[BARRED, BARRED]]).sum() == 0
    assert lots_over_days([], [2, 2], np.zeros((0, 2))).shape == (0, 2)


def test_negative_units_are_refused() -> None:
    with pytest.raises(UsageError, match="zero or more"):
        lots_over_days([-1], [1], [[0]])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_other_choice_costs_less(data: st.DataObject) -> None:
    """Against HiGHS on the same transportation problem; losses make costs negative."""
    lots, days = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    held = data.draw(st.lists(st.integers(0, 40), min_size=lots, max_size=lots))
    wanted = data.draw(st.lists(st.integers(0, 20), min_size=days, max_size=days))
    row = st.lists(st.integers(-50, 50) | st.just(BARRED), min_size=days, max_size=days)
    cost = data.draw(st.lists(row, min_size=lots, max_size=lots))
    taken = lots_over_days(held, wanted, cost)
    assert (taken >= 0).all()
    assert (taken.sum(axis=1) <= held).all()
    assert (taken.sum(axis=0) <= wanted).all()
    assert not taken[np.array(cost) == BARRED].any()
    # Linear programming: what is sold is worth more than any lot costs, so that as much as can be
    # is sold, at the least cost.
    worth = 10_000
    price = np.array([[1e7 if c == BARRED else c - worth for c in line] for line in cost])
    limits = np.vstack([np.kron(np.eye(lots), np.ones(days)), np.kron(np.ones(lots), np.eye(days))])
    best = linprog(price.ravel(), A_ub=limits, b_ub=[*held, *wanted], method="highs")
    assert cost_of(cost, taken) - worth * int(taken.sum()) == pytest.approx(best.fun, abs=1e-3)
