"""The value of a harvest, part by part, against figures reckoned by hand."""

from dataclasses import replace
from typing import Any

import pytest
from tests.plan.situations import AS_OF, World, opportunity, reasons

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.harvest_rule import RATIO_ONE, HarvestRule
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_return import ReturnIncome
from taxlots.domain.verdict import Reason, SavingBasis
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.harvest_value import Costs, LossesTaken, ValueWarning, costs_of
from taxlots.plan.later_years import LaterYears
from taxlots.plan.year_tax import YearTax, year_tax

NO_COSTS = Costs()


def rated(short: int = 400_000, long: int = 200_000) -> YearTax:
    year = year_tax(
        TaxProfile(tax_return="home", year=2020, short_rate=short, long_rate=long), None
    )
    assert year is not None
    return year


def reckoned(later: LaterYears | None = None, **fields: Any) -> YearTax:
    """A single filer of 2020 with a taxable income of 100,000: 24 % on wages, 15 % on gains."""
    income = ReturnIncome(
        year=2020, status=FilingStatus.SINGLE, ordinary_income_cents=100_000_00, **fields
    )
    year = year_tax(TaxProfile(tax_return="home", year=2020), income, later)
    assert year is not None
    return year


def test_at_stated_rates_the_loss_saves_now_and_its_lower_basis_costs_later() -> None:
    value = LossesTaken(rated()).value_of(1000_00, NO_COSTS, is_long=False)
    assert (value.used_cents, value.carried_cents) == (1000_00, 0)
    assert value.saved_now_cents == 400_00
    assert value.later_tax_cents == 156_71  # 1000 * 20 % / 1.05^5, the rate cut to 1e-6
    assert value.present_cents == 243_29
    assert value.warnings == ()


def test_1211_b_a_loss_beyond_gains_and_limit_is_carried_on() -> None:
    """2,000 of gains and the limit of 3,000 take 5,000 of a loss of 9,000; 4,000 go on."""
    value = LossesTaken(reckoned(long_cents=2000_00)).value_of(9000_00, NO_COSTS, is_long=True)
    assert (value.used_cents, value.carried_cents) == (5000_00, 4000_00)
    assert value.saved_now_cents == 1020_00  # 2,000 at 15 % and 3,000 at 24 %
    # 3,000 at 24 % in a year and 1,000 at 24 % in two, at 5 %.
    assert value.saved_later_cents == pytest.approx(685_71 + 217_69, abs=2)
    assert ValueWarning.CARRIED_FORWARD in value.warnings


def test_each_further_loss_counts_after_those_taken() -> None:
    losses = LossesTaken(reckoned(long_cents=2000_00))
    parts = []
    for loss in (1500_00, 2500_00, 5000_00):
        parts.append(losses.value_of(loss, NO_COSTS, is_long=True))
        losses.take(loss, is_long=True)
    assert [part.saved_now_cents for part in parts] == [225_00, 75_00 + 480_00, 240_00]
    assert sum(part.saved_now_cents for part in parts) == losses.saved_now() == 1020_00


def test_section_1_h_a_loss_against_gains_at_0_percent_saves_nothing_and_warns() -> None:
    """A taxable income of 30,000 in 2020: the gain of 1,000 is taxed at 0 % anyway."""
    year = reckoned(long_cents=1000_00)
    poor = year_tax(
        TaxProfile(tax_return="home", year=2020),
        ReturnIncome(
            year=2020,
            status=FilingStatus.SINGLE,
            ordinary_income_cents=30_000_00,
            long_cents=1000_00,
        ),
        replace(year.later, sale_rate_ppm=150_000),
    )
    assert poor is not None
    value = LossesTaken(poor).value_of(1000_00, NO_COSTS, is_long=True)
    assert value.saved_now_cents == 0
    assert value.present_cents < 0
    assert set(value.warnings) == {ValueWarning.ZERO_RATE, ValueWarning.RATE_RISES}


