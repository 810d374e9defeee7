"""Opportunities: what a lot would lose, over which term, and what that may save."""

from datetime import date

import pytest
from tests.plan.situations import World, opportunity, reasons, units, verdict_on

from taxlots.domain.account import AccountKind
from taxlots.domain.harvest_rule import HarvestRule, PartlyWashed
from taxlots.domain.security import Security, SecurityKind
from taxlots.domain.verdict import Reason, SavingBasis
from taxlots.plan.appraisal import market_value_cents

PRICES = {"ABC": "8", "XYZ": "20"}


def world(**fields: object) -> World:
    return World(PRICES, proxies=[("ABC", "XYZ")], **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quantity", "close", "cents"),
    [
        ("100", "8", 800_00),
        ("0.3333", "132.69", 4423),  # 44.225577 dollars
        ("1", "0.005", 1),  # Half a cent rounds up.
        ("1", "0.00499999", 0),
        ("123456.78901234", "98.7654321", 1_219_326_311),  # 12,193,263.1137... dollars
    ],
)
def test_market_value_is_rounded_half_up_to_the_cent(quantity: str, close: str, cents: int) -> None:
    assert market_value_cents(units(quantity), 1, units(close)) == cents


def test_a_contract_is_worth_its_multiplier() -> None:
    assert market_value_cents(units(2), 100, units("3.50")) == 700_00


def test_1001_a_loss_is_basis_less_value() -> None:
    w = world()
    w.lot("lot", "33.3333", "ABC", "400.01")
    found = opportunity(w.plan(), "lot")
    assert found.appraisal.market_value_cents == 266_67
    assert found.appraisal.loss_cents == 133_34


def test_a_gain_and_a_lot_worth_its_basis_are_no_opportunities() -> None:
    w = world()
    w.lot("gain", 100, "ABC", "799.99")
    w.lot("even", 100, "ABC", "800.00")
    w.lot("loss", 100, "ABC", "800.01")
    proposal = w.plan()
    assert reasons(proposal) == {
        "gain": Reason.GAIN,
        "even": Reason.NO_LOSS,
        "loss": Reason.HARVEST,
    }
    assert [v.lot.lot_id for v in proposal.opportunities] == ["loss"]


def test_1015_a_a_gift_between_its_two_bases_is_no_opportunity() -> None:
    w = world()
    w.lot("gift", 100, "ABC", 1000, loss_basis=700)
    assert reasons(w.plan()) == {"gift": Reason.NO_LOSS}


def test_1015_a_the_loss_of_a_gift_is_measured_from_its_basis_for_loss() -> None:
    w = world()
    w.lot("gift", 100, "ABC", 1000, loss_basis=900)
    assert opportunity(w.plan(), "gift").appraisal.loss_cents == 100_00


def test_1223_2_a_gift_sold_from_the_value_at_the_gift_is_held_from_the_gift() -> None:
    w = world()
    w.lot("value", 100, "ABC", 1000, 100, loss_basis=900, holding_period=date(2015, 1, 5))
    w.lot("donors", 100, "ABC", 1000, 100, holding_period=date(2015, 1, 5))
    proposal = w.plan()
    assert not opportunity(proposal, "value").appraisal.is_long
    assert opportunity(proposal, "donors").appraisal.is_long


@pytest.mark.parametrize(
    ("acquired", "is_long", "days"),
    [
        (date(2019, 12, 30), True, 0),  # The last day of the year is the first long-term day.
        (date(2019, 12, 31), False, 1),
        (date(2020, 2, 29), False, 60),  # Long-term from 2021-03-01.
    ],
)
def test_rev_rul_66_7_term_and_days_to_long_term(acquired: date, is_long: bool, days: int) -> None:
    w = world()
    w.lot("lot", 100, "ABC", 1000, acquired)
    appraisal = opportunity(w.plan(), "lot").appraisal
    assert (appraisal.is_long, appraisal.days_to_long_term) == (is_long, days)


def test_1223_3_a_tacked_holding_period_counts() -> None:
    w = world()
    w.lot("lot", 100, "ABC", 1000, 100, holding_period=date(2019, 6, 1))
    assert opportunity(w.plan(), "lot").appraisal.is_long


