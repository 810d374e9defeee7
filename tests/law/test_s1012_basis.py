"""26 USC 1012: cost, parts of a lot, and identification in time."""

from hypothesis import given
from hypothesis import strategies as st

from taxlots.law.s1012_basis import basis_of_part, cost_of_purchase, identified_in_time


def test_1012_a_the_costs_of_buying_belong_to_the_cost() -> None:
    assert cost_of_purchase(100_000, 495) == 100_495


def test_reg_1_1012_1_c_1_ii_part_of_a_lot_of_two_fills() -> None:
    """120 at 50.00 and 80 at 49.50 are 200 at 49.80."""
    whole = 120 * 5_000 + 80 * 4_950
    assert basis_of_part(whole, 200, whole, 200, 100) == 100 * 4_980


def test_thirds_of_a_lot_sum_to_it() -> None:
    first = basis_of_part(1_000, 3, 1_000, 3, 1)
    second = basis_of_part(1_000, 3, 1_000 - first, 2, 1)
    third = basis_of_part(1_000, 3, 1_000 - first - second, 1, 1)
    assert (first, second, third) == (333, 334, 333)


@given(st.integers(0, 10**14), st.lists(st.integers(1, 10**12), min_size=1, max_size=20))
def test_parts_of_a_lot_always_sum_to_the_lot(cents: int, parts: list[int]) -> None:
    open_cents, open_units = cents, sum(parts)
    for units in parts:
        part = basis_of_part(cents, sum(parts), open_cents, open_units, units)
        assert part >= 0
        open_cents -= part
        open_units -= units
    assert (open_cents, open_units) == (0, 0)


def test_reg_1_1012_1_c_8_until_the_end_of_the_settlement_day() -> None:
    assert identified_in_time(19_787, 19_787)
    assert not identified_in_time(19_788, 19_787)