def test_costs_of_both_orders_and_of_the_way_the_proxy_moves() -> None:
    rule = HarvestRule(commission_cents=5_00, spread_ppm=500, risk_aversion_hundredths=200)
    found = costs_of(rule, 10_000_00, 2, 100_000)
    assert found.trading_cents == 20_00  # Twice 5.00 and 0.05 % of 10,000.
    assert found.tracking_cents == 8_49  # 10,000 * 2 / 2 * 10 %^2 * 31 / 365
    assert (
        costs_of(rule, 10_000_00, 2, 100_000, 250_000).tracking_cents == 2_12
    )  # A quarter of all.
    assert costs_of(rule, 10_000_00, 1).trading_cents == 10_00


def world(rule: HarvestRule | None = None) -> World:
    w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")], rule=rule or HarvestRule())
    w.lot("lot", 100, "ABC", 1000)
    return w


def planned(w: World, year: YearTax) -> HarvestPlan:
    return plan(replace(w.situation(), years={"home": year}))


def test_a_loss_that_costs_more_than_it_saves_is_left_alone() -> None:
    """At 0 % now and 20 % in five years, a loss of 200 costs 31.34."""
    proposal = planned(world(), rated(0, 0))
    assert reasons(proposal) == {"lot": Reason.DOES_NOT_PAY}
    year = replace(rated(0, 0), later=rated().later)  # type: ignore[type-var]
    proposal = planned(world(), year)
    value = opportunity(proposal, "lot").value
    assert value is not None
    assert value.present_cents == -31_34
    assert reasons(proposal) == {"lot": Reason.DOES_NOT_PAY}


def test_a_year_reckoned_by_law_says_so() -> None:
    proposal = planned(world(), reckoned(long_cents=500_00))
    found = opportunity(proposal, "lot")
    assert found.saving_basis is SavingBasis.BY_LAW
    assert found.tax_saved_cents == 30_00  # 200 at 15 %
    assert reasons(proposal) == {"lot": Reason.HARVEST}


@pytest.mark.parametrize(
    ("percent", "reason"), [(19, Reason.HARVEST), (20, Reason.HARVEST), (21, Reason.BELOW_HURDLE)]
)
def test_a_loss_of_20_percent_must_reach_the_hurdle(percent: int, reason: Reason) -> None:
    ratio = percent * RATIO_ONE // 100
    w = world(HarvestRule(hurdle_ratio=ratio, hurdle_december_ratio=ratio))
    assert reasons(w.plan()) == {"lot": reason}
    assert reasons(planned(w, rated())) == {"lot": reason}


def test_the_value_of_waiting_is_what_a_loss_at_the_hurdle_is_worth() -> None:
    """Half as deep a loss is worth half: 24.33 of (40 % - 15.67 %) of 200."""
    ratio = RATIO_ONE // 10
    proposal = planned(world(HarvestRule(hurdle_december_ratio=ratio)), rated())
    value = opportunity(proposal, "lot").value
    assert value is not None
    assert (value.present_cents, value.waiting_cents) == (8_66, 4_33)


def test_a_return_has_its_own_thresholds() -> None:
    w = world()
    w.lot("kids", 100, "ABC", 1000, where="kid")
    w.lot("mine", 50, "ABC", 500, where="joint")
    own = HarvestRule(min_loss_cents=300_00)
    proposal = plan(replace(w.situation(), rules={"kid": own}))
    assert reasons(proposal)["kids"] is Reason.BELOW_MIN_LOSS
    assert reasons(proposal)["lot"] is Reason.HARVEST


def test_a_short_term_lot_about_to_turn_long_term_is_told() -> None:
    w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")])
    w.lot("near", 100, "ABC", 1000, 350)
    w.lot("far", 100, "ABC", 1000, 200)
    proposal = w.plan()
    (told,) = opportunity(proposal, "near").told
    assert told.startswith("short-term for 17 more days: long-term from 2021-01-17")
    assert opportunity(proposal, "far").told == ()
    assert AS_OF.year == 2020
