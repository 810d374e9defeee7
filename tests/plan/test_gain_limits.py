"""A harvest that sells whole positions realizes gains: gain budgets refuse, tax budgets tell."""

from dataclasses import replace

from tests.plan.situations import World, cents, reasons

from taxlots.domain.harvest_rule import Extent, HarvestRule, WithoutReplacement
from taxlots.domain.verdict import Reason
from taxlots.plan.budgets import Budget
from taxlots.plan.gain_limits import BudgetedReturn, OverBudget, planned_within
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.later_years import LaterYears
from taxlots.plan.year_tax import RatedYear

LATER = LaterYears(income_rate_ppm=0, gain_rate_ppm=0, sale_rate_ppm=0, limit_cents=0)
RATES = RatedYear(short_ppm=400_000, long_ppm=200_000, later=LATER)
WHOLE = HarvestRule(sell=Extent.WHOLE_POSITION, without_replacement=WithoutReplacement.CASH)


def world() -> World:
    """ABC loses 1,000 long-term and gains 300 short-term; XYZ 500 and 200; DEF loses 150."""
    w = World({"ABC": "20", "XYZ": "20", "DEF": "20"}, rule=WHOLE)
    w.lot("abc-old", 100, "ABC", 3000, acquired=800)
    w.lot("abc-new", 100, "ABC", 1700, acquired=200)
    w.lot("xyz-old", 100, "XYZ", 2500, acquired=800)
    w.lot("xyz-new", 100, "XYZ", 1800, acquired=200)
    w.lot("def", 10, "DEF", 350, acquired=200)
    return w


def within(
    budget: Budget, w: World, short: int = 0, long: int = 0, *, is_known: bool = True
) -> tuple[HarvestPlan, tuple[OverBudget, ...]]:
    """The plan within a budget; realized so far are dollars."""
    state = BudgetedReturn(
        year=RATES if is_known else None,
        realized_cents=(cents(short), cents(long)),
        holdings_cents=cents(10_000),
    )
    situation = w.situation()
    names = {holder.tax_return for holder in situation.accounts}
    return planned_within(plan, situation, budget, dict.fromkeys(names, state))


def test_without_a_limit_on_short_gains_every_position_is_sold() -> None:
    proposal, over = within(Budget(gain_cents=0), world())
    assert not over, "each position loses as a whole"
    assert set(reasons(proposal).values()) == {Reason.HARVEST, Reason.HARVEST_WITH_POSITION}


def test_a_position_whose_gains_go_beyond_a_budget_is_left_whole() -> None:
    """DEF's short-term loss of 150 makes room: 300 fit into 200, and 200 more do not."""
    proposal, over = within(Budget(short_gain_cents=cents(200)), world())
    assert reasons(proposal) == {
        "abc-old": Reason.HARVEST,
        "abc-new": Reason.HARVEST_WITH_POSITION,
        "xyz-old": Reason.OVER_GAIN_BUDGET,
        "xyz-new": Reason.OVER_GAIN_BUDGET,
        "def": Reason.HARVEST,
    }
    (one,) = over
    assert (one.position, one.sale.over) == (("main", "XYZ"), {"short_gain": cents(150)})


def test_what_the_year_has_realized_counts() -> None:
    """With 100 realized nothing but XYZ's 200 fits into 200 after ABC is refused."""
    proposal, over = within(Budget(short_gain_cents=cents(200)), world(), short=100)
    assert reasons(proposal)["abc-new"] is Reason.OVER_GAIN_BUDGET
    assert reasons(proposal)["xyz-new"] is Reason.HARVEST_WITH_POSITION
    assert [one.position for one in over] == [("main", "ABC")]


def test_loss_lots_alone_are_never_refused() -> None:
    w = world()
    w.rule = replace(WHOLE, sell=Extent.LOSS_LOTS)
    budget = Budget(short_gain_cents=0, gain_cents=0, tax_cents=0)
    proposal, over = within(budget, w, short=5_000, long=5_000)
    assert not over
    assert proposal == w.plan()


def test_a_tax_budget_is_told_and_refuses_nothing() -> None:
    """1,300 of short-term gain at 40 % cost 120 more than 2,000 of long-term loss at 20 % save."""
    proposal, over = within(Budget(tax_cents=0), world())
    assert not over, "each position saves more than it costs"
    w = World({"ABC": "20"}, rule=WHOLE)
    w.lot("old", 100, "ABC", 4000, acquired=800)
    w.lot("new", 100, "ABC", 700, acquired=200)
    proposal, over = within(Budget(tax_cents=cents(20)), w)
    assert reasons(proposal)["new"] is Reason.HARVEST_WITH_POSITION
    (one,) = over
    assert one.sale.over == {"tax": cents(100)}


def test_losses_of_the_plan_lower_the_tax_that_is_used() -> None:
    """The year has used 200; the plan's loss of 500 at 40 % takes that back, and 120 fit."""
    w = World({"ABC": "20", "DEF": "20"}, rule=WHOLE)
    w.lot("old", 100, "ABC", 4000, acquired=800)
    w.lot("new", 100, "ABC", 700, acquired=200)
    w.lot("def", 100, "DEF", 2500, acquired=200)
    assert not within(Budget(tax_cents=cents(120)), w, short=500)[1]
    (one,) = within(Budget(tax_cents=cents(119)), w, short=500)[1]
    assert one.sale.over == {"tax": cents(1)}


def test_without_a_known_tax_only_gains_are_limited() -> None:
    budget = Budget(tax_cents=0, short_gain_cents=cents(200))
    _, over = within(budget, world(), is_known=False)
    assert [dict(one.sale.over) for one in over] == [{"short_gain": cents(150)}]
