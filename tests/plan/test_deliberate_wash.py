"""Buy, buy, sell: a wash sale that a return enters into on purpose."""

from dataclasses import replace

import pytest
from tests.plan.situations import World, opportunity, reasons

from taxlots.domain.harvest_rule import Extent, HarvestRule, PartlyWashed, WashOptIn
from taxlots.domain.policy import Policy
from taxlots.domain.security import Security, SecurityKind
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


class TestSharesThatTakeTheLoss:
    """26 USC 1091(d), 1223(3): basis and time held of the new shares change, so they are kept."""

    def world(self, rule: HarvestRule = OPT_IN) -> World:
        """The new lot loses too: 25 shares for 300."""
        w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")], rule=rule)
        w.lot("old", 100, "ABC", 1000)
        w.lot("new", 25, "ABC", 300, 7)
        return w

    def test_they_are_not_sold_by_the_same_plan(self) -> None:
        """Else the short-term loss on them would become a long-term one, of another amount."""
        assert reasons(self.world().plan()) == {
            "old": Reason.HARVEST_PARTLY_WASHED,
            "new": Reason.REPLACES_IN_PLAN,
        }

    def test_without_the_wash_they_are_sold_themselves(self) -> None:
        """Rev. Rul. 56-602: shares do not replace the loss on themselves."""
        assert reasons(self.world(HarvestRule()).plan()) == {
            "old": Reason.PARTIAL,
            "new": Reason.HARVEST,
        }

    @pytest.mark.parametrize("loses", [True, False])
    def test_a_position_is_not_sold_whole_with_them(self, loses: bool) -> None:
        rule = replace(OPT_IN, sell=Extent.WHOLE_POSITION)
        w = self.world(rule) if loses else world(rule)
        assert set(reasons(w.plan()).values()) <= {
            Reason.POSITION_NOT_SOLD,
            Reason.REPLACES_IN_PLAN,
            Reason.GAIN,
        }

    def test_it_holds_for_parts_that_are_let_be_washed_as_well(self) -> None:
        rule = HarvestRule(partly_washed=PartlyWashed.SELL)
        assert reasons(self.world(rule).plan())["new"] is Reason.REPLACES_IN_PLAN

    def test_a_loss_is_not_deferred_into_what_the_plan_has_sold_before(self) -> None:
        """Rev. Rul. 56-406: a call replaces the stock, and the stock does not replace the call."""
        w = World({"ABC": "8", "CALL": "1", "XYZ": "20"}, rule=OPT_IN)
        w.proxies = [("ABC", "XYZ"), ("CALL", "XYZ")]
        w.securities["CALL"] = Security(
            symbol="CALL", kind=SecurityKind.OPTION, underlying="ABC", multiplier=100
        )
        w.lot("call", 1, "CALL", 300, 20)
        w.lot("stock", 200, "ABC", 2000, 7)
        assert reasons(w.plan()) == {"call": Reason.HARVEST, "stock": Reason.PARTIAL}
        w.stale = {"CALL"}
        assert reasons(w.plan())["stock"] is Reason.HARVEST_PARTLY_WASHED


class TestOnlyWhatIsSure:
    """What the strict reading alone defers may stand: nothing could be promised to the cent."""

    def test_d2_shares_that_are_sold_again_are_no_replacement_to_count_on(self) -> None:
        w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")], rule=OPT_IN)
        w.lot("old", 100, "ABC", 1000)
        w.bought("gone", 25, "ABC", 7, held=0)
        assert reasons(w.plan()) == {"old": Reason.PARTIAL}

    @pytest.mark.parametrize(
        ("policy", "reason"),
        [
            (Policy(), Reason.HARVEST_PARTLY_WASHED),
            (Policy(rsu_vest_is_acquisition=False), Reason.PARTIAL),
        ],
    )
    def test_d16_a_vest_is_one_where_the_book_says_so(self, policy: Policy, reason: Reason) -> None:
        w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")], rule=OPT_IN, policy=policy)
        w.lot("old", 100, "ABC", 1000)
        w.bought("vest", 25, "ABC", 7, is_compensation=True)
        assert reasons(w.plan()) == {"old": reason}

    @pytest.mark.parametrize(("same", "reason"), [(True, "SOLD"), (False, "LEFT")])
    def test_d17_a_fund_on_the_index_is_one_where_the_book_says_so(
        self, same: bool, reason: str
    ) -> None:
        policy = Policy(same_index_identical=same)
        w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")], rule=OPT_IN, policy=policy)
        for symbol in ("ABC", "OTHER"):
            w.securities[symbol] = Security(symbol=symbol, index="S&P 500")
        w.lot("old", 100, "ABC", 1000)
        w.bought("other", 25, "OTHER", 7)
        expected = {"SOLD": Reason.HARVEST_PARTLY_WASHED, "LEFT": Reason.PARTIAL}
        assert reasons(w.plan()) == {"old": expected[reason]}

    def test_d3_older_shares_are_one_where_the_book_says_so(self) -> None:
        policy = Policy(count_older_than_sold=False)
        w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")], rule=OPT_IN, policy=policy)
        w.bought("older", 25, "ABC", 20)
        w.lot("newer", 100, "ABC", 1000, 7)
        assert reasons(w.plan()) == {"newer": Reason.PARTIAL}
