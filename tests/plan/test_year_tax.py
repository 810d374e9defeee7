"""What a further gain changes in all years, and beside what a year sells already."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_return import ReturnIncome
from taxlots.plan.later_years import LaterYears
from taxlots.plan.ramp import bends
from taxlots.plan.year_tax import RatedYear, ReckonedYear, YearAfterSales, YearTax

LATER = LaterYears(
    income_rate_ppm=240_000, gain_rate_ppm=150_000, sale_rate_ppm=150_000, limit_cents=3_000_00
)
CENTS = st.integers(-300_000_00, 300_000_00)
RATED = RatedYear(short_ppm=370_000, long_ppm=200_000, later=LATER)


@st.composite
def years(draw: st.DrawFn) -> YearTax:
    """A year of stated rates, or one that is reckoned from any income."""
    if draw(st.booleans()):
        return RATED
    income = ReturnIncome(
        year=draw(st.integers(2018, 2026)),
        status=draw(st.sampled_from(FilingStatus)),
        ordinary_income_cents=draw(st.integers(0, 900_000_00)),
        short_cents=draw(CENTS),
        long_cents=draw(CENTS),
        carry_long_cents=draw(st.integers(0, 50_000_00)),
        state=draw(st.sampled_from(["", "CA", "WA"])),
    )
    return ReckonedYear(income=income, later=LATER)


@settings(max_examples=50)
@given(year=years(), sold=st.tuples(CENTS, CENTS), more=st.tuples(CENTS, CENTS))
def test_all_years_are_this_one_and_those_after_it(
    year: YearTax, sold: tuple[int, int], more: tuple[int, int]
) -> None:
    for each in (year, YearAfterSales(year, *sold)):
        assert each.all_years(*more) == each.this_year(*more) + each.next_years(*more)


@settings(max_examples=50)
@given(year=years(), sold=st.tuples(CENTS, CENTS), more=st.tuples(CENTS, CENTS))
def test_sales_one_after_the_other_cost_what_they_cost_together(
    year: YearTax, sold: tuple[int, int], more: tuple[int, int]
) -> None:
    after = YearAfterSales(year, *sold)
    together = year.all_years(sold[0] + more[0], sold[1] + more[1])
    assert year.all_years(*sold) + after.all_years(*more) == together
    assert after.all_years(0, 0) == 0


@pytest.mark.parametrize("status", FilingStatus)
def test_a_loss_beyond_the_limit_is_worth_something_in_later_years_alone(
    status: FilingStatus,
) -> None:
    """26 USC 1211(b) and 1212(b): this year takes 3,000 (1,500 apart), and the rest is carried."""
    income = ReturnIncome(year=2025, status=status, ordinary_income_cents=90_000_00)
    year = ReckonedYear(income=income, later=LATER)
    limit = 1_500_00 if status is FilingStatus.SEPARATE else 3_000_00
    assert year.all_years(-limit, 0) == year.this_year(-limit, 0) < 0
    assert year.this_year(-limit - 5_000_00, 0) == year.this_year(-limit, 0)
    assert year.all_years(-limit - 5_000_00, 0) < year.this_year(-limit, 0)


def test_the_tax_of_all_years_is_known_along_a_line_of_gains() -> None:
    """The first of its straight parts says what a first dollar of gain costs."""
    (bend,) = bends(lambda gain: RATED.all_years(0, gain), 0, 0)
    assert bend.slope * 100_00 == RATED.all_years(0, 100_00) == 20_00


def test_a_year_with_another_income_is_reckoned_from_that_income() -> None:
    """What a year owes without the plan is reckoned once, and not for another year's income."""
    income = ReturnIncome(status=FilingStatus.SINGLE, year=2024, ordinary_income_cents=8_000_000)
    year = ReckonedYear(income=income, later=LATER)
    assert year.this_year(0, 0) == 0
    richer = replace(year, income=replace(income, ordinary_income_cents=20_000_000))
    assert richer.this_year(0, 0) == 0
