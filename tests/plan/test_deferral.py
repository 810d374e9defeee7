"""Sell a short-term gain now, or hold it until it is long-term (26 USC 1222(1), (3))."""

from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.test_tax_cost import LATER, returns, single

from taxlots.book.record import OpenLot
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import SHARE
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.deferral import Advice, Waiting, WaitingRisk, Why, waiting
from taxlots.plan.ramp import bends
from taxlots.plan.two_years import TwoYears, next_year_alike
from taxlots.plan.year_tax import RatedYear, ReckonedYear

BOUGHT = date(2024, 7, 1)
BASIS = 10_000_00
RISK = WaitingRisk(volatility_ppm=300_000, risk_aversion_ppm=3_000_000, weight=Fraction(1, 2))
NO_RISK = WaitingRisk(volatility_ppm=0, risk_aversion_ppm=0, weight=Fraction(0))


def lot(bought: date = BOUGHT, basis_cents: int = BASIS) -> OpenLot:
    return OpenLot(
        lot_id="b1",
        household="home",
        account="main",
        symbol="ABC",
        acquired=bought,
        holding_period=bought,
        long_term_from=date_of(long_term_from(day_of(bought))),
        quantity=100 * SHARE,
        cost_basis_cents=basis_cents,
        loss_basis_cents=basis_cents,
        wash_sale_adjustment_cents=0,
        is_replacement=False,
        is_inherited=False,
        covered=True,
        basis_status="known",
        rank=0,
    )


def alike(income: ReturnIncome, discount_ppm: int = 0) -> TwoYears:
    this = ReckonedYear(income=income, later=LATER)
    return TwoYears(this=this, after=next_year_alike(this), discount_ppm=discount_ppm)


def weigh(
    years: TwoYears,
    value_cents: int,
    as_of: date = date(2025, 6, 1),
    risk: WaitingRisk = RISK,
    held: OpenLot | None = None,
) -> Waiting:
    one = held or lot()
    long_from = long_term_from(day_of(one.holding_period))
    return waiting(one, value_cents, long_from, day_of(as_of), years, risk)


def test_waiting_saves_the_difference_of_rates_on_the_gain() -> None:
    """24 % against 15 % on 2,000, from 1 June to 2 July 2025; the risk of 31 days is less."""
    found = weigh(alike(single(150_000_00)), 12_000_00)
    assert (found.days, date_of(found.long_from)) == (31, date(2025, 7, 2))
    assert (found.sell_tax_cents, found.wait_tax_cents, found.saved_cents) == (
        480_00,
        300_00,
        180_00,
    )
    assert found.risk_cents == round(12_000_00 * Fraction(3 * 9, 4 * 100) * 31 / 365)
    assert (found.advice, found.why) == (Advice.HOLD, Why.WAITING_SAVES)


def test_the_price_may_fall_until_both_leave_the_same_after_tax() -> None:
    """11,520 is left of a sale now: 85 cents of each dollar of the fall are one's own."""
    found = weigh(alike(single(150_000_00)), 12_000_00)
    assert found.bearable_fall_cents == Fraction(180_00 * 100, 85)


def test_the_first_day_from_which_waiting_pays() -> None:
    """A day costs 12,000 × 0.0675 / 365 = 2.219: 180 pays for 81 of them."""
    found = weigh(alike(single(150_000_00)), 12_000_00)
    assert found.waits_from == day_of(date(2025, 7, 2)) - 81
    early = weigh(alike(single(150_000_00)), 12_000_00, date(2025, 4, 11))
    late = weigh(alike(single(150_000_00)), 12_000_00, date(2025, 4, 12))
    assert (early.advice, early.why) == (Advice.SELL, Why.RISK_COSTS_MORE)
    assert late.advice is Advice.HOLD


def test_what_the_lot_is_expected_to_earn_comes_off_its_risk() -> None:
    hopeful = WaitingRisk(
        volatility_ppm=300_000,
        risk_aversion_ppm=3_000_000,
        weight=Fraction(1, 2),
        expected_return_ppm=100_000,
    )
    found = weigh(alike(single(150_000_00)), 12_000_00, date(2024, 7, 2), hopeful)
    assert found.risk_cents < 0
    assert (found.waits_from, found.advice) == (None, Advice.HOLD)


def test_1212_b_a_gain_that_losses_absorb_gains_nothing_by_waiting() -> None:
    """50,000 of losses this year: a gain of either term takes the same away from them."""
    found = weigh(alike(single(150_000_00, short_cents=-50_000_00)), 12_000_00)
    assert (found.saved_cents, found.bearable_fall_cents) == (0, None)
    assert (found.advice, found.why) == (Advice.SELL, Why.NO_TAX_SAVED)


