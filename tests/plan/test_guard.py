"""The guard: which purchases stand in the way of a loss, for how many shares, until when."""

from datetime import date

import pytest
from tests.plan.situations import World, account, days_ago, opportunity, reasons, units

from taxlots.domain.account import AccountKind
from taxlots.domain.harvest_rule import HarvestRule, PartlyWashed
from taxlots.domain.policy import Policy
from taxlots.domain.security import Security, SecurityKind
from taxlots.domain.verdict import Reason, WashStatus

PRICES = {"ABC": "8", "XYZ": "20", "ABC-C": "3", "IDX1": "80", "IDX2": "80", "BTC": "8"}
SELL_PARTLY = HarvestRule(partly_washed=PartlyWashed.SELL)


def world(**fields: object) -> World:
    """100 ABC bought at 10 long ago, worth 8; XYZ stands in."""
    made = World(PRICES, proxies=[("ABC", "XYZ"), ("IDX1", "XYZ")], **fields)  # type: ignore[arg-type]
    made.lot("old", 100, "ABC", 1000)
    return made


def test_a_lot_without_purchases_is_free() -> None:
    proposal = world().plan()
    assert reasons(proposal) == {"old": Reason.HARVEST}
    assert opportunity(proposal, "old").check.status is WashStatus.OK


def test_1091_a_a_purchase_30_days_before_blocks_and_31_days_before_does_not() -> None:
    w = world()
    w.bought("late", 100, "ABC", 30, "joint")
    blocked = w.plan()
    assert reasons(blocked) == {"old": Reason.WASH_BLOCKED}
    check = opportunity(blocked, "old").check
    assert check.status is WashStatus.BLOCKED
    assert check.blocked_quantity == units(100)
    assert check.safe_from == date(2021, 1, 1)

    w = world()
    w.bought("late", 100, "ABC", 31, "joint")
    assert reasons(w.plan()) == {"old": Reason.HARVEST}


def test_a_waiting_loss_blocks_a_purchase_on_day_30_and_not_on_day_31() -> None:
    w = world()
    w.sold_at_a_loss("sale", 10, "XYZ", 30)
    assert reasons(w.plan()) == {"old": Reason.NO_REPLACEMENT}

    w = world()
    w.sold_at_a_loss("sale", 10, "XYZ", 31)
    assert reasons(w.plan()) == {"old": Reason.HARVEST}


def test_a_waiting_loss_does_not_block_a_sale() -> None:
    w = world()
    w.sold_at_a_loss("sale", 50, "ABC", 5)
    assert reasons(w.plan()) == {"old": Reason.HARVEST}


def test_blocked_until_the_last_purchase_has_left_the_window() -> None:
    w = world()
    w.bought("first", 100, "ABC", 20)
    w.bought("second", 1, "ABC", 10, "spouse")
    check = opportunity(w.plan(), "old").check
    assert [b.purchase.lot_id for b in check.blockers] == ["first", "second"]
    assert check.safe_from == days_ago(10 - 31)


def test_reg_1_1091_1_c_a_smaller_purchase_disallows_the_loss_of_as_many_shares() -> None:
    """Shares that are sold first meet the purchase, so a part of the lot is not free by itself."""
    w = world()
    w.bought("small", 40, "ABC", 10, "joint")
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.PARTIAL}
    found = opportunity(proposal, "old")
    assert found.check.status is WashStatus.PARTIAL
    assert found.check.blocked_quantity == units(40)
    assert found.check.disallowed_cents == 80_00
    assert found.allowed_loss_cents == 120_00
    assert not proposal.orders


def test_a_partly_washed_lot_is_sold_whole_where_the_rule_says_so() -> None:
    w = world(rule=SELL_PARTLY)
    w.bought("small", 40, "ABC", 10, "joint")
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.HARVEST_PARTLY_WASHED}
    assert proposal.orders[0].quantity == units(100)
    assert opportunity(proposal, "old").tax_saved_cents == 24_00