def test_1223_9_inherited_property_is_long_term_at_once() -> None:
    w = world()
    w.lot("lot", 100, "ABC", 1000, 5, is_inherited=True)
    assert opportunity(w.plan(), "lot").appraisal.is_long


def test_the_saving_is_the_loss_at_the_rate_of_its_term() -> None:
    w = world(rates=(358_000, 188_000))
    w.lot("short", 100, "ABC", "901.25", 100)
    w.lot("long", 100, "ABC", "901.25", 500)
    proposal = w.plan()
    assert opportunity(proposal, "short").tax_saved_cents == 36_25  # 36.2475
    assert opportunity(proposal, "long").tax_saved_cents == 19_04  # 19.035
    assert opportunity(proposal, "long").saving_basis is SavingBasis.GIVEN_RATES


def test_without_rates_no_saving_is_claimed() -> None:
    w = world(rates=(None, 188_000))
    w.lot("short", 100, "ABC", "901.25", 100)
    proposal = w.plan()
    assert reasons(proposal) == {"short": Reason.HARVEST}
    assert opportunity(proposal, "short").tax_saved_cents is None
    assert opportunity(proposal, "short").saving_basis is SavingBasis.NO_PROFILE


class TestReasons:
    """What bars a lot, each with its code."""

    def test_tax_deferred_accounts(self) -> None:
        w = world()
        w.lot("lot", 100, "ABC", 1000, where="ira")
        assert reasons(w.plan()) == {"lot": Reason.TAX_DEFERRED}

    def test_section_475_accounts(self) -> None:
        w = world()
        w.change("main", kind=AccountKind.TAXABLE_MTM_475)
        w.lot("lot", 100, "ABC", 1000)
        assert reasons(w.plan()) == {"lot": Reason.MTM_475}

    def test_section_1256_contracts(self) -> None:
        w = world(
            securities={"ABC": Security(symbol="ABC", kind=SecurityKind.SECTION_1256)},
        )
        w.lot("lot", 100, "ABC", 1000)
        assert reasons(w.plan()) == {"lot": Reason.SECTION_1256}

    @pytest.mark.parametrize(
        "rule",
        [
            HarvestRule(exclude=frozenset({"ABC"})),
            HarvestRule(exclude_accounts=frozenset({"main"})),
        ],
    )
    def test_exclusions(self, rule: HarvestRule) -> None:
        w = world(rule=rule)
        w.lot("lot", 100, "ABC", 1000)
        assert reasons(w.plan()) == {"lot": Reason.EXCLUDED}

    @pytest.mark.parametrize(
        ("status", "reason"), [("unknown", "BASIS_UNKNOWN"), ("pending", "BASIS_PENDING")]
    )
    def test_a_basis_that_is_not_known(self, status: str, reason: str) -> None:
        w = world()
        w.lot("lot", 100, "ABC", 0, basis_status=status)
        assert reasons(w.plan()) == {"lot": reason}

    def test_what_only_the_books_know(self) -> None:
        w = world(barred={"espp": Reason.ESPP_WITHOUT_INCOME})
        w.lot("espp", 100, "ABC", 1000)
        assert reasons(w.plan()) == {"espp": Reason.ESPP_WITHOUT_INCOME}

    @pytest.mark.parametrize(
        ("rule", "reason"),
        [(HarvestRule(), "BASIS_NOT_ADJUSTED"), (HarvestRule(harvest_bonds=True), "HARVEST")],
    )
    def test_section_171_a_bonds_cost_may_not_be_its_basis(
        self, rule: HarvestRule, reason: str
    ) -> None:
        bond = Security(symbol="ABC", kind=SecurityKind.BOND)
        w = world(rule=rule, securities={"ABC": bond})
        w.lot("bond", 100, "ABC", 1000)
        assert reasons(w.plan()) == {"bond": reason}

    def test_prices_that_are_missing_or_stale(self) -> None:
        w = world(stale={"ABC"})
        w.lot("stale", 100, "ABC", 1000)
        w.lot("none", 100, "DEF", 1000)
        assert reasons(w.plan()) == {"stale": Reason.STALE_PRICE, "none": Reason.NO_PRICE}


