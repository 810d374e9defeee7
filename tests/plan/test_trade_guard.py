"""The guard before a sale: what is at stake, by which purchase, and until when."""

from datetime import date

import pytest
from tests.plan.guarded import BLOCKED, OK, PARTIAL, PRICES, guard_of, sell, world
from tests.plan.situations import AS_OF, World, days_ago, units

from taxlots.domain.account import AccountKind
from taxlots.domain.policy import Policy
from taxlots.domain.security import Security, SecurityKind

# Sales.


def test_a_sale_that_nothing_replaces_is_ok_today() -> None:
    found = sell(world())
    assert found.verdict is OK
    assert found.safe_date == AS_OF
    assert found.realized_loss_cents == 200_00
    assert not found.because


def test_a_prior_purchase_in_the_window_blocks_and_is_named() -> None:
    """A "wash buy position": what is bought before the sale blocks as what is bought after it."""
    w = world()
    w.bought("late", 100, "ABC", 30, "joint")
    found = sell(w)
    assert found.verdict is BLOCKED
    (one,) = found.because
    assert (one.id, one.lot_id, one.account) == ("late", "old", "joint")
    assert (one.quantity, one.loss_cents, one.permanent_cents) == (units(100), 200_00, 0)
    assert one.rule == "26 USC 1091(d)"
    assert one.reading == "books"
    assert found.safe_date == date(2021, 1, 1)


def test_1091_a_31_days_before_is_outside_the_window() -> None:
    w = world()
    w.bought("late", 100, "ABC", 31, "joint")
    assert sell(w).verdict is OK


def test_a_smaller_purchase_makes_it_partial_and_says_how_much() -> None:
    w = world()
    w.bought("small", 40, "ABC", 10, "joint")
    found = sell(w)
    assert found.verdict is PARTIAL
    assert (found.at_stake.quantity, found.at_stake.loss_cents) == (units(40), 80_00)


def test_fewer_shares_than_were_bought_are_blocked_whole() -> None:
    w = world()
    w.bought("small", 40, "ABC", 10, "joint")
    found = sell(w, "30")
    assert found.verdict is BLOCKED
    assert found.at_stake.loss_cents == 60_00


def test_rev_rul_2008_5_a_purchase_in_an_ira_is_gone_for_good() -> None:
    w = world()
    w.bought("contribution", 10, "ABC", 10, "ira")
    found = sell(w)
    assert found.at_stake.permanent_cents == 20_00
    assert found.because[0].rule == "Rev. Rul. 2008-5"


def test_rev_rul_56_602_the_lots_own_shares_do_not_replace_it() -> None:
    w = World(PRICES)
    w.lot("young", 100, "ABC", 1000, acquired=10)
    assert sell(w, "50").verdict is OK


def test_a_gain_is_never_at_stake() -> None:
    w = World(PRICES)
    w.lot("cheap", 100, "ABC", 500)
    w.bought("late", 100, "ABC", 5, "ira")
    found = sell(w)
    assert found.verdict is OK
    assert found.keep_until is None


def test_until_the_last_of_several_purchases_has_left_the_window() -> None:
    """The second purchase finds the loss met already, and moves the safe date all the same."""
    w = world()
    w.bought("first", 100, "ABC", 20)
    w.bought("second", 1, "ABC", 10, "spouse")
    found = sell(w)
    assert [(one.id, one.quantity) for one in found.because] == [
        ("first", units(100)),
        ("second", 0),
    ]
    assert found.safe_date == days_ago(10 - 31)


# Looking ahead.


@pytest.mark.parametrize("kind", ["recurring", "vest"])
def test_a_scheduled_purchase_within_30_days_is_looked_ahead_to(kind: str) -> None:
    w = world()
    w.will(kind, "ABC", 30, "roth", quantity="25")
    found = sell(w)
    assert found.verdict is PARTIAL
    assert found.at_stake.permanent_cents == 50_00
    assert found.because[0].kind == kind
    assert found.safe_date == days_ago(-61)

    w = world()
    w.will(kind, "ABC", 31, "roth", quantity="25")
    assert sell(w).verdict is OK


def test_a_dividend_is_looked_ahead_to_where_it_is_reinvested() -> None:
    w = world()
    w.will("dividend", "ABC", 5, "main", amount="80")
    assert sell(w).verdict is OK
    w.change("main", drip=True)
    found = sell(w)
    assert found.verdict is PARTIAL
    assert found.at_stake.quantity == units(10)


