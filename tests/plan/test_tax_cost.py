"""The tax cost of a sale: the difference of two returns, with the lot and without it."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.s1211_loss_limit import loss_limit
from taxlots.law.tax_of_year import moved, tax_of_year
from taxlots.plan.later_years import YEARS_AHEAD, LaterYears, carryover_value, deferred_value
from taxlots.plan.tax_cost import Outcome, tax_cost
from taxlots.plan.year_tax import RatedYear, ReckonedYear, year_tax

LATER = LaterYears(
    income_rate_ppm=240_000,
    gain_rate_ppm=150_000,
    sale_rate_ppm=150_000,
    limit_cents=3_000_00,
    discount_ppm=50_000,
    years_to_sale=5,
)
CENTS = st.integers(-3_000_000_00, 3_000_000_00)
LOSSES = st.just(0) | st.integers(0, 500_000_00)


@st.composite
def returns(draw: st.DrawFn) -> ReturnIncome:
    """A return of any year, status and size, poor or rich, with losses or gains."""
    long = draw(CENTS)
    return ReturnIncome(
        year=draw(st.integers(2018, 2026)),
        status=draw(st.sampled_from(FilingStatus)),
        ordinary_income_cents=draw(st.integers(-100_000_00, 1_500_000_00)),
        short_cents=draw(CENTS),
        long_cents=long,
        carry_short_cents=draw(LOSSES),
        carry_long_cents=draw(LOSSES),
        qualified_dividends_cents=draw(LOSSES),
        gain_28_cents=draw(st.integers(0, long)) if long > 0 else 0,
        state=draw(st.sampled_from(["", "TX", "CA", "MA", "NJ", "WA"])),
    )


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    gain = draw(CENTS)
    disallowed = draw(LOSSES)
    return sale(
        gain,
        is_long=draw(st.booleans()),
        disallowed_cents=disallowed,
        permanent_cents=draw(st.integers(0, disallowed)),
    )


def sale(
    gain_cents: int, *, is_long: bool = False, disallowed_cents: int = 0, permanent_cents: int = 0
) -> Outcome:
    """A sale that realizes a gain, after what is disallowed."""
    basis = 10_000_000_00
    return Outcome(
        lot_id="b1",
        acquired=0,
        holding_period=0,
        is_long=is_long,
        days_to_long_term=0 if is_long else 30,
        quantity=1_00000000,
        basis_cents=basis,
        proceeds_cents=basis + gain_cents - disallowed_cents,
        gain_cents=gain_cents,
        disallowed_cents=disallowed_cents,
        permanent_cents=permanent_cents,
    )


def single(ordinary_cents: int, **more: int) -> ReturnIncome:
    """An unmarried person of 2025, who lives in no state that taxes."""
    return ReturnIncome(
        year=2025,
        status=FilingStatus.SINGLE,
        ordinary_income_cents=ordinary_cents,
        **more,  # type: ignore[arg-type]
    )


def reckoned(income: ReturnIncome) -> ReckonedYear:
    return ReckonedYear(income=income, later=LATER)


def owed(income: ReturnIncome) -> int:
    tax = tax_of_year(income)
    return tax.federal_tax_cents + tax.niit_cents + tax.state_tax_cents


def carried(income: ReturnIncome) -> int:
    tax = tax_of_year(income)
    return tax.carryover_short_cents + tax.carryover_long_cents


@settings(max_examples=60, deadline=None)
@given(income=returns(), sold=st.lists(outcomes(), min_size=1, max_size=4))
def test_the_costs_of_sales_are_the_difference_of_two_returns(
    income: ReturnIncome, sold: list[Outcome]
) -> None:
    """26 USC 1222: the year nets them all, so one after the other they cost what all cost."""
    year = reckoned(income)
    costs = [tax_cost(one, year, sold[:place]) for place, one in enumerate(sold)]
    short = sum(one.gain_cents for one in sold if not one.is_long)
    long = sum(one.gain_cents for one in sold if one.is_long)
    after = moved(income, short, long)
    assert sum(cost.now_cents for cost in costs) == owed(after) - owed(income)
    waits = [deferred_value(one.disallowed_cents - one.permanent_cents, LATER) for one in sold]
    shrunk = carryover_value(carried(income), LATER) - carryover_value(carried(after), LATER)
    assert sum(cost.later_cents for cost in costs) == shrunk - sum(waits)


@settings(max_examples=30, deadline=None)
@given(income=returns(), one=outcomes())
def test_what_is_sold_first_does_not_change_what_both_cost(
    income: ReturnIncome, one: Outcome
) -> None:
    year, other = reckoned(income), sale(-40_000_00, is_long=not one.is_long)
    there = tax_cost(one, year).total_cents + tax_cost(other, year, [one]).total_cents
    back = tax_cost(other, year).total_cents + tax_cost(one, year, [other]).total_cents
    assert there == back


def test_a_gain_costs_the_rate_of_its_term() -> None:
    """24 % bracket, 15 % on long-term gain, below the tax on net investment income."""
    year = reckoned(single(150_000_00))
    assert tax_cost(sale(1_000_00), year).now_cents == 240_00
    assert tax_cost(sale(1_000_00, is_long=True), year).now_cents == 150_00


def test_a_gain_across_the_end_of_a_bracket_costs_both_rates() -> None:
    """Rev. Proc. 2024-40: 24 % ends at 197,300 for an unmarried person in 2025, then 32 %.

    With the standard deduction, gross income is above 200,000: 26 USC 1411(b) adds 3.8 %.
    """
    year = reckoned(single(197_000_00))
    assert tax_cost(sale(1_000_00), year).now_cents == 300 * 24 + 700 * 32 + 38_00


def test_1211_b_a_loss_saves_now_on_3000_and_later_on_the_rest() -> None:
    """10,000 of loss: 3,000 a year against income at 24 %, then 3,000, 3,000 and 1,000."""
    cost = tax_cost(sale(-10_000_00), reckoned(single(150_000_00)))
    assert cost.now_cents == -720_00
    rate = Fraction(24, 100)
    growth = Fraction(105, 100)
    exact = rate * (3_000_00 / growth + 3_000_00 / growth**2 + 1_000_00 / growth**3)
    assert abs(-cost.later_cents - exact) < 1
    assert cost.total_cents == cost.now_cents + cost.later_cents


def test_1212_b_a_gain_that_a_carryover_absorbs_costs_nothing_now_but_later() -> None:
    year = reckoned(single(150_000_00, carry_long_cents=50_000_00))
    cost = tax_cost(sale(5_000_00), year)
    assert cost.now_cents == 0
    assert cost.later_cents > 0


def test_a_loss_against_short_term_gain_saves_more_than_against_long_term_gain() -> None:
    """26 USC 1222: a long-term loss comes off short-term gain once no long-term gain is left."""
    loss = sale(-2_000_00, is_long=True)
    of_short = tax_cost(loss, reckoned(single(150_000_00, short_cents=9_000_00)))
    of_long = tax_cost(loss, reckoned(single(150_000_00, long_cents=9_000_00)))
    assert (of_short.now_cents, of_long.now_cents) == (-480_00, -300_00)


def test_1091_d_a_disallowed_loss_is_worth_something_only_when_the_replacement_is_sold() -> None:
    cost = tax_cost(sale(0, disallowed_cents=1_000_00), reckoned(single(150_000_00)))
    assert (cost.now_cents, cost.deferred_cents, cost.permanent_cents) == (0, 1_000_00, 0)
    exact = 150_00 / Fraction(105, 100) ** 5
    assert abs(-cost.later_cents - exact) < 1


def test_rev_rul_2008_5_a_loss_that_an_ira_replaces_is_worth_nothing() -> None:
    lost = sale(0, disallowed_cents=1_000_00, permanent_cents=1_000_00)
    cost = tax_cost(lost, reckoned(single(150_000_00)))
    assert (cost.total_cents, cost.deferred_cents, cost.permanent_cents) == (0, 0, 1_000_00)


def test_rates_that_the_profile_states_hold_for_every_dollar() -> None:
    """No bracket and no limit: that is what stating a rate says."""
    profile = TaxProfile(tax_return="home", year=2025, short_rate=370_000, long_rate=238_000)
    year = year_tax(profile, single(150_000_00))
    assert isinstance(year, RatedYear)
    assert tax_cost(sale(1_000_000_00), year).now_cents == 370_000_00
    assert tax_cost(sale(-1_000_00, is_long=True), year).total_cents == -238_00


def test_later_years_are_like_this_one_unless_somebody_says_otherwise() -> None:
    income = single(150_000_00, short_cents=-60_000_00)
    profile = TaxProfile(tax_return="home", year=2025, status=FilingStatus.SINGLE)
    year = year_tax(profile, income)
    assert year is not None
    assert year.later.income_rate_ppm == 240_000
    assert year.later.gain_rate_ppm == 150_000
    assert year.later.limit_cents == loss_limit(FilingStatus.SINGLE)
    other = replace(LATER, gain_rate_ppm=0)
    assert year_tax(profile, income, other) == ReckonedYear(income=income, later=other)


def test_without_income_and_rates_nothing_is_known() -> None:
    assert year_tax(TaxProfile(tax_return="home", year=2025), None) is None


@pytest.mark.parametrize("carried_cents", [0, 1, 2_999_99, 3_000_00, 3_000_01, 1_000_000_00])
def test_a_carryover_is_never_worth_more_than_its_tax(carried_cents: int) -> None:
    value = carryover_value(carried_cents, LATER)
    assert 0 <= value <= carried_cents * 24 // 100 + 1
    in_full = carryover_value(carried_cents, replace(LATER, discount_ppm=0))
    used = min(carried_cents, YEARS_AHEAD * LATER.limit_cents)
    assert abs(100 * in_full - 24 * used) <= 100


def test_a_carryover_goes_against_expected_gains_first() -> None:
    """26 USC 1212(b): what is carried on is netted before 3,000 comes off other income."""
    with_gains = replace(LATER, gains_cents=100_000_00)
    assert carryover_value(10_000_00, with_gains) == 1_428_57
