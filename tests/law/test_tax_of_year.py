"""Properties of the tax of a year, whatever a return looks like."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.law.returns import returns

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.problem import UsageError
from taxlots.domain.tax_return import FederalTax, ReturnIncome
from taxlots.law.s1h_capital_gain_rates import breakpoints, tax_worksheet
from taxlots.law.s164_salt import salt_cap
from taxlots.law.tables import YEARS, amount, brackets
from taxlots.law.tax_of_year import carried_out, federal_tax, moved, tax_of_year

ROUNDED = 6
"""Cents by which two taxes may be apart where each of a few products is rounded to the cent."""


def owed(tax: FederalTax) -> int:
    return tax.federal_tax_cents + tax.niit_cents


def single(ordinary: int, long: int = 0, year: int = 2025) -> ReturnIncome:
    """A single return, amounts in dollars."""
    return ReturnIncome(
        year=year,
        status=FilingStatus.SINGLE,
        ordinary_income_cents=ordinary * 100,
        long_cents=long * 100,
    )


@given(returns())
def test_line_16_is_deducted_or_carried_or_taxed_and_nothing_is_lost(income: ReturnIncome) -> None:
    """26 USC 1211, 1212: a net loss is what was used up and what is carried, in each cent."""
    tax = federal_tax(income)
    carried = tax.carryover_short_cents + tax.carryover_long_cents
    used = min(tax.deduction_cents, max(0, tax.taxable_income_cents + tax.deduction_cents))
    assert max(0, -tax.line_16_cents) == used + carried
    assert tax.capital_cents == max(0, tax.line_16_cents) - tax.deduction_cents


@given(returns())
def test_a_loss_is_carried_with_its_character(income: ReturnIncome) -> None:
    tax = federal_tax(income)
    assert 0 <= tax.carryover_short_cents <= max(0, -tax.net_short_cents)
    assert 0 <= tax.carryover_long_cents <= max(0, -tax.net_long_cents)


@given(returns(), st.integers(1, 500_000_00), st.booleans())
def test_more_gain_never_costs_less(income: ReturnIncome, more: int, is_long: bool) -> None:
    """More gain is taxed, or takes away a carryover; it never saves tax of the year."""
    after = moved(income, 0 if is_long else more, more if is_long else 0)
    assert owed(federal_tax(after)) >= owed(federal_tax(income)) - ROUNDED


@given(returns(), st.integers(1, 100_00))
def test_a_few_dollars_more_cost_no_more_than_a_dollar_each(
    income: ReturnIncome, more: int
) -> None:
    """No cliff: every tax that is computed goes over in a straight line where its range begins."""
    before, after = federal_tax(income), federal_tax(moved(income, more, 0))
    assert owed(after) - owed(before) <= more + ROUNDED


@given(returns())
def test_gain_at_capital_gain_rates_is_never_taxed_above_ordinary_rates(
    income: ReturnIncome,
) -> None:
    """26 USC 1(h)(1): the rates are a maximum."""
    tax = federal_tax(income)
    plain = tax_worksheet(max(0, tax.taxable_income_cents), 0, 0, 0, 0, income.year, income.status)
    assert tax.regular_tax_cents <= plain.tax_cents


@given(returns())
def test_the_worksheet_takes_every_dollar_once(income: ReturnIncome) -> None:
    """Lines 21, 22, 30, 33, 39 and 42 are taxable income, line 1, in parts."""
    tax = federal_tax(income)
    taxable = max(0, tax.taxable_income_cents)
    gain = max(0, min(tax.net_long_cents, tax.line_16_cents))
    sheet = tax_worksheet(
        taxable, income.qualified_dividends_cents, gain, tax.gain_28_cents, tax.gain_25_cents,
        income.year, income.status,
    )  # fmt: skip
    parts = (
        sheet.at_ordinary_rates_cents, sheet.at_0_cents, sheet.at_15_cents, sheet.at_20_cents,
        sheet.at_25_cents, sheet.at_28_cents,
    )  # fmt: skip
    assert sum(parts) == taxable
    assert min(parts) >= 0


@given(returns())
def test_carryovers_need_no_tables(income: ReturnIncome) -> None:
    """Before the tables they are those of a year within them, but for further deductions."""
    plain = replace(income, itemizes=False, state_local_taxes_cents=None)
    tax = federal_tax(plain)
    expected = (tax.carryover_short_cents, tax.carryover_long_cents)
    assert carried_out(plain) == expected
    assert carried_out(replace(plain, year=2012)) == expected


@given(returns(), st.integers(-10_000_00, 10_000_00), st.integers(-10_000_00, 10_000_00))
def test_what_somebody_moves_and_moves_back_is_as_it_was(
    income: ReturnIncome, short: int, long: int
) -> None:
    plain = replace(income, net_investment_income_cents=None)
    assert moved(moved(plain, short, long), -short, -long) == plain


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("status", FilingStatus)
def test_at_each_breakpoint_the_next_dollar_bears_the_next_rate(
    year: int, status: FilingStatus
) -> None:
    """Gain of 100 more above the ends of 0 and 15 percent costs 15 and 20."""
    zero, fifteen = breakpoints(year, status)
    for end, cost in ((zero, 15_00), (fifteen, 20_00)):
        at = ReturnIncome(year=year, status=status, ordinary_income_cents=0, long_cents=end)
        below, above = (federal_tax(moved(at, 0, by)).regular_tax_cents for by in (0, 100_00))
        assert above - below == cost


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("status", FilingStatus)
def test_at_each_end_of_a_bracket_ordinary_tax_goes_on_at_the_next_rate(
    year: int, status: FilingStatus
) -> None:
    schedule = brackets("ordinary_rates", year, status)
    for bracket, following in pairwise(schedule):
        end = bracket.top_cents or 0
        taxes = [
            federal_tax(
                ReturnIncome(year=year, status=status, ordinary_income_cents=end + by)
            ).regular_tax_cents
            for by in (-100_00, 0, 100_00)
        ]
        assert [taxes[1] - taxes[0], taxes[2] - taxes[1]] == [
            bracket.rate_ppm // 100,
            following.rate_ppm // 100,
        ]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("status", FilingStatus)
def test_wages_alone_with_the_standard_deduction_bear_no_minimum_tax(
    year: int, status: FilingStatus
) -> None:
    """The exemption exceeds the standard deduction by far, in all years of the tables."""
    for wages in (20_000_00, 150_000_00, 400_000_00):
        income = ReturnIncome(year=year, status=status, ordinary_income_cents=wages)
        assert federal_tax(income).amt_cents == 0


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("status", FilingStatus)
def test_the_default_income_is_that_before_deductions(year: int, status: FilingStatus) -> None:
    """Line 16 where it is a gain, and less line 21 where it is a loss, with the deduction back."""
    income = ReturnIncome(year=year, status=status, ordinary_income_cents=50_000_00)
    standard = amount("standard_deduction", year, status)
    gain, loss = (federal_tax(replace(income, long_cents=c)) for c in (7_000_00, -7_000_00))
    assert gain.magi_cents == 57_000_00 + standard
    assert loss.magi_cents == 50_000_00 - loss.deduction_cents + standard
    assert (gain.net_investment_income_cents, loss.net_investment_income_cents) == (7_000_00, 0)


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize("status", FilingStatus)
def test_the_cap_on_state_taxes_ends_at_its_floor(year: int, status: FilingStatus) -> None:
    """26 USC 164(b)(7)(B)(iii): 10,000, half of it on separate returns."""
    floor = 5_000_00 if status is FilingStatus.SEPARATE else 10_000_00
    assert salt_cap(0, year, status) == amount("salt_cap", year, status)
    assert salt_cap(2_000_000_00, year, status) == floor


def test_a_year_without_tables_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="2018 to 2026"):
        tax_of_year(single(10_000, year=2031))


def test_the_printed_table_is_off_by_half_a_row_at_most() -> None:
    """26 USC 3(a): rows are 50 dollars wide, so that 12 % differ by 3 dollars and the rounding."""
    for dollars in range(30_000, 31_000, 7):
        exact = tax_of_year(single(dollars)).federal_tax_cents
        table = tax_of_year(replace(single(dollars), uses_tax_table=True)).federal_tax_cents
        assert abs(table - exact) <= 3_50
        assert table % 100 == 0


def test_a_state_without_rules_and_rate_is_told() -> None:
    tax = tax_of_year(replace(single(90_000), state="OR"))
    assert tax.state_tax_cents == 0
    assert any("state_rate" in sentence for sentence in tax.not_computed)
