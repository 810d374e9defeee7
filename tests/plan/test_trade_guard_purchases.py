"""The guard before a purchase: which losses it would meet; and what no verdict knows."""

from tests.plan.guarded import BLOCKED, OK, PARTIAL, buy, guard_of, sell, world
from tests.plan.situations import account, cents, days_ago, units

from taxlots.book.record import WaitingLoss
from taxlots.domain.account import Owner
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.security import Security, SecurityKind
from taxlots.domain.tax_profile import TaxProfile
from taxlots.plan.purchases import Purchase
from taxlots.plan.trade_check import TradeCheck
from taxlots.plan.trade_guard import PlannedLoss, TradeGuard

# Purchases.


def test_a_purchase_meets_a_loss_until_day_31() -> None:
    w = world()
    w.sold_at_a_loss("sale", 50, "ABC", 30)
    found = buy(w, "20")
    assert found.verdict is BLOCKED
    (one,) = found.because
    assert (one.id, one.lot_id, one.kind) == ("sale", "lot-of-sale", "loss")
    assert (one.quantity, one.loss_cents) == (units(20), 40_00)
    assert found.safe_date == days_ago(-1)

    w = world()
    w.sold_at_a_loss("sale", 50, "ABC", 31)
    assert buy(w, "20").verdict is OK


def test_a_larger_purchase_is_partly_free_and_any_quantity_tells_the_most() -> None:
    w = world()
    w.sold_at_a_loss("sale", 50, "ABC", 10)
    assert buy(w, "80").verdict is PARTIAL
    assert buy(w, "80").at_stake.quantity == units(50)
    found = buy(w)
    assert found.verdict is BLOCKED
    assert (found.at_stake.quantity, found.at_stake.loss_cents) == (units(50), 100_00)


def test_a_purchase_in_an_ira_ends_the_loss_for_good() -> None:
    w = world()
    w.sold_at_a_loss("sale", 50, "ABC", 10)
    assert buy(w, "50", "roth").at_stake.permanent_cents == 100_00
    assert buy(w, "50", "joint").at_stake.permanent_cents == 0


def test_buying_a_call_counts_in_shares() -> None:
    w = world()
    w.securities["ABC-C"] = Security(
        symbol="ABC-C", kind=SecurityKind.OPTION, underlying="ABC", multiplier=100
    )
    w.sold_at_a_loss("sale", 150, "ABC", 10)
    found = buy(w, "1", symbol="ABC-C")
    assert found.at_stake.quantity == units(1)
    assert found.at_stake.loss_cents == 66_67
    assert buy(w, symbol="ABC-C").at_stake.quantity == units("1.5")


def test_d17_a_purchase_on_the_same_index() -> None:
    w = world()
    for name in ("IDX1", "IDX2"):
        w.securities[name] = Security(symbol=name, kind=SecurityKind.ETF, index="index")
    w.sold_at_a_loss("sale", 10, "IDX1", 5)
    found = buy(w, "10", symbol="IDX2")
    assert found.verdict is BLOCKED
    assert found.because[0].decisions == ("D17",)


def test_an_approved_harvest_is_met_by_a_purchase_of_the_days_before() -> None:
    loss = WaitingLoss(
        sale_id="order",
        lot_id="old",
        household="home",
        account="main",
        symbol="ABC",
        sold=days_ago(-3),
        quantity=units(100),
        loss_cents=cents(200),
    )
    found = guard_of(world(), (PlannedLoss(loss=loss, order_id="H1"),)).can_buy(
        "ira", "ABC", units(10)
    )
    assert found.verdict is BLOCKED
    assert (found.because[0].id, found.because[0].kind) == ("H1", "approved_sale")
    assert found.at_stake.permanent_cents == 20_00
    assert found.safe_date == days_ago(-34)


def test_an_approved_purchase_is_in_the_way_of_a_loss_sale() -> None:
    situation = world().situation()
    expected = Purchase(
        lot_id="",
        account=situation.accounts[0],
        symbol="ABC",
        day=situation.day,
        units=units(30),
        multiplier=1,
        kind="approved_purchase",
        order_id="H2",
    )
    found = guard_of(world(), expected=(expected,)).can_sell("main", "ABC")
    assert found.verdict is PARTIAL
    assert (found.because[0].id, found.because[0].quantity) == ("H2", units(30))
    assert found.safe_date == days_ago(-31)


def test_a_blocked_purchase_says_that_the_account_drifts_and_what_may_be_bought_instead() -> None:
    w = world(proxies=[("ABC", "XYZ")])
    w.sold_at_a_loss("sale", 50, "ABC", 10)
    (sentence,) = (s for s in buy(w, "20").told if "drifts" in s)
    assert "XYZ" in sentence


def test_a_purchase_tells_which_open_losses_it_would_block() -> None:
    assert any("200.00" in sentence for sentence in buy(world(), "1", "joint").told)


def test_a_parents_loss_is_told_to_the_child_who_buys() -> None:
    w = world()
    w.sold_at_a_loss("sale", 50, "ABC", 10)
    found = buy(w, "50", "kid")
    assert found.verdict is OK
    assert any("another taxpayer" in sentence for sentence in found.told)


# What is not known.


def unknown(found: TradeCheck, words: str) -> bool:
    return any(words in sentence for sentence in found.unknown)


def test_an_account_with_stale_data_or_none_is_named_and_the_verdict_stays_ok() -> None:
    w = world()
    w.change("ira", data_through=days_ago(3))
    w.change("roth", data_from=days_ago(10))
    found = sell(w)
    assert found.verdict is OK
    assert unknown(found, "ira is known only through")
    assert unknown(found, "roth is known only from")
    assert not unknown(buy(world()), "known only")

    silent = TradeGuard(world().situation(), silent={"joint"}).can_buy("main", "ABC")
    assert unknown(silent, "joint is in accounts.csv")


def test_a_couples_return_without_an_account_of_the_spouse() -> None:
    w = world()
    del w.accounts["spouse"]
    situation = w.situation()
    situation.profiles["home"] = TaxProfile(  # type: ignore[index]
        tax_return="home", year=2020, status=FilingStatus.JOINT
    )
    assert unknown(TradeGuard(situation).can_buy("main", "ABC"), "spouse")
    w.accounts["hers"] = account("hers", owner=Owner.SPOUSE)
    assert not unknown(buy(w), "spouse")


def test_what_is_coming_without_a_size_or_a_date() -> None:
    w = world()
    w.will("recurring", "ABC", 10, "roth")
    w.change("main", drip=True)
    found = sell(w)
    assert found.verdict is OK
    assert unknown(found, "no known size")
    assert unknown(found, "none is scheduled")


def test_a_security_that_is_not_listed_and_a_fund_without_its_index() -> None:
    w = world()
    assert unknown(buy(w, symbol="NEW"), "not in securities.csv")
    w.securities["IDX1"] = Security(symbol="IDX1", kind=SecurityKind.ETF)
    assert unknown(buy(w, symbol="IDX1"), "D17")


def test_a_lot_of_unknown_basis() -> None:
    w = world()
    w.lot("moved", 10, "ABC", 0, acquired=300, basis_status="unknown")
    assert unknown(sell(w), "moved")
