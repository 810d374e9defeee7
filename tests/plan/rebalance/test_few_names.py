"""At most so many securities held or traded over all accounts of a household."""

from dataclasses import replace
from itertools import combinations

from tests.plan.rebalance.households import household, same

from taxlots.plan.optimizer.cardinality import CountLimit
from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.rebalance.few_names import counted, with_few_names
from taxlots.plan.rebalance.mandated import gated_within_mandate
from taxlots.plan.rebalance.solving import Question, portfolio_of


def cost_without_shares(question: Question) -> float:
    """The objective in fractions, wash sales left out."""
    found = optimize(portfolio_of(question).book)
    assert not found.problems
    return found.certificate.objective


def test_few_securities_are_traded_and_they_are_the_best_choice() -> None:
    """Of all pairs, tried one by one; up to what accounts apart cost more than one account."""
    question = replace(household(6, symbols=4), bands={})
    limit = CountLimit(traded=2)
    chosen = cost_without_shares(with_few_names(question, limit))
    symbols = sorted({one.symbol for one in question.positions})
    tried = []
    for pair in combinations(symbols, 2):
        positions = tuple(
            one if one.symbol in pair else replace(one, buy_bar="no", sell_bar="no")
            for one in question.positions
        )
        tried.append(cost_without_shares(replace(question, positions=positions)))
    assert chosen <= sorted(tried)[1] + 1e-9
    found = gated_within_mandate(question, same, count=limit)
    assert counted(found.solution).traded <= 2
    assert found.solution.optimum.certificate.bound <= found.solution.parts.total + 1e-9


def test_few_securities_are_held_and_the_others_sold() -> None:
    question = replace(household(6, symbols=4), bands={})
    open_lots = tuple(
        replace(one, lots=tuple(replace(lot, bar="") for lot in one.lots))
        for one in question.positions
    )
    question = replace(question, positions=open_lots)
    found = gated_within_mandate(question, same, count=CountLimit(held=3))
    assert counted(found.solution).held <= 3


def test_a_limit_that_holds_by_itself_changes_nothing() -> None:
    question = household(0, symbols=4)
    free = gated_within_mandate(question, same)
    again = gated_within_mandate(question, same, count=CountLimit(held=4, traded=4))
    assert [one.units for one in free.solution.trades] == [
        one.units for one in again.solution.trades
    ]


def test_among_many_securities_those_go_whose_loss_costs_least() -> None:
    """More than twelve: near to the best choice, and no more than is allowed."""
    question = household(2, symbols=14)
    limit = CountLimit(traded=5)
    few = with_few_names(question, limit)
    open_names = {one.symbol for one in few.positions if not (one.buy_bar and one.sell_bar)}
    assert len(open_names) <= 5
    best_of_all = cost_without_shares(question)
    nothing = tuple(replace(one, buy_bar="no", sell_bar="no") for one in question.positions)
    without = cost_without_shares(replace(question, positions=nothing))
    assert best_of_all <= cost_without_shares(few) <= without
    assert without - cost_without_shares(few) >= 0.5 * (without - best_of_all)
