"""What scheduled.csv expects within 30 days will replace a loss of today."""

from datetime import date

import pytest
from tests.plan.situations import World, opportunity, reasons, units

from taxlots.domain.harvest_rule import HarvestRule, ScheduledPurchases
from taxlots.domain.security import Security
from taxlots.domain.verdict import Reason

PRICES = {"ABC": "8", "XYZ": "20"}


def world(**fields: object) -> World:
    """100 ABC bought at 10 long ago, worth 8; XYZ stands in."""
    made = World(PRICES, proxies=[("ABC", "XYZ")], **fields)  # type: ignore[arg-type]
    made.lot("old", 100, "ABC", 1000)
    return made


def test_a_recurring_purchase_blocks_with_its_quantity() -> None:
    w = world()
    w.will("recurring", "ABC", 15, "joint", quantity="25")
    check = opportunity(w.plan(), "old").check
    assert check.blocked_quantity == units(25)
    assert check.safe_from == date(2021, 2, 15)


@pytest.mark.parametrize(("in_days", "expected"), [(30, "WASH_BLOCKED"), (31, "HARVEST")])
def test_the_window_ends_30_days_after_the_sale(in_days: int, expected: str) -> None:
    w = world()
    w.will("vest", "ABC", in_days, "main", quantity="100")
    assert reasons(w.plan()) == {"old": expected}


def test_in_an_ira_it_is_a_permanent_risk() -> None:
    w = world()
    w.will("recurring", "ABC", 15, "roth", quantity="25")
    assert reasons(w.plan()) == {"old": Reason.PERMANENT_RISK}


def test_a_dividend_blocks_only_where_it_is_reinvested() -> None:
    w = world()
    w.will("dividend", "ABC", 15, "main", amount="16.00")
    assert reasons(w.plan()) == {"old": Reason.HARVEST}

    w.change("main", drip=True)
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.PARTIAL}
    assert opportunity(proposal, "old").check.blocked_quantity == units(2)


def test_a_security_may_be_marked_for_reinvestment_too() -> None:
    w = world()
    w.securities["ABC"] = Security(symbol="ABC", drip=True)
    w.will("dividend", "ABC", 15, "main", amount="16.00")
    assert reasons(w.plan()) == {"old": Reason.PARTIAL}


def test_an_amount_buys_at_the_last_close_rounded_up() -> None:
    w = world()
    w.will("recurring", "ABC", 15, "main", amount="0.03")
    assert opportunity(w.plan(), "old").check.blocked_quantity == 375_000
    w.scheduled.clear()
    w.prices = {**PRICES, "ABC": "7"}
    w.will("recurring", "ABC", 15, "main", amount="0.03")
    assert opportunity(w.plan(), "old").check.blocked_quantity == 428_572


def test_without_a_quantity_it_is_told_only() -> None:
    w = world()
    w.change("main", drip=True)
    w.will("dividend", "ABC", 15, "main")
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.HARVEST}
    assert opportunity(proposal, "old").told == (
        "dividend of ABC is scheduled in main on 2021-01-15",
        "dividends of ABC are reinvested in main",
    )


def test_the_rule_may_ask_to_be_told_only() -> None:
    w = world(rule=HarvestRule(scheduled=ScheduledPurchases.TELL))
    w.will("recurring", "ABC", 15, "joint", quantity="25")
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.HARVEST}
    assert opportunity(proposal, "old").told


def test_a_childs_recurring_purchase_is_told_only() -> None:
    w = world()
    w.will("recurring", "ABC", 15, "kid", quantity="25")
    proposal = w.plan()
    assert reasons(proposal) == {"old": Reason.HARVEST}
    assert opportunity(proposal, "old").told


def test_cash_that_comes_or_goes_is_no_purchase() -> None:
    w = world()
    w.will("contribution", "", 15, "main", amount="1000.00")
    w.will("withdrawal", "ABC", 15, "main", amount="1000.00")
    assert reasons(w.plan()) == {"old": Reason.HARVEST}
