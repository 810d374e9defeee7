"""Buy, buy, sell: a wash sale that a return enters into on purpose."""

import pytest
from tests.plan.situations import World, opportunity, reasons

from taxlots.domain.harvest_rule import HarvestRule, WashOptIn
from taxlots.domain.verdict import Reason
from taxlots.reports.harvest_files import tables

OPT_IN = HarvestRule(allow_wash=frozenset({WashOptIn.BUY_BUY_SELL}))


def world(rule: HarvestRule) -> World:
    """100 shares of years ago, and 25 that were bought last week."""
    w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")], rule=rule)
    w.lot("old", 100, "ABC", 1000)
    w.lot("new", 25, "ABC", 190, 7)
    return w


@pytest.mark.parametrize(
    ("rule", "reason"), [(HarvestRule(), Reason.PARTIAL), (OPT_IN, Reason.HARVEST_PARTLY_WASHED)]
)
def test_the_older_lot_is_sold_only_where_the_rule_opts_in(
    rule: HarvestRule, reason: Reason
) -> None:
    assert reasons(world(rule).plan()) == {"old": reason, "new": Reason.GAIN}


def test_what_is_deferred_and_into_what_is_told() -> None:
    """A quarter of the loss of 200 joins the basis of the 25 new shares."""
    proposal = world(OPT_IN).plan()
    assert opportunity(proposal, "old").allowed_loss_cents == 150_00
    files = tables(proposal)
    (row,) = files["opportunities.csv"]
    assert (row["deferred_loss"], row["deferred_into"]) == ("50.00", "new:25")
    verdict = next(row for row in files["verdicts.csv"] if row["lot_id"] == "old")
    assert "entered into on purpose (buy_buy_sell)" in verdict["detail"]
    assert verdict["detail"].endswith("150.00 count")


def test_a_purchase_to_come_is_no_part_of_it() -> None:
    w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")], rule=OPT_IN)
    w.lot("old", 100, "ABC", 1000)
    w.will("recurring", "ABC", 5, "main", quantity="10")
    assert reasons(w.plan()) == {"old": Reason.PARTIAL}


def test_rev_rul_2008_5_a_loss_for_good_stays_barred() -> None:
    w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")], rule=OPT_IN)
    w.lot("old", 100, "ABC", 1000)
    w.bought("ira-lot", 10, "ABC", 5, "ira")
    assert reasons(w.plan()) == {"old": Reason.PERMANENT_RISK}


def test_where_all_of_the_loss_would_be_deferred_nothing_is_sold() -> None:
    w = world(OPT_IN)
    w.lot("more", 100, "ABC", 760, 3)
    assert reasons(w.plan())["old"] is Reason.WASH_BLOCKED
