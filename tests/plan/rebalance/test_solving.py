"""Whole plans of random households: limits are kept, no loss is washed, nothing is invented."""

from collections import Counter
from itertools import pairwise

import pytest
from tests.plan.rebalance.households import household, same

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.rebalance.frontier import frontier
from taxlots.plan.rebalance.gated import gated_household
from taxlots.plan.rebalance.proposal import cash_after
from taxlots.plan.rebalance.solving import Solution, solve_household

SEEDS = range(12)


@pytest.fixture(scope="module")
def solutions() -> list[Solution]:
    return [solve_household(household(seed), same) for seed in SEEDS]


def test_no_purchase_replaces_a_loss_of_the_same_plan(solutions: list[Solution]) -> None:
    for solution in solutions:
        bought = {t.position.symbol for t in solution.trades if t.side is Side.BUY}
        for sold in solution.sold_at_a_loss:
            assert not any(same(symbol, sold) for symbol in bought)
    assert any(solution.sold_at_a_loss for solution in solutions)


def test_no_account_spends_what_it_does_not_have(solutions: list[Solution]) -> None:
    for seed, solution in zip(SEEDS, solutions, strict=True):
        before = household(seed).cash.now
        after = cash_after(before, solution.trades)
        assert all(cents >= 0 for cents in after.values())


def test_lots_are_sold_once_and_no_more_than_is_held(solutions: list[Solution]) -> None:
    for solution in solutions:
        sold: Counter[str] = Counter()
        for trade in solution.trades:
            assert trade.units == sum(one.units for one in trade.sales) or trade.side is Side.BUY
            for one in trade.sales:
                assert not one.lot.bar
                sold[one.lot.lot_id] += one.units
                assert sold[one.lot.lot_id] <= one.lot.quantity


def test_trades_are_whole_shares_of_what_may_be_traded(solutions: list[Solution]) -> None:
    for solution in solutions:
        for trade in solution.trades:
            assert trade.units % SHARE == 0
            if trade.side is Side.BUY:
                assert not trade.position.buy_bar
            assert trade.cents >= household(0).least_cents


def test_classes_stay_within_their_bands(solutions: list[Solution]) -> None:
    """In shares, up to the price of one share on each side."""
    for seed, solution in zip(SEEDS, solutions, strict=True):
        question = household(seed)
        nav = solution.household.nav_cents
        share = max(one.price / 10**6 for one in question.positions) / nav
        moved = solution.weights_traded()
        for band in question.bands.values():
            after = sum(
                one.value_cents / nav + float(moved[place])
                for place, one in enumerate(solution.household.positions)
                if one.symbol in band.symbols
            )
            assert band.low - 3 * share <= after <= band.high + 3 * share


def test_a_plan_is_no_worse_than_doing_nothing_and_near_its_bound(
    solutions: list[Solution],
) -> None:
    for solution in solutions:
        assert solution.parts.total <= solution.without.total + 1e-9
        assert solution.optimum.certificate.bound <= solution.parts.total + 1e-9
    gaps = sorted(solution.optimum.certificate.gap_bps for solution in solutions)
    assert gaps[len(gaps) // 2] < 2


def test_the_same_household_gives_the_same_plan(solutions: list[Solution]) -> None:
    again = solve_household(household(SEEDS[3]), same)
    assert [(t.position.name, t.side, t.units) for t in again.trades] == [
        (t.position.name, t.side, t.units) for t in solutions[3].trades
    ]


def test_the_gate_keeps_only_trades_that_pay() -> None:
    for seed in SEEDS[:5]:
        question = household(seed)
        solution, answer = gated_household(question, same)
        assert answer.pruned.net >= answer.full.net - 1e-6
        assert answer.passes == bool(solution.trades)
        shut, nothing = gated_household(question, same, margin_cents=10**12)
        assert not shut.trades
        assert not nothing.passes


def test_less_aversion_to_risk_never_costs_more_tax_and_trades() -> None:
    """Along the frontier, what the objective prices falls as risk is priced less."""
    points = frontier(household(2), same)
    priced = [one.tax_cents + one.cost_cents for one in points]
    assert all(a <= b + 2_000 for a, b in pairwise(priced))
    errors = [one.tracking_error for one in points]
    assert errors[-1] <= errors[0] + 1e-4
