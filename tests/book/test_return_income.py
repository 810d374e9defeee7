"""The income of a return: its profile with the items of its books."""

from dataclasses import replace

import pytest

from taxlots.book.return_income import capital_items, return_income
from taxlots.book.year_items import YearItems
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.problem import UsageError
from taxlots.domain.tax_profile import TaxProfile

PROFILE = TaxProfile(
    tax_return="home",
    year=2025,
    status=FilingStatus.SINGLE,
    ordinary_income_cents=100_000_00,
)
ITEMS = YearItems(
    tax_return="home",
    year=2025,
    short_cents=-1_000_00,
    long_cents=5_000_00,
    gain_28_cents=300_00,
    section_1256_short_cents=40_00,
    section_1256_long_cents=60_00,
    capital_gain_distributions_cents=7_00,
    section_475_cents=-2_000_00,
    dividends_cents=900_00,
    qualified_dividends_cents=600_00,
    interest_cents=50_00,
)


def test_gains_are_lines_1_to_5_and_8_to_13_of_schedule_d() -> None:
    profile = replace(PROFILE, k1_short_cents=-3_00, k1_long_cents=20_00)
    assert capital_items(profile, ITEMS) == (-1_000_00 + 40_00 - 3_00, 5_000_00 + 60_00 + 27_00)
    assert return_income(profile, ITEMS).gain_28_cents == 300_00


def test_ordinary_income_is_after_the_standard_deduction_and_with_section_475() -> None:
    """100,000 less 2,000 of a trader's loss, less 15,750."""
    income = return_income(PROFILE, ITEMS)
    assert income.ordinary_income_cents == 82_250_00
    assert income.deductions_cents == 15_750_00
    assert not income.itemizes


def test_investment_income_is_what_the_books_tell() -> None:
    """26 USC 1411(c): 900 of dividends, 600 of them qualified, 50 of interest, 2,000 of loss."""
    income = return_income(PROFILE, ITEMS)
    assert income.qualified_dividends_cents == 600_00
    assert income.investment_income_cents == 300_00 + 50_00 - 2_000_00


def test_qualified_dividends_of_the_profile_win() -> None:
    income = return_income(replace(PROFILE, qualified_dividends_cents=850_00), ITEMS)
    assert income.qualified_dividends_cents == 850_00
    assert income.investment_income_cents == 50_00 + 50_00 - 2_000_00


@pytest.mark.parametrize("dollars", [15_750, 17_750, 19_750])
def test_the_standard_deduction_with_age_or_blindness_is_not_itemized(dollars: int) -> None:
    """26 USC 63(f): 2,000 for each of the two, unmarried, in 2025."""
    assert not return_income(replace(PROFILE, deductions_cents=dollars * 100), ITEMS).itemizes


def test_other_deductions_and_stated_state_taxes_are_itemized() -> None:
    assert return_income(replace(PROFILE, deductions_cents=21_000_00), ITEMS).itemizes
    stated = replace(PROFILE, deductions_cents=15_750_00, state_local_taxes_cents=0)
    assert return_income(stated, ITEMS).itemizes


def test_a_profile_that_lacks_something_is_refused_with_what_it_lacks() -> None:
    lacking = replace(PROFILE, status=None, ordinary_income_cents=None)
    with pytest.raises(UsageError, match="lacks filing_status and ordinary_income"):
        return_income(lacking, ITEMS)
