"""Trades that are too small to be made are told, with the limit that stops them."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.rebalance.households import household, same

from taxlots.domain.money import SHARE
from taxlots.plan.rebalance.mandate import Mandate
from taxlots.plan.rebalance.solving import Question, Solution, solve_household
from taxlots.plan.rebalance.stopped_trades import sentences_of_stopped, stopped_trades

NOTHING_IS_THAT_LARGE = 10**15
"""Cents."""


def told(question: Question, solution: Solution) -> str:
    return "\n".join(sentences_of_stopped(question, solution))


def ended(solution: Solution) -> bool:
    """Whether every trade ends a position: that is never too small."""
    return all(one.units == one.position.quantity for one in solution.trades)


def test_a_smallest_trade_above_all_that_is_wanted_is_named() -> None:
    question = replace(household(2, symbols=5), least_cents=NOTHING_IS_THAT_LARGE)
    solution = solve_household(question, same)
    assert ended(solution)
    (sentence,) = told(question, solution).splitlines()
    count = len(stopped_trades(question, solution))
    assert count > 1
    assert f"the smallest trade, 10000000000000.00, stops {count} trades of the" in sentence
    assert sentence.endswith("lower min_trade in [rebalance.plan]")


def test_round_lots_above_all_that_is_wanted_are_named() -> None:
    lots = {f"S{place}": 10**9 * SHARE for place in range(5)}
    question = replace(household(2, symbols=5), mandate=Mandate(round_lots=lots))
    solution = solve_household(question, same)
    assert ended(solution)
    (sentence,) = told(question, solution).splitlines()
    assert "round lots stop" in sentence
    assert "where a lot of 1000000000 is" in sentence
    assert "[rebalance.mandate.round_lots]" in sentence


def test_shares_dearer_than_all_that_is_wanted_are_named() -> None:
    question = household(2, symbols=5)
    dear = replace(
        question,
        positions=tuple(
            replace(one, price=one.price * 10**5, lots=()) for one in question.positions
        ),
        least_cents=0,
    )
    solution = solve_household(dear, same)
    assert not solution.trades
    assert "whole shares stop" in told(dear, solution)
    assert "whole_shares = false" in told(dear, solution)


def test_nothing_is_told_of_a_plan_whose_trades_are_large_enough() -> None:
    question = replace(household(2, symbols=5), least_cents=0)
    solution = solve_household(question, same)
    assert solution.trades
    assert not told(question, solution)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 30),
    least=st.sampled_from([0, 50_000, 1_000_000, NOTHING_IS_THAT_LARGE]),
    lot=st.sampled_from([1, 100, 10**7]),
)
def test_what_is_stopped_is_below_its_limit_and_not_traded(seed: int, least: int, lot: int) -> None:
    mandate = Mandate(round_lots={"S0": lot * SHARE, "S1": lot * SHARE})
    question = replace(household(seed, symbols=3), least_cents=least, mandate=mandate)
    solution = solve_household(question, same)
    made = {one.position.name for one in solution.trades}
    for one in stopped_trades(question, solution):
        assert 0 < one.cents < one.least_cents
        assert one.position.name not in made
    if least == NOTHING_IS_THAT_LARGE and not made and solution.wanted.any():
        assert "the smallest trade" in told(question, solution)


def test_fractions_are_never_stopped_for_being_no_whole_share() -> None:
    question = replace(household(2, symbols=5), step=SHARE // 10_000, least_cents=0)
    solution = solve_household(question, same)
    assert all(one.limit != "whole_shares" for one in stopped_trades(question, solution))
