"""The tax of two gains at once: the law itself tells every cell on which it is affine."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.test_ramp import ROUNDED

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.tax_of_year import federal_tax, moved
from taxlots.plan.plane import Box, Cell, cells

INCOMES = st.builds(
    ReturnIncome,
    year=st.integers(2018, 2026),
    status=st.sampled_from(FilingStatus),
    ordinary_income_cents=st.integers(-100_000_00, 900_000_00),
    short_cents=st.integers(-100_000_00, 100_000_00),
    long_cents=st.integers(-100_000_00, 100_000_00),
    carry_short_cents=st.integers(0, 50_000_00),
    qualified_dividends_cents=st.integers(0, 50_000_00),
)
BOX = Box(first=(-60_000_00, 90_000_00), second=(-80_000_00, 120_000_00))


def area(cell: Cell) -> float:
    first, second = cell.corners.T
    return float(first @ np.roll(second, -1) - second @ np.roll(first, -1)) / 2


def test_the_deduction_of_losses_has_a_cell_on_each_side_of_3000() -> None:
    """Losses of both terms count together, so that the edge is a slanted line (1211(b))."""
    income = ReturnIncome(year=2025, status=FilingStatus.SINGLE, ordinary_income_cents=60_000_00)
    box = Box(first=(-10_000_00, 0), second=(-10_000_00, 0))

    def tax(short: int, long: int) -> int:
        return federal_tax(moved(income, short, long)).federal_tax_cents

    found = cells(tax, box)
    assert {one.slopes for one in found} == {(0.0, 0.0), (0.22, 0.22)}
    deducted = sum(area(one) for one in found if one.slopes != (0.0, 0.0))
    assert deducted == pytest.approx(3_000_00**2 / 2, rel=1e-4)


def test_amounts_that_nothing_compares_are_one_cell() -> None:
    (found,) = cells(lambda short, long: 3 * short - long // 2, BOX)
    assert found.slopes == (3.0, -0.5)
    assert found.values.tolist() == [
        3.0 * first - second / 2 + 0.5 for first, second in BOX.corners
    ]


@settings(max_examples=25)
@given(INCOMES, st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=5, max_size=20))
def test_cells_cover_the_box_and_agree_with_the_law(
    income: ReturnIncome, points: list[tuple[float, float]]
) -> None:
    """What each line of a return rounds stays between; a sliver of two cents may be passed over."""

    def tax(short: int, long: int) -> int:
        found = federal_tax(moved(income, short, long))
        return found.federal_tax_cents + found.niit_cents

    found = cells(tax, BOX)
    (left, right), (low, high) = BOX.first, BOX.second
    assert sum(area(one) for one in found) == pytest.approx((right - left) * (high - low), rel=1e-6)
    for across, up in points:
        short, long = round(left + across * (right - left)), round(low + up * (high - low))
        around = [one for one in found if one.contains(short, long)]
        for cell in around:
            grown = (np.array([short, long]) - cell.corners[0]) @ np.array(cell.slopes)
            assert abs(cell.values[0] + grown - tax(short, long)) <= ROUNDED


@settings(max_examples=25)
@given(st.integers(-50_000_00, 50_000_00), st.integers(-50_000_00, 50_000_00))
def test_cells_of_netting_are_those_of_its_three_edges(short: int, long: int) -> None:
    """Section 1222: each term alone, and what both come to."""

    def netted(more_short: int, more_long: int) -> int:
        first, second = short + more_short, long + more_long
        return max(0, first) + 2 * max(0, second) + 4 * max(0, first + second)

    found = cells(netted, BOX)
    for by_short, by_long in {cell.slopes for cell in found}:
        assert by_short in {0.0, 1.0, 4.0, 5.0}
        assert by_long in {0.0, 2.0, 4.0, 6.0}
    assert len(found) <= 7
