"""What a plan says of the optimum is true of the whole problem, whatever the gate dropped.

Every plan of a tiny account is tried: none is better than the plan that is shown by more than is
said, of the account as it was posed.  Commissions are told beside it.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.plan.rebalance.households import BY_LAW, YEAR, account, household, lot, position, same
from tests.plan.rebalance.households import risk as risk_of

from taxlots.plan.optimizer.objective import parts_of
from taxlots.plan.optimizer.signs import BPS
from taxlots.plan.rebalance.gated import gated_household
from taxlots.plan.rebalance.household_portfolio import CashNeeds, PlanTerms
from taxlots.plan.rebalance.solving import Question, Solution, portfolio_of, solve_household
from taxlots.plan.risk import Floats

PRICES = {"A": 20_000, "B": 30_000, "C": 10_000, "D": 25_000, "E": 15_000}
CASH = 40_000
MOST_BOUGHT = 3
"""Shares of each security, so that every plan can be tried."""


def tiny(seed: int, commission_cents: int) -> Question:
    """An account of five securities, one to four shares of each, away from their targets."""
    random = np.random.default_rng(seed)
    of = account("T")
    positions = tuple(
        position(
            of,
            name,
            price,
            lot(name, int(random.integers(1, 5)), price, int(price * random.uniform(0.7, 1.2))),
            commission_cents=commission_cents,
            most_bought_cents=MOST_BOUGHT * price,
        )
        for name, price in PRICES.items()
    )
    wanted = np.array([one.value_cents for one in positions]) * random.uniform(0.4, 1.8, 5)
    weights = (0.95 * wanted / wanted.sum()).tolist()
    return Question(
        positions=positions,
        cash=CashNeeds({"T": CASH}),
        symbol_weights=dict(zip(PRICES, weights, strict=True)),
        model=risk_of(list(PRICES), seed),
        years={"H": YEAR},
        terms=PlanTerms(cash_target=0.05),
    )


def plans(question: Question) -> Iterator[Floats]:
    """Every plan in shares that can be paid, as parts of the account: no lot is bought back."""
    nav = portfolio_of(question).nav_cents
    price = np.array(list(PRICES.values()))
    held = [one.quantity // 10**8 for one in question.positions]
    for counts in product(*(range(-most, MOST_BOUGHT + 1) for most in held)):
        cents = np.array(counts) * price
        if cents.sum() <= CASH:
            yield cents / nav


def commissions(question: Question, solution: Solution) -> float:
    cents = sum(one.position.commission_cents for one in solution.trades)
    return cents / portfolio_of(question).nav_cents


@pytest.mark.parametrize(
    ("seed", "commission_cents"), [(49, 200), (359, 200), (489, 200), (330, 400)]
)
def test_no_plan_of_the_account_is_better_by_more_than_is_said(
    seed: int, commission_cents: int
) -> None:
    """The gate drops trades whose commission they do not pay, and solves the rest again."""
    question = tiny(seed, commission_cents)
    solution, gate = gated_household(question, same)
    assert gate.dropped
    assert solution.trades
    book, nav = portfolio_of(question).book, portfolio_of(question).nav_cents
    tried = [
        (parts_of(book, one).total, commission_cents / nav * np.count_nonzero(one))
        for one in plans(question)
    ]
    best, best_paid = min(cost for cost, _ in tried), min(map(sum, tried))
    cost, paid = parts_of(book, solution.weights_traded()).total, commissions(question, solution)
    assert 0 < (cost - best) * BPS <= solution.gap_bps + 1e-6
    assert (cost + paid - best_paid) * BPS <= solution.gap_bps + solution.fixed_bps + 1e-6
    assert solution.fixed_bps == pytest.approx(paid * BPS)
    assert solution.narrowed_gap_bps <= solution.gap_bps, "fewer plans are left to be better"


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 200), st.integers(100, 3_000), st.booleans())
def test_no_plan_that_is_known_is_better_by_more_than_is_said(
    seed: int, commission_cents: int, is_by_law: bool
) -> None:
    """The plan before the gate is one of those that the certificate speaks of.

    By law it holds at the rates of the optimum, at which the plan before the gate is priced too.
    """
    question = household(seed, 5)
    dear = [replace(one, commission_cents=commission_cents) for one in question.positions]
    question = replace(question, positions=tuple(dear))
    if is_by_law:
        question = replace(question, years={"H": BY_LAW})
    gated, _ = gated_household(question, same)
    ungated = solve_household(question, same)
    assert gated.proof is not None
    cost, known = (gated.proof.cost_of(one.trades) for one in (gated, ungated))
    assert (cost - known) * BPS <= gated.gap_bps + 1e-6
    assert gated.proof.bound <= known + 1e-9
    assert 0 <= gated.narrowed_gap_bps <= gated.gap_bps < 100


def test_every_trade_that_was_dropped_is_told() -> None:
    """Also one that was dropped before the rest was solved again."""
    question = household(199)
    dear = [replace(one, commission_cents=100) for one in question.positions]
    solution, gate = gated_household(replace(question, positions=tuple(dear)), same)
    assert solution.is_narrowed
    traded = {one.position.name for one in solution.trades}
    assert gate.dropped
    assert traded.isdisjoint(one.name for one in gate.dropped)
