"""A mandate is kept in shares, after the gate, or the nearest that can be kept is told."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.rebalance.households import household, same

from taxlots.plan.optimizer.optimum import Optimum, optimize
from taxlots.plan.rebalance.household_portfolio import household_portfolio
from taxlots.plan.rebalance.mandate import Mandate, SumLimit
from taxlots.plan.rebalance.mandated import (
    KEPT,
    Mandated,
    by_symbol,
    gated_within_mandate,
    row_prices,
    weights_after,
    weights_of,
)
from taxlots.plan.rebalance.shortfall_cap import ShortfallCap
from taxlots.plan.rebalance.solving import Question


def within(question: Question, *sums: SumLimit) -> Mandated:
    return gated_within_mandate(replace(question, mandate=Mandate(sums=sums)), same)


def told_of(found: Mandated) -> set[str]:
    return {one.where for one in found.solution.optimum.problems}


@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=st.integers(0, 30), part=st.floats(0.6, 1.1), tilt=st.floats(-1, 1))
def test_every_limit_is_kept_to_the_share_or_told(seed: int, part: float, tilt: float) -> None:
    """Of a security, of a sector and of a factor, above or below what is held today."""
    question = household(seed, symbols=5)
    held = by_symbol(question.positions, weights_of(question))
    largest = max(held, key=lambda one: held[one])
    random = np.random.default_rng(seed)
    betas = {symbol: 1 + tilt * float(random.uniform(-0.5, 0.5)) for symbol in held}
    beta = sum(betas[symbol] * weight for symbol, weight in held.items())
    limits = (
        SumLimit(name="security", exposures={largest: 1.0}, most=part * held[largest]),
        SumLimit(name="sector", exposures={"S0": 1.0, "S1": 1.0}, least=0.05, most=0.9),
        SumLimit(name="factor", exposures=betas, least=0.8 * beta, most=1.05 * beta),
    )
    found = within(question, *limits)
    for standing in found.standings:
        assert standing.is_kept or standing.name in told_of(found)
    after = by_symbol(found.solution.household.positions, weights_after(found.solution))
    if "security" not in told_of(found):
        assert after.get(largest, 0.0) <= limits[0].most + KEPT
    assert found.solution.optimum.certificate.bound <= found.solution.objective + 1e-9


def test_a_limit_below_a_locked_holding_is_told_with_the_nearest_that_can_be_kept() -> None:
    question = household(3, symbols=5)
    held = by_symbol(question.positions, weights_of(question))
    locked = max(held, key=lambda one: held[one])
    positions = tuple(
        replace(one, sell_bar="locked") if one.symbol == locked else one
        for one in question.positions
    )
    limit = SumLimit(name="locked", exposures={locked: 1.0}, most=0.5 * held[locked])
    found = within(replace(question, positions=positions), limit)
    (problem,) = [one for one in found.solution.optimum.problems if one.where == "locked"]
    assert problem.code == "LIMIT_CANNOT_BE_KEPT"
    assert f"{held[locked]:.4f}"[:5] in problem.remedy
    assert not found.standings[0].is_kept


def test_of_limits_that_clash_together_some_give_and_the_others_are_kept_to_the_share() -> None:
    """A sector of three is to weigh what its three limits do not allow; all is in whole shares."""
    question = household(3, symbols=5)
    held = by_symbol(question.positions, weights_of(question))
    sector = sorted(held, key=lambda one: held[one])[-3:]
    whole = sum(held[one] for one in sector)
    floor = SumLimit(name="sector", exposures=dict.fromkeys(sector, 1.0), least=0.9 * whole)
    ceilings = [SumLimit(name=one, exposures={one: 1.0}, most=0.8 * held[one]) for one in sector]
    found = within(question, floor, *ceilings)
    gave = told_of(found) & {"sector", *sector}
    assert gave
    kept = {one.name for one in found.standings if one.is_kept}
    assert kept == {"sector", *sector} - gave
    assert {one.code for one in found.solution.optimum.problems} == {"LIMIT_CANNOT_BE_KEPT"}


def optimum_of(question: Question, *sums: SumLimit) -> Optimum:
    """The plan in fractions, before wash sales and shares."""
    household_of = household_portfolio(
        question.positions,
        question.cash,
        question.symbol_weights,
        question.model,
        {},
        question.terms,
        question.bands,
        Mandate(sums=sums),
    )
    return optimize(household_of.book)


def test_the_price_of_a_limit_is_what_a_little_more_room_is_worth() -> None:
    """The dual is the slope of the optimal value in the limit."""
    question = household(2, symbols=5)
    free = optimum_of(question)
    after = by_symbol(question.positions, free.book.weights(free.trades))
    largest = max(after, key=lambda one: after[one])
    tight = SumLimit(name="limit", exposures={largest: 1.0}, most=0.9 * after[largest])
    found = optimum_of(question, tight)
    looser = optimum_of(question, replace(tight, most=tight.most + 1e-5))
    gained = (found.certificate.objective - looser.certificate.objective) / 1e-5
    assert gained > 0
    assert np.isclose(row_prices(found)["limit"], gained, rtol=1e-2)


def test_expected_shortfall_is_capped_by_its_tangents() -> None:
    """The mean of the worst tenth of scenarios, which no tangent of it exceeds."""
    question = household(4, symbols=5)
    random = np.random.default_rng(4)
    symbols = tuple(dict.fromkeys(one.symbol for one in question.positions))
    scenarios = 0.03 * random.standard_normal((80, len(symbols)))
    held = by_symbol(question.positions, weights_of(question))
    open_cap = ShortfallCap(symbols=symbols, scenarios=scenarios, confidence=0.9, most=1.0)
    now = open_cap.shortfall(held)
    cap = replace(open_cap, most=0.97 * now)
    found = gated_within_mandate(question, same, shortfall=cap)
    after = by_symbol(found.solution.household.positions, weights_after(found.solution))
    assert cap.shortfall(after) <= cap.most + KEPT
    for number in range(5):
        weights = {one: float(random.uniform(0, 0.3)) for one in symbols}
        tangent = cap.cut(held, number).exposures
        value = sum(tangent[one] * weight for one, weight in weights.items())
        assert value <= cap.shortfall(weights) + 1e-12
    exact = sum(cap.cut(held, 0).exposures[one] * held.get(one, 0.0) for one in symbols)
    assert np.isclose(exact, now)
