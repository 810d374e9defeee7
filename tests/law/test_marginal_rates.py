"""Marginal rates are differences of the tax over one dollar, and their causes sum to them."""

from dataclasses import replace

from hypothesis import given
from tests.law.returns import returns

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_rate import RATE_ONE
from taxlots.domain.tax_return import FederalTax, ReturnIncome
from taxlots.law.marginal_rates import (
    AMT,
    AMT_PHASE_OUT,
    GAINS,
    NIIT,
    ORDINARY,
    SALT_PHASE_DOWN,
    marginal_rates,
)
from taxlots.law.tax_of_year import federal_tax, moved

ROUNDED = 8
"""Cents by which a difference of two rounded taxes may be off."""


def owed(tax: FederalTax) -> int:
    return tax.federal_tax_cents + tax.niit_cents


@given(returns())
def test_a_rate_is_what_one_dollar_costs_and_saves(income: ReturnIncome) -> None:
    rates, now = marginal_rates(income), owed(federal_tax(income))
    for ppm, short, long in (
        (rates.short_ppm, 100, 0),
        (rates.long_ppm, 0, 100),
        (-rates.short_loss_ppm, -100, 0),
        (-rates.long_loss_ppm, 0, -100),
    ):
        difference = owed(federal_tax(moved(income, short, long))) - now
        assert abs(difference * RATE_ONE - 100 * ppm) <= ROUNDED * RATE_ONE


@given(returns())
def test_no_rate_is_negative_and_none_takes_the_whole_dollar(income: ReturnIncome) -> None:
    rates = marginal_rates(income)
    for ppm in (rates.short_ppm, rates.long_ppm, rates.short_loss_ppm, rates.long_loss_ppm):
        assert 0 <= ppm < RATE_ONE


@given(returns())
def test_the_causes_of_a_rate_sum_to_it(income: ReturnIncome) -> None:
    """Each is rounded to a millionth by itself where a bend lies within the dollar."""
    rates = marginal_rates(income)
    for ppm, because in (
        (rates.short_ppm, rates.short_because),
        (rates.long_ppm, rates.long_because),
        (rates.short_loss_ppm, rates.short_loss_because),
        (rates.long_loss_ppm, rates.long_loss_because),
    ):
        assert abs(ppm - sum(cause.rate_ppm for cause in because)) <= len(because)


def causes(income: ReturnIncome) -> dict[str, int]:
    return {cause.cause: cause.rate_ppm for cause in marginal_rates(income).short_because}


JOINT = ReturnIncome(year=2026, status=FilingStatus.JOINT, ordinary_income_cents=300_000_00)


def test_the_phase_out_of_the_exemption_is_a_cause_of_its_own() -> None:
    """26 USC 55(d)(2): 28 % of 50 cents of exemption that a dollar takes away."""
    assert causes(replace(JOINT, long_cents=800_000_00)) == {
        ORDINARY: 240_000,
        GAINS: 50_000,
        NIIT: 38_000,
        AMT: 40_000,
        AMT_PHASE_OUT: 140_000,
    }


def test_the_phase_down_of_the_cap_is_a_cause_of_its_own() -> None:
    """26 USC 164(b)(7): 32 % of 30 cents of deduction that a dollar takes away."""
    itemizing = replace(
        JOINT,
        year=2025,
        ordinary_income_cents=480_000_00,
        deductions_cents=20_000_00,
        itemizes=True,
        state_local_taxes_cents=50_000_00,
        long_cents=50_000_00,
    )
    assert causes(itemizing) == {ORDINARY: 320_000, NIIT: 38_000, SALT_PHASE_DOWN: 96_000}


def test_the_printed_table_changes_no_marginal_rate() -> None:
    """Within a row of the table a dollar costs nothing; the rate is that of the schedule."""
    small = ReturnIncome(
        year=2025, status=FilingStatus.SINGLE, ordinary_income_cents=40_010_00, uses_tax_table=True
    )
    assert marginal_rates(small).short_ppm == 120_000