def test_a_lot_that_turns_long_term_next_year_is_taxed_by_the_next_year() -> None:
    """Bought on 3 March 2025: long-term from 4 March 2026, when the rates are others."""
    years = TwoYears(
        this=RatedYear(short_ppm=370_000, long_ppm=238_000, later=LATER),
        after=RatedYear(short_ppm=240_000, long_ppm=150_000, later=LATER),
        discount_ppm=0,
    )
    found = weigh(years, 12_000_00, date(2025, 12, 1), held=lot(date(2025, 3, 3)))
    assert date_of(found.long_from) == date(2026, 3, 4)
    assert (found.sell_tax_cents, found.wait_tax_cents) == (740_00, 300_00)
    later = TwoYears(this=years.this, after=years.after, discount_ppm=50_000)
    found = weigh(later, 12_000_00, date(2025, 12, 1), held=lot(date(2025, 3, 3)))
    assert found.wait_tax_cents == round(300_00 / Fraction(105, 100))


def test_a_fall_is_measured_by_what_the_price_usually_moves() -> None:
    """Volatility of 30 %: in 31 days 0.3 × √(31/365) of 12,000, or 1,049; the fall is 212."""
    assert weigh(alike(single(150_000_00)), 12_000_00).usual_moves_tenths == 2


def test_1212_b_a_loss_of_this_year_meets_a_gain_of_the_next() -> None:
    """10,000 of loss: 3,000 save 24 % this year, and 7,000 of the next year's gain are free."""
    years = alike(single(150_000_00))
    assert years.cost(short_now=-10_000_00, short_then=7_000_00) == -720_00
    assert years.cost(short_now=-10_000_00, short_then=8_000_00) == -720_00 + 240_00


def test_1411_a_stated_income_of_the_next_year_moves_with_what_is_carried_into_it() -> None:
    """3,000 of loss save 24 % and 3.8 % in either year; 7,000 are carried into the next."""
    income = single(180_000_00, magi_cents=230_000_00, net_investment_income_cents=50_000_00)
    years = alike(income)
    assert years.cost(short_now=-3_000_00) == -834_00
    assert years.cost(short_now=-10_000_00, short_then=7_000_00) == -834_00
    assert years.cost(short_now=-10_000_00, short_then=4_000_00) == -2 * 834_00


@settings(max_examples=40, deadline=None)
@given(
    income=returns(),
    gains=st.tuples(*[st.integers(-200_000_00, 200_000_00)] * 2),
)
def test_one_year_alone_costs_what_it_costs_by_itself(
    income: ReturnIncome, gains: tuple[int, int]
) -> None:
    years = alike(income)
    alone = years.after.this_year(*gains) + years.after.next_years(*gains)
    assert abs(years.cost(short_then=gains[0], long_then=gains[1]) - alone) <= 1


@settings(max_examples=40, deadline=None)
@given(
    income=returns(),
    gain=st.integers(1, 500_000_00),
    is_next_year=st.booleans(),
)
def test_at_the_fall_that_can_be_borne_both_leave_the_same(
    income: ReturnIncome, gain: int, is_next_year: bool
) -> None:
    years = alike(income)
    as_of = date(2024, 8, 1) if is_next_year else date(2025, 6, 1)
    found = weigh(years, BASIS + gain, as_of, NO_RISK)
    if found.bearable_fall_cents is None:
        assert found.saved_cents <= 0
        return
    value = found.value_cents - found.bearable_fall_cents

    def left(at: int) -> int:
        long = at - BASIS
        return at - (years.cost(long_then=long) if is_next_year else years.cost(long_now=long))

    (point,) = bends(left, value, value)
    assert point.value == found.value_cents - found.sell_tax_cents
    assert 0 <= found.bearable_fall_cents <= found.value_cents


@settings(max_examples=40, deadline=None)
@given(
    ordinary=st.integers(-50_000_00, 900_000_00),
    gains=st.tuples(*[st.integers(-90_000_00, 90_000_00)] * 2),
    gain=st.integers(1, 300_000_00),
    more=st.integers(1, 300_000_00),
)
def test_by_federal_law_a_larger_gain_saves_no_less_by_waiting(
    ordinary: int, gains: tuple[int, int], gain: int, more: int
) -> None:
    """No dollar of long-term gain is taxed higher than one of short-term gain."""
    years = alike(single(ordinary, short_cents=gains[0], long_cents=gains[1]))
    small, large = (weigh(years, BASIS + g, risk=NO_RISK) for g in (gain, gain + more))
    assert large.saved_cents >= small.saved_cents - 5
