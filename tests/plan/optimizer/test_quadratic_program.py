"""The balances of a plan's quadratic program, put together by hand, are those of its blocks."""

import numpy as np
import pytest
from scipy import sparse  # type: ignore[import-untyped]

from taxlots.plan.optimizer.quadratic_program import balance_of


@pytest.mark.parametrize("seed", range(20))
def test_balances_are_the_blocks_of_names_lots_and_columns(seed: int) -> None:
    """[1, -1, lots of each name, 0] and [loadings, 0, 0, -1], some loadings and names without."""
    random = np.random.default_rng(seed)
    count, amounts = random.integers(1, 12), random.integers(1, 6)
    columns = random.normal(size=(count, amounts)) * (random.random((count, amounts)) < 0.6)
    holder = np.repeat(np.arange(count), random.integers(0, 4, count))
    of_name = np.zeros((count, holder.size))
    of_name[holder, np.arange(holder.size)] = 1.0
    one = np.eye(count)
    none = np.zeros((amounts, count + holder.size))
    blocks = np.block(
        [
            [one, -one, of_name, np.zeros((count, amounts))],
            [columns.T, none, -np.eye(amounts)],
        ]
    )
    found = balance_of(columns, holder)
    assert isinstance(found, sparse.csc_matrix)
    assert found.has_sorted_indices
    assert np.array_equal(found.toarray(), blocks)
