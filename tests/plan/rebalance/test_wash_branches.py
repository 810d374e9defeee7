"""The best of all plans that replace no loss of their own: no other way to settle clashes is."""

from dataclasses import replace
from itertools import product

import pytest
from tests.plan.rebalance.households import household, same

from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.rebalance.plan_limits import optimum_within
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.replacements import replacements
from taxlots.plan.rebalance.solving import Question, portfolio_of, ways_within
from taxlots.plan.rebalance.wash_branches import best_branch, clashes
from taxlots.plan.rebalance.wash_choices import Choices


def solved(question: Question, positions: tuple[Position, ...]) -> Optimum:
    """The optimum of positions as they may be traded, from their beginning."""
    return optimum_within(portfolio_of(replace(question, positions=positions)), question.limits)


def settled(
    positions: tuple[Position, ...], forbidden: set[str], kept: set[str]
) -> tuple[Position, ...]:
    """Positions of which some may not be bought, and no lot at a loss of some may be sold."""
    return tuple(
        replace(
            one,
            buy_bar="it would replace a loss" if one.symbol in forbidden else one.buy_bar,
            lots=tuple(
                replace(lot, bar="kept") if lot.gain_cents < 0 and not lot.bar else lot
                for lot in one.lots
            )
            if one.symbol in kept and one.is_taxed
            else one.lots,
        )
        for one in positions
    )


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
        sold = {one for one, is_sold in zip(at_a_loss, ways, strict=True) if is_sold}
        forbidden = {one for one in symbols if any(same(one, lost) for lost in sold)}
        optimum = solved(question, settled(question.positions, forbidden, {*at_a_loss} - sold))
        assert not optimum.problems
        least = min(least, optimum.certificate.objective)

    by = replacements(symbols, same)
    branch = best_branch(
        portfolio_of(question),
        Choices(),
        ways_within(question.limits),
        by,
    )
    assert not clashes(branch.household, branch.optimum, by)
    assert branch.optimum.certificate.objective <= least + 1e-7
    assert branch.optimum.certificate.bound <= least + 1e-9
    assert branch.optimum.certificate.gap_bps < 0.1
