"""A gain budget holds for what the books realize, whichever parts of a lot leave first.

Parts of one lot have bases of their own after a corporate action or a disallowed loss.  A partial
sale relieves them in their order, so its gain is not that of the lot in proportion.
"""

from dataclasses import replace

import pytest
from tests.workflows.random_rebalances import Rebalanced, broken, rebalanced

from taxlots.domain.order import Side
from taxlots.domain.problem import DataError, error
from taxlots.plan.rebalance.booked_gains import Book, BookedPlan, Solve, within_booked_gains
from taxlots.plan.rebalance.mandated import Mandated
from taxlots.plan.rebalance.overlaid import Overlaid
from taxlots.plan.rebalance.plan_limits import CAP_CANNOT_BE_KEPT
from taxlots.plan.rebalance.solving import Question
from taxlots.workflows import rebalance as workflow

UNEQUAL_PARTS = (("corporate", 1183), ("averaging", 1133))
"""Households whose best plan in proportion sells parts that gain more than the budget leaves."""


def household(profile: str, seed: int) -> Rebalanced:
    """The plan of a random household that is known to have one."""
    one = rebalanced(seed, profile)
    assert one is not None
    return one


def realized(one: Rebalanced) -> int:
    """The net gain in cents that the plan realizes, as booked."""
    return sum(said.short_cents + said.long_cents for said in one.run.proposal.returns)


@pytest.fixture
def in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans whose budgets are held to gains in proportion alone."""

    def first_alone(question: Question, solve: Solve, book: Book) -> BookedPlan:
        mandated, overlay = solve(question)
        return BookedPlan(mandated, overlay, book(mandated.solution.trades))

    monkeypatch.setattr(workflow, "within_booked_gains", first_alone)


@pytest.mark.usefixtures("in_proportion")
@pytest.mark.parametrize(("profile", "seed"), UNEQUAL_PARTS)
def test_in_proportion_the_parts_of_a_lot_would_break_the_budget(profile: str, seed: int) -> None:
    assert [said for said in broken(household(profile, seed)) if "the budget leaves" in said]


@pytest.mark.parametrize(("profile", "seed"), UNEQUAL_PARTS)
def test_the_budget_is_kept_by_the_parts_that_leave(profile: str, seed: int) -> None:
    one = household(profile, seed)
    assert broken(one) == []
    most = one.run.question.limits.gain_cents
    assert most is not None
    assert 0 < realized(one) <= most, "the plan still sells, within the budget"
    assert CAP_CANNOT_BE_KEPT not in {
        problem.code for problem in one.run.proposal.solution.optimum.problems
    }


@pytest.mark.parametrize(("profile", "seed"), UNEQUAL_PARTS)
def test_the_lots_of_the_plan_are_those_that_are_held(profile: str, seed: int) -> None:
    """What a lot was reckoned at to plan again is no figure of the plan."""
    one = household(profile, seed)
    held = {position.name: position.lots for position in one.run.question.positions}
    for trade in one.run.proposal.trades:
        if trade.side is Side.SELL:
            assert trade.position.lots == held[trade.position.name]
            assert all(sold.lot in held[trade.position.name] for sold in trade.sales)


def test_a_budget_that_no_plan_is_found_to_keep_is_told_with_its_dollars(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never_again(question: Question, solve: Solve, book: Book) -> BookedPlan:
        def once(asked: Question) -> tuple[Mandated, Overlaid | None]:
            if asked is not question:
                raise DataError([error("", "NOT_SOLVED", "", "")])
            return solve(asked)

        return within_booked_gains(question, once, book)

    monkeypatch.setattr(workflow, "within_booked_gains", never_again)
    one = household("corporate", 1183)
    (said,) = [said for said in one.run.proposal.told if "budget" in said]
    assert said == (
        "the gain of this plan is 1303.90, and the budget leaves 1249.11: of H1A1:N9 those parts of"
        " a lot leave first that gain more than the lot does; allow 1303.90, or exclude sales of it"
        " in overrides.csv"
    )


def test_a_plan_within_its_budgets_is_solved_once() -> None:
    """Books whose parts gain as planned have their first plan, and it alone."""
    one = household("corporate", 1183)
    limits = replace(one.run.question.limits, gain_cents=None)
    asked = replace(one.run.question, limits=limits)
    solved: list[Question] = []

    def solve(question: Question) -> tuple[Mandated, Overlaid | None]:
        solved.append(question)
        proposal = one.run.proposal
        return Mandated(solution=proposal.solution, gate=proposal.gate), None

    found = within_booked_gains(asked, solve, lambda _: one.run.proposal.sales)
    assert solved == [asked]
    assert found.sales == one.run.proposal.sales
