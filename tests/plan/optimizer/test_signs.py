"""Names with loss lots: the best of both sides, and a certificate that holds."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.optimizer.oracle import least_cost
from tests.plan.optimizer.random_books import random_book, without_tempting_sides
from tests.plan.rebalance.households import household

from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Cash, lots_of, portfolio
from taxlots.plan.optimizer.terms import prepare
from taxlots.plan.rebalance.solving import portfolio_of
from taxlots.plan.risk import RiskModel, floats

BPS = 1e4


def test_certified_gap_is_below_two_hundredths_of_a_basis_point_at_the_median() -> None:
    gaps = [
        optimize(random_book(seed, names, lots, factors)).certificate.gap_bps
        for seed, (names, lots, factors) in enumerate([(10, 4, 3), (30, 6, 5), (60, 8, 10)] * 6)
    ]
    assert np.median(gaps) < 0.02
    assert max(gaps) < 0.1


@pytest.mark.parametrize("seed", range(8))
def test_no_choice_of_sides_is_better_than_the_certificate_says(seed: int) -> None:
    """Brute force: each way to buy or sell the names with loss lots, solved by cvxpy."""
    book = random_book(seed, 6, 3, 2)
    bridged = prepare(book).bridged[:6]
    plan = optimize(book)
    best = np.inf
    for sides in itertools.product((False, True), repeat=bridged.size):
        buys = bridged[np.array(sides, bool)]
        sells = np.setdiff1d(bridged, buys)
        fixed = replace(book, buy_limit=book.buy_limit.copy(), sell_limit=book.sell_limit.copy())
        fixed.sell_limit[buys] = 0.0
        fixed.buy_limit[sells] = 0.0
        best = min(best, least_cost(fixed))
    proof = plan.certificate
    assert proof.bound <= best + 1e-9
    assert proof.objective - best <= proof.gap_bps / BPS + 1e-9
    assert (proof.objective - best) * BPS < 0.01


@pytest.mark.parametrize("seed", range(3))
def test_scip_finds_nothing_better_than_the_certificate_says(seed: int) -> None:
    """The whole problem as a mixed-integer program, solved to proven optimality."""
    from tests.plan.optimizer.mixed_integer import least_cost_by_scip

    book = random_book(seed, 8, 3, 3)
    plan = optimize(book)
    best = least_cost_by_scip(book)
    assert plan.certificate.bound <= best + 1e-7
    assert plan.certificate.objective <= best + plan.certificate.gap_bps / BPS + 1e-7


@pytest.mark.parametrize("seed", range(4))
def test_never_buying_a_name_with_a_loss_costs_more(seed: int) -> None:
    book = random_book(seed, 40, 5, 6)
    assert optimize(book).parts.total < optimize(without_tempting_sides(book)).parts.total - 1e-6


def test_a_loss_lot_that_pays_more_than_the_target_is_sold() -> None:
    """By hand: one name of 10 %, at target, variance 0.04, aversion 10, one lot with slope -0.2.

    Selling s costs 10/2 · 0.04 · s² + 0.001 s - 0.2 s, least at s = 0.199 / 0.4 = 0.4975: more
    than is held, so all is sold.  At a slope of -0.021 it is 0.02 / 0.4 = 0.05.
    """
    risk = RiskModel(("A",), floats(np.zeros((1, 1))), floats([0.04]))
    cash = Cash(held=0.9, target=0.9, floor=0.0, ceiling=1.0)
    for slope, sold in ((-0.2, 0.1), (-0.021, 0.05)):
        lots = lots_of([0], [0.1], [slope], 1)
        book = portfolio(
            ["A"], [0.1], [0.1], risk, cash=cash, lots=lots, risk_aversion=10.0, cost=0.001
        )
        plan = optimize(book)
        assert plan.trades[0] == pytest.approx(-sold, abs=1e-6)
        assert plan.sold[0] == pytest.approx(sold, abs=1e-6)
        assert plan.certificate.gap_bps < 0.01


@pytest.mark.parametrize(("seed", "symbols"), [(10, 6), (22, 12), (56, 12)])
def test_accounts_that_hold_the_same_securities_are_solved_to_the_end(
    seed: int, symbols: int
) -> None:
    """Three accounts of the same securities: these move together, and so dozens of nodes pay.

    With the twelve of a large problem these plans are three to eleven basis points dearer.
    """
    book = portfolio_of(household(seed, symbols)).book
    few, whole = optimize(book, most_nodes=12).certificate, optimize(book).certificate
    assert (few.objective - whole.objective) * BPS > 3.0
    assert whole.gap_bps < 0.01
    assert few.bound - 1e-12 <= whole.bound


@given(seed=st.integers(0, 400), share=st.floats(0.0, 1.0))
@settings(max_examples=25, deadline=None)
def test_a_search_that_ends_at_a_cutoff_rules_out_no_plan_below_it(seed: int, share: float) -> None:
    """Between bound and nothing traded: below the cutoff the best is found, above it none is."""
    book = portfolio_of(household(seed, symbols=4)).book
    plan = optimize(book)
    cutoff = plan.certificate.bound + (share - 0.3) * 3e-3
    found = optimize(book, cutoff=cutoff).certificate
    if plan.certificate.objective < cutoff:
        assert found.objective <= plan.certificate.objective + 0.01 / BPS
    else:
        told = min(cutoff, plan.certificate.objective - 0.01 / BPS)
        assert told - 1e-12 <= found.bound <= plan.certificate.objective + 1e-12
