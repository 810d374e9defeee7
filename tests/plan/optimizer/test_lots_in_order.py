"""Lots stand name by name and, within a name, by slope: the cheapest in tax leaves first."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taxlots.plan.optimizer.portfolio import lots_of

LOTS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([-0.4, -0.1, -0.0, 0.0, 0.2, 0.2, 1e3])),
    max_size=40,
)


@given(lots=LOTS)
def test_lots_of_equal_slopes_keep_the_order_in_which_they_were_given(
    lots: list[tuple[int, float]],
) -> None:
    rows = [row for row, _ in lots]
    slopes = [slope for _, slope in lots]

    made = lots_of(rows, np.ones(len(lots)), slopes, 6)

    expected = sorted(range(len(lots)), key=lambda at: (rows[at], slopes[at]))
    assert made.order.tolist() == expected
    assert made.holder.tolist() == sorted(rows)


@given(lots=LOTS, others=st.lists(st.floats(-1, 1), min_size=40, max_size=40))
def test_other_slopes_order_the_lots_of_each_name_anew(
    lots: list[tuple[int, float]], others: list[float]
) -> None:
    rows = [row for row, _ in lots]
    made = lots_of(rows, np.arange(len(lots)), [slope for _, slope in lots], 6)
    fresh = np.array([others[row] for row in made.order.tolist()])

    again = made.with_slopes(fresh)

    assert again.holder.tolist() == made.holder.tolist()
    assert again.slope.tolist() == [others[row] for row in again.order.tolist()]
    assert again.capacity.tolist() == again.order.tolist()
    ends = again.start.tolist()
    for first, end in pairwise(ends):
        assert again.slope[first:end].tolist() == sorted(again.slope[first:end].tolist())
