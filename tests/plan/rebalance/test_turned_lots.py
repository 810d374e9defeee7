"""A loss in proportion that the books make a gain is no loss, and is planned again as booked.

The parts of one lot can have bases of their own, after a corporate action or a disallowed loss.
Its shares leave part after part, so a part of it is not sold at its average.
"""

from dataclasses import replace

import pytest
from tests.workflows.random_rebalances import Rebalanced, broken, drawn

from taxlots.plan.rebalance.booked_gains import Book, BookedPlan, Solve
from taxlots.plan.rebalance.solving import Question
from taxlots.plan.rebalance.turned_lots import turned_lots, worth_cents
from taxlots.workflows import rebalance as workflow
from taxlots.workflows.guard import prepare
from taxlots.workflows.household_plan import plan_of
from taxlots.workflows.rebalance import rebalance_of
from taxlots.workflows.replay import replay_record

PROFILE, SEED = "corporate", 1183


def unbudgeted() -> Rebalanced:
    """A random household one of whose lots has unequal parts; its gains have no budget.

    Its aversion to risk is such that the sale barely pays.
    """
    record, day, asked = drawn(SEED, PROFILE)
    stated = {**record.rebalance["plan"], "risk_aversion": 2}
    record = replace(record, rebalance={"plan": stated})
    plan = plan_of(prepare(replay_record(record, as_of=day)), record.accounts[0].household)
    return Rebalanced(SEED, PROFILE, record, asked, rebalance_of(plan, asked))


@pytest.fixture(scope="module")
def plans() -> tuple[Rebalanced, BookedPlan, BookedPlan]:
    """The household with its plan, the plan in proportion, and that with its lots as booked."""
    seen: list[BookedPlan] = []

    def noted(question: Question, first: BookedPlan, solve: Solve, book: Book) -> BookedPlan:
        seen.extend((first, planned(question, first, solve, book)))
        return seen[-1]

    planned = workflow.without_turned_lots
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(workflow, "without_turned_lots", noted)
        one = unbudgeted()
    return one, *seen


def test_in_proportion_a_harvest_would_be_a_gain(
    plans: tuple[Rebalanced, BookedPlan, BookedPlan],
) -> None:
    _, first, _ = plans
    turned = dict(turned_lots(first))
    assert turned
    planned = {
        (trade.position.name, sold.lot.lot_id): sold.gain_cents
        for trade, _ in first.sold()
        for sold in trade.sales
    }
    assert all(planned[key] * lot.gain_cents < 0 for key, lot in turned.items())


def test_the_plan_is_the_better_one_by_the_books(
    plans: tuple[Rebalanced, BookedPlan, BookedPlan],
) -> None:
    one, first, found = plans
    years = one.run.question.years
    assert worth_cents(found, years) > worth_cents(first, years)
    sold = [sum(trade.units for trade, _ in of.sold()) for of in (first, found)]
    assert 0 < sold[1] < sold[0], "a gain is worth less of it than a loss"
    assert broken(one) == []


def test_its_lots_are_those_that_are_held(
    plans: tuple[Rebalanced, BookedPlan, BookedPlan],
) -> None:
    """What a lot was reckoned at to plan again is no figure of the plan."""
    one, _, found = plans
    held = {position.name: position.lots for position in one.run.question.positions}
    for trade, _ in found.sold():
        assert trade.position.lots == held[trade.position.name]
        assert all(sold.lot in held[trade.position.name] for sold in trade.sales)