def test_the_safe_date_reckons_with_what_is_scheduled_after_the_window() -> None:
    """A purchase on day 20 blocks until day 51; one on day 60 would still meet a sale of then."""
    w = world()
    w.will("recurring", "ABC", 20, "main", quantity="5")
    w.will("recurring", "ABC", 60, "main", quantity="5")
    w.will("recurring", "ABC", 130, "main", quantity="5")
    assert sell(w).safe_date == days_ago(-91)


def test_reg_1_1091_1_b_losses_already_realized_take_scheduled_shares_first() -> None:
    w = world()
    w.sold_at_a_loss("sale", 20, "ABC", 5)
    w.will("recurring", "ABC", 3, "main", quantity="25")
    assert sell(w).at_stake.quantity == units(5)


# Stricter readings: each is named, and shown apart.


def test_d1_shares_that_the_same_order_sells() -> None:
    w = world()
    w.lot("young", 40, "ABC", 500, acquired=10)
    found = sell(w)
    assert found.could_be.quantity == units(40)
    assert found.because[0].decisions == ("D1",)
    assert found.by_books.quantity == 0
    assert found.verdict is PARTIAL


def test_d2_shares_that_were_sold_again_before() -> None:
    w = world()
    w.bought("gone", 30, "ABC", 10, "joint", held=0)
    found = sell(w)
    assert found.because[0].decisions == ("D2",)
    assert found.could_be.loss_cents == 60_00


def test_d3_shares_that_are_older_than_those_sold() -> None:
    w = World(PRICES, policy=Policy(count_older_than_sold=False))
    w.lot("first", 100, "ABC", 1000, acquired=25, where="joint")
    w.lot("second", 100, "ABC", 1000, acquired=20)
    found = sell(w)
    assert found.because[0].decisions == ("D3",)


def test_d16_a_vest() -> None:
    w = world(policy=Policy(rsu_vest_is_acquisition=False))
    w.bought("vest", 10, "ABC", 10, "joint", is_compensation=True)
    assert sell(w).because[0].decisions == ("D16",)


def test_d17_a_fund_on_the_same_index() -> None:
    w = world()
    for name in ("IDX1", "IDX2"):
        w.securities[name] = Security(symbol=name, kind=SecurityKind.ETF, index="index")
    w.lot("fund", 10, "IDX1", 1000)
    w.bought("other", 10, "IDX2", 10, "joint")
    found = sell(w, symbol="IDX1")
    assert found.verdict is BLOCKED
    assert found.because[0].decisions == ("D17",)
    assert found.by_books.quantity == 0


def test_d19_a_purchase_in_a_section_475_account() -> None:
    w = world(policy=Policy(mtm475_purchase_replaces=False))
    w.change("joint", kind=AccountKind.TAXABLE_MTM_475)
    w.bought("trade", 10, "ABC", 10, "joint")
    assert sell(w).because[0].decisions == ("D19",)


def test_d8_what_a_spouses_shares_would_take_for_good_is_shown_apart() -> None:
    w = world()
    w.bought("hers", 10, "ABC", 10, "spouse")
    found = sell(w)
    assert found.at_stake.permanent_cents == 0
    assert found.could_be_permanent_cents == 20_00
    assert any("D8" in sentence for sentence in found.told)


def test_a_stricter_reading_takes_only_what_the_books_leave() -> None:
    w = world()
    w.bought("gone", 80, "ABC", 20, "joint", held=0)
    w.bought("kept", 60, "ABC", 10, "joint")
    found = sell(w)
    assert found.by_books.quantity == units(60)
    assert found.could_be.quantity == units(40)
    assert found.verdict is BLOCKED


# Liquidation, exempt places, other people.


def test_a_liquidation_is_told_and_not_refused() -> None:
    w = world()
    w.bought("late", 100, "ABC", 5, "joint")
    found = sell(w)
    assert found.is_liquidation
    assert any("nothing forbids" in sentence for sentence in found.told)
    assert not sell(w, "99").is_liquidation


def test_sales_in_an_ira_or_under_section_475_realize_nothing_that_1091_tests() -> None:
    w = world()
    w.lot("inside", 10, "ABC", 1000, where="ira")
    w.bought("late", 10, "ABC", 5, "joint")
    found = guard_of(w).can_sell("ira", "ABC")
    assert found.verdict is OK
    assert "realizes no loss" in found.told[0]


def test_a_childs_purchase_is_told_and_does_not_count() -> None:
    w = world()
    w.bought("gift", 100, "ABC", 5, "kid")
    found = sell(w)
    assert found.verdict is OK
    assert any("another taxpayer" in sentence for sentence in found.told)