def test_reg_1_1091_1_e_two_lots_share_one_blocker_and_each_of_its_shares_serves_once() -> None:
    w = world(rule=SELL_PARTLY)
    w.lot("older-still", 50, "ABC", 500, acquired=390)
    w.bought("small", 70, "ABC", 10, "joint")
    proposal = w.plan()
    assert opportunity(proposal, "old").check.blocked_quantity == units(70)
    assert opportunity(proposal, "older-still").check.blocked_quantity == 0
    assert reasons(proposal)["older-still"] is Reason.HARVEST


def test_a_lot_that_is_not_sold_leaves_the_blocker_to_the_next() -> None:
    """The first lot would be washed whole and stays; then the purchase meets the second one."""
    w = world(rule=SELL_PARTLY)
    w.lot("next", 150, "ABC", 1500, acquired=390)
    w.bought("small", 100, "ABC", 10, "joint")
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.WASH_BLOCKED, "next": Reason.HARVEST_PARTLY_WASHED}
    assert opportunity(proposal, "next").check.blocked_quantity == units(100)


def test_where_nothing_partly_washed_is_sold_one_blocker_stops_every_lot() -> None:
    w = world()
    w.lot("next", 150, "ABC", 1500, acquired=390)
    w.bought("small", 100, "ABC", 10, "joint")
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.WASH_BLOCKED, "next": Reason.PARTIAL}
    assert opportunity(proposal, "next").check.blocked_quantity == units(100)


@pytest.mark.parametrize("where", ["ira", "roth"])
def test_rev_rul_2008_5_a_purchase_in_an_ira_is_a_permanent_risk(where: str) -> None:
    w = world(rule=SELL_PARTLY)
    w.bought("contribution", 1, "ABC", 10, where)
    proposal = w.plan()
    assert reasons(proposal)["old"] is Reason.PERMANENT_RISK
    check = opportunity(proposal, "old").check
    assert check.status is WashStatus.PERMANENT_RISK
    assert check.blocked_quantity == units(1)


def test_a_purchase_on_another_return_is_a_permanent_risk() -> None:
    w = world(rule=SELL_PARTLY)
    w.change("spouse", tax_return="spouse-alone")
    w.bought("hers", 1, "ABC", 10, "spouse")
    assert reasons(w.plan())["old"] is Reason.PERMANENT_RISK


@pytest.mark.parametrize(("steps_up", "expected"), [(True, "PARTIAL"), (False, "PERMANENT_RISK")])
def test_d8_a_spouses_purchase_without_step_up_is_a_permanent_risk(
    steps_up: bool, expected: str
) -> None:
    w = world(policy=Policy(spouse_basis_step_up=steps_up))
    w.bought("hers", 1, "ABC", 10, "spouse")
    assert opportunity(w.plan(), "old").check.status == expected


def test_an_ira_purchase_that_the_loss_does_not_reach_is_no_permanent_risk() -> None:
    w = world()
    w.bought("first", 100, "ABC", 20)
    w.bought("second", 100, "ABC", 10, "ira")
    assert opportunity(w.plan(), "old").check.status is WashStatus.BLOCKED


def test_rev_rul_56_602_shares_of_the_lot_sold_do_not_replace_its_loss() -> None:
    w = World(PRICES, proxies=[("ABC", "XYZ")])
    w.lot("young", 100, "ABC", 1000, acquired=10)
    assert reasons(w.plan()) == {"young": Reason.HARVEST}


def test_d4_a_lot_stays_the_same_lot_in_two_accounts() -> None:
    w = World(PRICES, proxies=[("ABC", "XYZ")])
    w.lot("young", 60, "ABC", 600, acquired=10)
    w.lot("young", 40, "ABC", 400, acquired=10, where="joint", rank=0)
    assert {v.reason for v in w.plan().verdicts} == {Reason.HARVEST}


