"""Goals: as much loss as is wanted, from the lots where a dollar of it is worth most."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.situations import World, cents, opportunity, reasons, units
from tests.plan.test_harvest_value import rated

from taxlots.domain.harvest_rule import Extent, Goal, HarvestRule, WithoutReplacement
from taxlots.domain.order import Side
from taxlots.domain.verdict import Reason
from taxlots.plan.goals import goal_cents
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.situation import YearSoFar

PROXIES = [("ABC", "XYZ"), ("DEF", "XYZ")]


def world(goal: str, amount: str = "0", **fields: object) -> World:
    rule = HarvestRule(goal=Goal(goal), goal_cents=cents(amount), **fields)  # type: ignore[arg-type]
    return World({"ABC": "8", "DEF": "5", "XYZ": "20"}, proxies=PROXIES, rule=rule)


def planned(w: World, so_far: Mapping[str, YearSoFar] | None = None) -> HarvestPlan:
    return plan(replace(w.situation(), years={"home": rated()}, so_far=so_far or {}))


def sold(proposal: HarvestPlan) -> dict[str, int]:
    """Lot -> quantity of the order."""
    return {o.lot_id: o.quantity for o in proposal.orders if o.side is Side.SELL}


def loss(proposal: HarvestPlan) -> int:
    found = [v.opportunity for v in proposal.verdicts if v.opportunity and v.reason.is_harvest]
    return sum(opportunity.allowed_loss_cents for opportunity in found)


@pytest.mark.parametrize(
    ("goal", "net", "wanted"),
    [
        (Goal.OFFSET_GAINS, 5000_00, 5000_00),
        (Goal.OFFSET_GAINS, -200_00, 0),
        (Goal.LOSS_LIMIT, 5000_00, 8000_00),
        (Goal.LOSS_LIMIT, -1000_00, 2000_00),
        (Goal.LOSS_LIMIT, -4000_00, 0),
        (Goal.TARGET, 5000_00, 70_00),
        (Goal.ALL_THAT_PAYS, 5000_00, None),
    ],
)
def test_what_a_return_wants(goal: Goal, net: int, wanted: int | None) -> None:
    so_far = YearSoFar(net_cents=net, limit_cents=3000_00)
    assert goal_cents(HarvestRule(goal=goal, goal_cents=70_00), so_far) == wanted


def test_the_last_lot_is_sold_in_part_by_whole_shares() -> None:
    """Each of 100 shares loses 2: a goal of 133 takes 67 of them."""
    w = world("target", "133")
    w.lot("lot", 100, "ABC", 1000)
    proposal = planned(w)
    assert sold(proposal) == {"lot": units(67)}
    assert opportunity(proposal, "lot").allowed_loss_cents == 134_00
    assert reasons(proposal) == {"lot": Reason.HARVEST}
    (sale, _) = proposal.orders
    assert sale.lot_quantity == units(100)


def test_the_greatest_value_per_dollar_goes_first() -> None:
    """A short-term loss saves 40 %, a long-term one 20 %."""
    w = world("target", "150")
    w.lot("long", 100, "ABC", 1000, 500)
    w.lot("short", 100, "ABC", 950, 100)
    proposal = planned(w)
    assert reasons(proposal) == {"long": Reason.GOAL_REACHED, "short": Reason.HARVEST}
    assert loss(proposal) == 150_00


def test_without_a_value_the_deepest_loss_goes_first() -> None:
    w = world("target", "300")
    w.lot("shallow", 100, "ABC", 1000)
    w.lot("deep", 100, "DEF", 1000)
    proposal = w.plan()
    assert sold(proposal) == {"deep": units(60)}


def test_a_goal_of_the_year_counts_what_is_realized_so_far() -> None:
    w = world("loss_limit")
    w.lot("lot", 100, "DEF", 9500)
    proposal = planned(w, {"home": YearSoFar(net_cents=1000_00, limit_cents=3000_00)})
    assert sold(proposal) == {"lot": units(45)}  # 90 a share: 44 are 3,960
    assert loss(proposal) == 4050_00


def test_a_goal_that_is_reached_already_sells_nothing() -> None:
    w = world("offset_gains")
    w.lot("lot", 100, "ABC", 1000)
    proposal = planned(w, {"home": YearSoFar(net_cents=-1, limit_cents=3000_00)})
    assert reasons(proposal) == {"lot": Reason.GOAL_REACHED}


def test_whole_shares_stand_across_the_parts_of_a_lot() -> None:
    """10.5 shares that were adjusted leave first; 2.5 more make 13, and lose 26."""
    w = world("target", "25")
    w.lot("lot", "10.5", "ABC", 105, rank=0, is_replacement=True)
    w.lot("lot", "9.5", "ABC", 95, rank=0)
    proposal = planned(w)
    assert sold(proposal) == {"lot": units(13)}


class TestWholePositions:
    """All of a position is sold, gains too, or nothing of it."""

    def test_a_gain_is_sold_with_its_position(self) -> None:
        w = world("all_that_pays", sell=Extent.WHOLE_POSITION)
        w.lot("loss", 100, "ABC", 1000)
        w.lot("gain", 50, "ABC", 350)
        proposal = planned(w)
        assert reasons(proposal) == {
            "loss": Reason.HARVEST,
            "gain": Reason.HARVEST_WITH_POSITION,
        }
        assert opportunity(proposal, "gain").allowed_loss_cents == -50_00
        assert sold(proposal) == {"loss": units(100), "gain": units(50)}
        assert proposal.orders[-1].quantity == units(60)

    def test_a_position_with_a_gain_on_the_whole_is_left(self) -> None:
        w = world("all_that_pays", sell=Extent.WHOLE_POSITION)
        w.lot("loss", 100, "ABC", 1000)
        w.lot("gain", 100, "ABC", 500)
        assert reasons(planned(w)) == {"loss": Reason.POSITION_NOT_SOLD, "gain": Reason.GAIN}

    def test_one_blocked_lot_keeps_the_position(self) -> None:
        w = world("all_that_pays", sell=Extent.WHOLE_POSITION)
        w.lot("old", 100, "ABC", 1000)
        w.lot("new", 100, "ABC", 1000, 10)
        found = reasons(planned(w))
        assert found["old"] is Reason.WASH_BLOCKED
        assert found["new"] is Reason.POSITION_NOT_SOLD

    def test_averaged_shares_are_sold_as_a_whole(self) -> None:
        w = world("all_that_pays")
        w.lot("one", 100, "ABC", 1000)
        w.lot("two", 100, "ABC", "800.01")
        situation = replace(w.situation(), averaged=frozenset({("main", "ABC")}))
        proposal = plan(situation)
        (sale,) = [o for o in proposal.orders if o.side is Side.SELL]
        assert (sale.tax_lot_method, sale.lot_id, sale.quantity) == ("AVERAGE", "", units(200))
        assert proposal.lot_instructions == ()
        w.rule = HarvestRule(min_loss_cents=1_00)
        proposal = plan(replace(w.situation(), averaged=frozenset({("main", "ABC")})))
        assert reasons(proposal)["two"] is Reason.HARVEST_WITH_POSITION


lots = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 900), st.sampled_from(["ABC", "DEF"])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(lots, st.integers(1, 400))
def test_a_goal_is_met_and_not_exceeded_by_the_loss_of_a_share(
    drawn: list[tuple[int, int, str]], wanted: int
) -> None:
    cash = WithoutReplacement.CASH
    everything = world("all_that_pays", without_replacement=cash)
    w = world("target", str(wanted), without_replacement=cash)
    for n, (quantity, basis, symbol) in enumerate(drawn):
        for each in (everything, w):
            each.lot(f"lot-{n}", quantity, symbol, basis)
    there, found = loss(planned(everything)), loss(planned(w))
    most_of_a_share = max(basis * 100 // quantity for quantity, basis, _ in drawn)
    if there <= wanted * 100:
        assert found == there
    else:
        assert wanted * 100 <= found < wanted * 100 + most_of_a_share + 1