class TestThresholds:
    """Minima of the harvest rule: each applies to each lot, and what meets it passes."""

    @pytest.mark.parametrize(("least", "reason"), [(200_00, "HARVEST"), (200_01, "BELOW_MIN_LOSS")])
    def test_min_loss(self, least: int, reason: str) -> None:
        w = world(rule=HarvestRule(min_loss_cents=least))
        w.lot("lot", 100, "ABC", 1000)
        assert reasons(w.plan()) == {"lot": reason}

    @pytest.mark.parametrize(
        ("least", "reason"), [(20_000_000, "HARVEST"), (20_000_001, "BELOW_MIN_PERCENT")]
    )
    def test_min_loss_percent_is_of_the_basis_and_has_nothing_to_do_with_a_tax_rate(
        self, least: int, reason: str
    ) -> None:
        w = world(rule=HarvestRule(min_loss_ratio=least))
        w.lot("lot", 100, "ABC", 1000)
        assert reasons(w.plan()) == {"lot": reason}

    @pytest.mark.parametrize(
        ("least", "reason"), [(40_00, "HARVEST"), (40_01, "BELOW_MIN_TAX_SAVED")]
    )
    def test_min_tax_saved(self, least: int, reason: str) -> None:
        w = world(rule=HarvestRule(min_tax_saved_cents=least))
        w.lot("lot", 100, "ABC", 1000)
        assert reasons(w.plan()) == {"lot": reason}

    def test_min_tax_saved_cannot_be_tested_without_rates(self) -> None:
        w = world(rule=HarvestRule(min_tax_saved_cents=1), rates=(None, None))
        w.lot("lot", 100, "ABC", 1000)
        assert reasons(w.plan()) == {"lot": Reason.NO_PROFILE}

    def test_of_a_partly_washed_lot_the_allowed_loss_counts(self) -> None:
        rule = HarvestRule(min_loss_cents=150_00, partly_washed=PartlyWashed.SELL)
        w = world(rule=rule)
        w.lot("lot", 100, "ABC", 1000)
        w.bought("late", 30, "ABC", 10)
        assert reasons(w.plan()) == {"lot": Reason.BELOW_MIN_LOSS}


def test_every_open_lot_has_one_verdict_and_the_counts_sum_to_all() -> None:
    w = world()
    w.lot("loss", 100, "ABC", 1000)
    w.lot("gain", 100, "ABC", 100)
    w.lot("ira", 100, "ABC", 1000, where="ira")
    w.lot("neighbour", 100, "DEF", 1000, where="kid")
    proposal = w.plan()
    assert [v.lot.lot_id for v in proposal.verdicts] == ["loss", "gain", "ira", "neighbour"]
    assert proposal.lots_by_reason == {
        Reason.TAX_DEFERRED: 1,
        Reason.NO_PRICE: 1,
        Reason.GAIN: 1,
        Reason.HARVEST: 1,
    }
    assert sum(proposal.lots_by_reason.values()) == len(w.lots)


def test_opportunities_come_by_household_symbol_account_and_lot() -> None:
    w = World({"ABC": "8", "DEF": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ"), ("DEF", "XYZ")])
    w.lot("4", 100, "DEF", 1000)
    w.lot("3", 100, "ABC", 1000, where="spouse")
    w.lot("1", 100, "ABC", 1000)
    w.lot("2", 100, "ABC", 1000)
    assert [v.lot.lot_id for v in w.plan().opportunities] == ["1", "2", "3", "4"]


def test_d12_a_part_of_a_lot_is_not_sold_before_what_the_books_relieve_first() -> None:
    """Custodian and books know lots, not their parts: the adjusted part leaves first."""
    w = world()
    w.lot("lot", 40, "ABC", 300, 400, is_replacement=True)
    w.lot("lot", 60, "ABC", 600, 400, rank=0)
    assert [v.reason for v in w.plan().verdicts] == [Reason.GAIN, Reason.SUB_LOT_ORDER]


def test_d12_the_part_that_leaves_first_may_be_sold_alone() -> None:
    w = world()
    w.lot("lot", 40, "ABC", 500, 400, is_replacement=True)
    w.lot("lot", 60, "ABC", 400, 400, rank=0)
    proposal = w.plan()
    assert [v.reason for v in proposal.verdicts] == [Reason.HARVEST, Reason.GAIN]
    sale = proposal.orders[0]
    assert (sale.quantity, sale.lot_quantity) == (units(40), units(100))
    assert verdict_on(proposal, "lot").lot.quantity == units(40)
