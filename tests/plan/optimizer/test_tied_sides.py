"""Sides of tied names: those that are told without solving lead to the best of every choice."""

from itertools import product

import numpy as np
import pytest
from tests.plan.optimizer.random_books import random_book
from tests.plan.rebalance.households import household

from taxlots.plan.optimizer.kernel import BUYS, SELLS
from taxlots.plan.optimizer.newton import PLAIN, solve
from taxlots.plan.optimizer.signs import BPS, ENOUGH_BPS, search
from taxlots.plan.optimizer.terms import prepare
from taxlots.plan.optimizer.tied_sides import TiedSides
from taxlots.plan.rebalance.solving import portfolio_of

NARROW = 1e-5


@pytest.mark.parametrize("seed", range(6))
def test_the_sides_found_are_as_good_as_the_best_of_every_choice(seed: int) -> None:
    prepared = prepare(random_book(seed, 60, 10, 10))
    terms, sides = prepared.terms, prepared.sides()
    PLAIN.set_ties(terms, prepared.bridged)
    relaxed = solve(prepared, sides, width=NARROW)
    away = (terms.tilt + terms.columns @ relaxed.duals - terms.tie)[prepared.bridged]
    tied = prepared.bridged[np.abs(away) < NARROW]
    sides[prepared.bridged] = np.where(away < 0, BUYS, SELLS)
    model = TiedSides.of(prepared, PLAIN, sides, relaxed, tied)

    def cost(choice: tuple[float, ...]) -> float:
        chosen = sides.copy()
        chosen[tied] = np.where(np.array(choice) > 0, BUYS, SELLS)
        plan = solve(prepared, chosen, relaxed.duals)
        return float(PLAIN.cost(terms, plan.trades))

    assert 0 < tied.size <= 7
    least = min(cost(choice) for choice in product((0.0, 1.0), repeat=tied.size))
    found = search(prepared, PLAIN)
    assert found is not None
    assert found.certificate.objective <= least + ENOUGH_BPS / BPS
    costs = [model.cost(choice) for choice in model.choices()]
    assert 0 <= costs[0] == min(costs)
    assert model.most_telling() in tied


@pytest.mark.parametrize("seed", range(8))
def test_accounts_whose_cash_binds_take_few_steps(seed: int) -> None:
    """One name may be all that moves an account's cash: the step there is as long as any."""
    prepared = prepare(portfolio_of(household(seed, symbols=12)).book)
    PLAIN.set_ties(prepared.terms, prepared.bridged)
    found = solve(prepared, prepared.sides(), width=1e-4)
    assert found.is_solved
    assert found.steps < 40