def test_two_young_lots_stand_in_each_others_way_under_the_strict_reading_of_d1() -> None:
    w = World(PRICES, proxies=[("ABC", "XYZ")])
    w.lot("one", 100, "ABC", 1000, acquired=10)
    w.lot("two", 100, "ABC", 1000, acquired=5)
    assert set(reasons(w.plan()).values()) == {Reason.WASH_BLOCKED}


@pytest.mark.parametrize(("strict", "expected"), [(True, "WASH_BLOCKED"), (False, "HARVEST")])
def test_d2_shares_bought_and_sold_again_count_under_the_strict_reading(
    strict: bool, expected: str
) -> None:
    w = world(rule=HarvestRule(strict=strict))
    w.bought("gone", 100, "ABC", 10, held=0)
    assert reasons(w.plan()) == {"old": expected}


def test_d2_the_books_own_policy_may_count_them_too() -> None:
    w = world(rule=HarvestRule(strict=False), policy=Policy(sold_before_counts=True))
    w.bought("gone", 100, "ABC", 10, held=0)
    assert reasons(w.plan()) == {"old": Reason.WASH_BLOCKED}


def test_reg_1_1091_1_e_used_shares_block_no_more() -> None:
    w = world()
    w.bought("used", 100, "ABC", 10, unused=0)
    assert reasons(w.plan()) == {"old": Reason.HARVEST}


@pytest.mark.parametrize(("strict", "expected"), [(True, "WASH_BLOCKED"), (False, "HARVEST")])
def test_d16_a_vest_counts_under_the_strict_reading(strict: bool, expected: str) -> None:
    policy = Policy(rsu_vest_is_acquisition=False)
    w = world(rule=HarvestRule(strict=strict), policy=policy)
    w.bought("vest", 100, "ABC", 10, is_compensation=True)
    assert reasons(w.plan()) == {"old": expected}


@pytest.mark.parametrize(("strict", "expected"), [(True, "WASH_BLOCKED"), (False, "HARVEST")])
def test_d19_a_section_475_purchase_counts_under_the_strict_reading(
    strict: bool, expected: str
) -> None:
    policy = Policy(mtm475_purchase_replaces=False)
    w = world(rule=HarvestRule(strict=strict), policy=policy)
    w.accounts["trader"] = account("trader", kind=AccountKind.TAXABLE_MTM_475)
    w.bought("trade", 100, "ABC", 10, "trader")
    assert reasons(w.plan())["old"] == expected


@pytest.mark.parametrize(("strict", "expected"), [(True, "WASH_BLOCKED"), (False, "HARVEST")])
def test_d3_shares_older_than_those_sold_count_under_the_strict_reading(
    strict: bool, expected: str
) -> None:
    policy = Policy(count_older_than_sold=False)
    w = World(PRICES, proxies=[("ABC", "XYZ")], rule=HarvestRule(strict=strict), policy=policy)
    w.bought("older", 100, "ABC", 20, held=100)
    w.lot("younger", 100, "ABC", 1000, acquired=10)
    assert reasons(w.plan()) == {"younger": expected}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (HarvestRule(), "WASH_BLOCKED"),
        (HarvestRule(allow_same_index=True), "HARVEST"),
        (HarvestRule(strict=False), "HARVEST"),
    ],
)
def test_d17_a_fund_on_the_same_index_counts_under_the_strict_reading(
    rule: HarvestRule, expected: str
) -> None:
    w = World(PRICES, rule=rule, proxies=[("IDX1", "XYZ")])
    for symbol in ("IDX1", "IDX2"):
        w.securities[symbol] = Security(symbol=symbol, kind=SecurityKind.ETF, index="S&P 500")
    w.lot("fund", 10, "IDX1", 1000)
    w.bought("other-sponsor", 10, "IDX2", 10)
    assert reasons(w.plan())["fund"] == expected


def test_rev_rul_56_406_an_option_on_the_stock_blocks_with_its_multiplier() -> None:
    """Two contracts are 200 shares: the lot of 100 is blocked whole by one of them."""
    w = world()
    w.securities["ABC-C"] = Security(
        symbol="ABC-C", kind=SecurityKind.OPTION, underlying="ABC", multiplier=100
    )
    w.bought("call", 2, "ABC-C", 10)
    check = opportunity(w.plan(), "old").check
    assert check.status is WashStatus.BLOCKED
    assert check.blocked_quantity == units(100)
    assert check.blockers[0].taken == units(1)


