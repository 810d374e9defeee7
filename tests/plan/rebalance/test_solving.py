"""Whole plans of random households: limits are kept, no loss is washed, nothing is invented."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from tests.plan.rebalance.households import BY_LAW, household, same

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.rebalance.frontier import frontier
from taxlots.plan.rebalance.gated import gated_household, tax_cents
from taxlots.plan.rebalance.plan_limits import PlanLimits
from taxlots.plan.rebalance.proposal import cash_after
from taxlots.plan.rebalance.solving import Question, Solution, solve_household

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
        before = household(seed).cash.held_cents
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
    """None is below the least, but for a position that is sold whole."""
    for solution in solutions:
        for trade in solution.trades:
            assert trade.units % SHARE == 0
            if trade.side is Side.BUY:
                assert not trade.position.buy_bar
            ends = trade.side is Side.SELL and trade.units == trade.position.quantity
            assert ends or trade.cents >= household(0).least_cents


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
        assert solution.objective <= solution.without.total + 1e-9
        assert solution.optimum.certificate.bound <= solution.objective + 1e-9
    gaps = sorted(solution.optimum.certificate.gap_bps for solution in solutions)
    assert gaps[len(gaps) // 2] < 2


def test_the_same_household_gives_the_same_plan(solutions: list[Solution]) -> None:
    again = solve_household(household(SEEDS[3]), same)
    assert [(t.position.name, t.side, t.units) for t in again.trades] == [
        (t.position.name, t.side, t.units) for t in solutions[3].trades
    ]


def test_the_gate_keeps_only_trades_that_pay() -> None:
    for seed in SEEDS[:2]:
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


def test_a_gain_budget_holds_to_the_cent() -> None:
    """Shares that would take a plan beyond its budget are solved again with less."""
    tried = 0
    for seed in (1, 4, 7, 9):
        question = without_losses(household(seed))
        used = sum(gains_of(solve_household(question, same)))
        if used > 0:
            budget = PlanLimits(gain_cents=used // 2)
            within = solve_household(replace(question, limits=budget), same)
            assert 0 <= sum(gains_of(within)) <= used // 2
            tried += 1
    assert tried >= 2


def test_a_turnover_cap_holds() -> None:
    for seed in (1, 4):
        question = replace(household(seed), limits=PlanLimits(turnover=0.05))
        solution = solve_household(question, same)
        assert abs(solution.weights_traded()).sum() <= 0.05 + 0.01


def test_a_plan_by_the_years_law_is_better_by_law_than_one_at_stated_rates() -> None:
    """Up to shares: losses beyond the limit of 3,000.00 save less than the marginal rate."""
    reckoned = replace(household(3), years={"H": BY_LAW})
    by_law, stated = solve_household(reckoned, same), solve_household(household(3), same)

    def cost(solution: Solution) -> float:
        """Without tax, as a fraction of the household, plus the tax by law."""
        parts = solution.parts
        nav = solution.household.nav_cents
        return (
            parts.total
            - parts.tax
            - parts.harvest
            + tax_cents(solution.trades, {"H": BY_LAW}) / nav
        )

    assert cost(by_law) <= cost(stated) + 1e-4


def without_losses(question: Question) -> Question:
    """The same household, of whose lots with losses none may be sold."""
    positions = tuple(
        replace(
            one,
            lots=tuple(
                replace(lot, bar=lot.bar or "a loss") if lot.gain_cents < 0 else lot
                for lot in one.lots
            ),
        )
        for one in question.positions
    )
    return replace(question, positions=positions)


def gains_of(solution: Solution) -> tuple[int, int]:
    short = long = 0
    for trade in solution.trades:
        for one in trade.sales if trade.position.is_taxed else ():
            gain = one.lot.gain_cents * one.units // one.lot.quantity
            short, long = (short, long + gain) if one.lot.is_long else (short + gain, long)
    return short, long
