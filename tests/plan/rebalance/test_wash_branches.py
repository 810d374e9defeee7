"""The best of all plans that replace no loss of their own: no other way to settle clashes is."""

from itertools import product

import pytest
from tests.plan.rebalance.households import household, same

from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio, household_portfolio
from taxlots.plan.rebalance.plan_limits import optimum_within
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.solving import Question
from taxlots.plan.rebalance.wash_branches import Choices, best_branch, clashes


def solved(
    question: Question, positions: tuple[Position, ...]
) -> tuple[HouseholdPortfolio, Optimum]:
    portfolio = household_portfolio(
        positions,
        question.cash,
        question.symbol_weights,
        question.model,
        question.years,
        question.terms,
        question.bands,
    )
    return portfolio, optimum_within(portfolio, question.limits)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_as_good_as_the_best_of_every_way_to_settle_clashes(seed: int) -> None:
    """Each security at a loss is either not bought, with all that replaces it, or its loss kept."""
    question = household(seed, symbols=4)
    symbols = {one.symbol for one in question.positions}
    at_a_loss = sorted(
        {
            one.symbol
            for one in question.positions
            if one.is_taxed and any(lot.gain_cents < 0 for lot in one.lots)
        }
    )
    least = float("inf")
    for ways in product((True, False), repeat=len(at_a_loss)):
        choices = Choices()
        for symbol, is_sold in zip(at_a_loss, ways, strict=True):
            choices = (
                choices.without_purchases(symbols, symbol, same)
                if is_sold
                else choices.without_losses(symbol)
            )
        _, optimum = solved(question, choices.applied(question.positions))
        assert not optimum.problems
        least = min(least, optimum.certificate.objective)

    branch = best_branch(
        question.positions, Choices(), lambda positions: solved(question, positions), same
    )
    assert not clashes(branch.household, branch.optimum, same)
    assert branch.optimum.certificate.objective <= least + 1e-7
    assert branch.optimum.certificate.bound <= least + 1e-9
    assert branch.optimum.certificate.gap_bps < 0.1