def test_the_stock_does_not_block_a_loss_on_the_option_unless_listed_with_it() -> None:
    call = Security(symbol="ABC-C", kind=SecurityKind.OPTION, underlying="ABC", multiplier=100)
    w = World(PRICES, proxies=[("ABC-C", "XYZ")], securities={"ABC-C": call})
    w.lot("call", 2, "ABC-C", 1000)
    w.bought("stock", 500, "ABC", 10)
    assert reasons(w.plan())["call"] is Reason.HARVEST

    w.group("abc", "ABC", "ABC-C")
    assert reasons(w.plan())["call"] is Reason.WASH_BLOCKED


def test_a_blocked_part_of_contracts_counts_whole_units_of_the_lot() -> None:
    """50 shares replace half of the first of two contracts."""
    call = Security(symbol="ABC-C", kind=SecurityKind.OPTION, underlying="ABC", multiplier=100)
    w = World(PRICES, proxies=[("ABC-C", "XYZ")], securities={"ABC-C": call})
    w.group("abc", "ABC", "ABC-C")
    w.lot("calls", 2, "ABC-C", 1000)
    w.bought("stock", 50, "ABC", 10)
    found = opportunity(w.plan(), "calls")
    assert found.check.blocked_quantity == units("0.5")
    assert found.check.disallowed_cents == 100_00


def test_a_listed_group_blocks_across_symbols() -> None:
    w = world()
    w.group("twins", "ABC", "XYZ")
    w.bought("twin", 100, "XYZ", 10, "spouse")
    assert reasons(w.plan())["old"] is Reason.WASH_BLOCKED


def test_a_childs_purchase_is_told_only() -> None:
    w = world()
    w.bought("kids", 100, "ABC", 10, "kid")
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.HARVEST}
    (told,) = opportunity(proposal, "old").told
    assert told.startswith("100 ABC bought in kid on 2020-12-21 (lot kids)")


def test_a_childs_loss_is_not_blocked_by_the_parents_purchase() -> None:
    w = World(PRICES, proxies=[("ABC", "XYZ")])
    w.lot("kids", 100, "ABC", 1000, where="kid")
    w.bought("parents", 100, "ABC", 10)
    assert reasons(w.plan()) == {"kids": Reason.HARVEST}


def test_two_households_never_touch() -> None:
    w = world()
    w.accounts["theirs"] = account("theirs", household="next-door")
    w.bought("neighbours", 100, "ABC", 10, "theirs")
    w.sold_at_a_loss("neighbours-sale", 100, "XYZ", 10, "theirs")
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.HARVEST}
    assert opportunity(proposal, "old").told == ()
    assert {r.household for r in proposal.restrictions if r.symbol == "ABC"} == {"home"}


def test_notice_2014_21_a_digital_asset_is_not_guarded() -> None:
    coin = Security(symbol="BTC", kind=SecurityKind.DIGITAL_ASSET)
    w = World(PRICES, proxies=[("BTC", "XYZ")], securities={"BTC": coin})
    w.lot("coins", 100, "BTC", 1000)
    w.bought("more", 100, "BTC", 1)
    proposal = w.plan()
    assert reasons(proposal)["coins"] is Reason.HARVEST
    assert not [r for r in proposal.restrictions if r.symbol == "BTC"]


def test_an_account_that_is_not_known_for_the_whole_window_is_told() -> None:
    w = world()
    w.change("spouse", data_through=days_ago(3))
    w.change("ira", data_from=days_ago(29), data_through=days_ago(0))
    w.change("roth", data_from=days_ago(30))
    assert opportunity(w.plan(), "old").told == (
        "spouse is known only through 2020-12-28",
        "ira is known only from 2020-12-02",
    )
