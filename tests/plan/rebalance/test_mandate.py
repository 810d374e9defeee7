"""A mandate's limits in whole plans of random households: sums, round lots and views."""

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.rebalance.households import household, same

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.rebalance.mandate import Mandate, SumLimit
from taxlots.plan.rebalance.solving import Question, Solution, solve_household

SEEDS = (0,)


def weight_of(solution: Solution, symbol: str) -> float:
    nav, moved = solution.household.nav_cents, solution.weights_traded()
    return sum(
        one.value_cents / nav + float(moved[place])
        for place, one in enumerate(solution.household.positions)
        if one.symbol == symbol
    )


def with_mandate(question: Question, **terms: object) -> Question:
    return replace(question, mandate=Mandate(**terms))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sum_of_weights_stays_within_its_limit_up_to_a_share(seed: int) -> None:
    question = household(seed, symbols=5)
    free = solve_household(question, same, is_rounded=False)
    symbol = max((f"S{place}" for place in range(5)), key=lambda one: weight_of(free, one))
    most = 0.98 * weight_of(free, symbol)
    limit = SumLimit(name="limit", exposures={symbol: 1.0}, most=most)
    held = solve_household(with_mandate(question, sums=(limit,)), same, is_rounded=False)
    share = max(one.price for one in question.positions) / 10**6 / free.household.nav_cents
    assert weight_of(held, symbol) <= most + 3 * share
    assert not held.optimum.problems


@pytest.mark.parametrize("seed", SEEDS)
def test_round_lots_are_traded_in_multiples_but_for_whole_positions(seed: int) -> None:
    lots = {f"S{place}": 10 * SHARE for place in range(0, 5, 2)}
    solution = solve_household(with_mandate(household(seed, symbols=5), round_lots=lots), same)
    for trade in solution.trades:
        lot = lots.get(trade.position.symbol, SHARE)
        ends = trade.side is Side.SELL and trade.units == trade.position.quantity
        assert ends or trade.units % lot == 0
        if trade.side is Side.SELL:
            assert trade.units == sum(one.units for one in trade.sales)


def test_a_view_moves_money_towards_what_is_expected_to_earn() -> None:
    """By first-order conditions a higher expectation never lowers the weight of a security."""
    question = household(2, symbols=5)
    base = solve_household(question, same, is_rounded=False)
    for symbol in ("S2", "S4"):
        liked = solve_household(
            with_mandate(question, views={symbol: 0.02}), same, is_rounded=False
        )
        assert weight_of(liked, symbol) >= weight_of(base, symbol) - 1e-9


def test_a_limit_counts_the_positions_of_its_accounts_alone() -> None:
    question = household(2, symbols=5)
    limit = SumLimit(name="S1 in T1", exposures={"S1": 1.0}, accounts=frozenset({"T1"}))
    row = limit.row(question.positions)
    counted = {one.name for one, part in zip(question.positions, row, strict=True) if part}
    assert counted == {"T1:S1"}


def test_a_limit_is_narrowed_on_the_side_on_which_it_was_exceeded() -> None:
    limit = SumLimit(name="limit", exposures={}, least=0.1, most=0.2)
    assert np.isclose(limit.narrowed(0.02, is_above=True).most, 0.18)
    assert np.isclose(limit.narrowed(0.02, is_above=False).least, 0.12)
    assert limit.beyond(0.15) == 0
