"""26 USC 1091: the window, what is disallowed, and where it goes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.calendar import day_of
from taxlots.law.s1091_wash_sale import (
    disallowed_part,
    in_window,
    is_permanent_in,
    replacement_basis,
    window_end,
    window_start,
)

DAYS = st.integers(-10_000, 40_000)


def inside(sold: str, acquired: str) -> bool:
    return in_window(day_of(date.fromisoformat(sold)), day_of(date.fromisoformat(acquired)))


@pytest.mark.parametrize(
    ("sold", "acquired", "expected"),
    [
        ("2024-03-01", "2024-01-30", False),
        ("2024-03-01", "2024-01-31", True),
        ("2024-03-01", "2024-03-01", True),
        ("2024-03-01", "2024-03-31", True),
        ("2024-03-01", "2024-04-01", False),
        ("2024-01-31", "2024-03-01", True),
        ("2023-01-31", "2023-03-02", True),
        ("2023-01-31", "2023-03-03", False),
        ("2024-12-31", "2025-01-30", True),
    ],
)
def test_61_days_with_both_ends(sold: str, acquired: str, expected: bool) -> None:
    assert inside(sold, acquired) is expected


@given(DAYS, st.integers(-40, 40))
def test_start_and_end_are_the_edges_of_the_window(sold: int, apart: int) -> None:
    acquired = sold + apart
    assert in_window(sold, acquired) == (window_start(sold) <= acquired <= window_end(sold))
    assert in_window(sold, acquired) == in_window(acquired, sold)
    assert window_end(sold) - window_start(sold) + 1 == 61


def test_reg_1_1091_1_h_example_2_part_of_the_loss() -> None:
    """A loss of 1,000 on 100 shares; 50 and then 25 replacements: 500 and 250."""
    first = disallowed_part(100_000, 100, 0, 50)
    assert first == 50_000
    assert disallowed_part(100_000, 100, first, 75) == 25_000


@given(
    st.integers(1, 10**12),
    st.lists(st.integers(1, 10**12), min_size=1, max_size=12),
    st.integers(0, 10**12),
)
def test_parts_sum_to_the_loss_and_none_is_negative(
    loss: int, matched: list[int], unmatched: int
) -> None:
    whole = sum(matched) + unmatched
    disallowed = 0
    for count in range(1, len(matched) + 1):
        part = disallowed_part(loss, whole, disallowed, sum(matched[:count]))
        assert part >= 0
        disallowed += part
    assert disallowed <= loss
    if unmatched == 0:
        assert disallowed == loss


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_1091_d_cost_and_loss_is_old_basis_and_difference_of_prices(
    basis: int, proceeds: int, cost: int
) -> None:
    """Treas. Reg. 1.1091-2(a): old basis, up or down by repurchase less sale price."""
    assert replacement_basis(cost, basis - proceeds) == basis + (cost - proceeds)


def test_rev_rul_2008_5_only_a_taxable_account_takes_basis() -> None:
    assert is_permanent_in(is_tax_deferred=True)
    assert not is_permanent_in(is_tax_deferred=False)
