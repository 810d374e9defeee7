"""Plans are optimal: the same as cvxpy with Clarabel, with and without limits."""

import numpy as np
import pytest
from tests.plan.optimizer.oracle import least_cost
from tests.plan.optimizer.random_books import random_book, without_tempting_sides

from taxlots.plan.optimizer.newton import PLAIN
from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.quadratic_program import solve_by_piqp
from taxlots.plan.optimizer.terms import prepare, trade_range

BPS = 1e4
SIZES = [(10, 1), (10, 40), (25, 4), (40, 10), (60, 2), (80, 5), (120, 3), (150, 1)]
LARGE_SIZES = [*SIZES, (200, 10), (300, 3), (400, 1), (500, 5), (60, 40), (500, 10)]


def differs_by_bps(seed: int, names: int, lots: int) -> float:
    """The plan against the oracle: each second problem is limited, each fourth by sectors too.

    Where random limits clash, both solve the nearest that do not.
    """
    sums = 4 if seed % 4 == 3 else 0
    factors = min(2 + seed % 20, names)
    drawn = random_book(seed, names, lots, factors, sums=sums, limited=bool(seed % 2))
    book = without_tempting_sides(drawn)
    plan = optimize(book)
    assert abs(plan.parts.total - plan.certificate.objective) < 1e-12
    return abs(plan.parts.total - least_cost(plan.book)) * BPS


@pytest.mark.parametrize("seed", range(40))
def test_convex_plan_equals_cvxpy_with_clarabel(seed: int) -> None:
    names, lots = SIZES[seed % len(SIZES)]
    assert differs_by_bps(seed, names, lots) < 0.001


@pytest.mark.slow
def test_two_hundred_convex_plans_equal_cvxpy_with_clarabel() -> None:
    worst = 0.0
    for seed in range(40, 200):
        names, lots = LARGE_SIZES[seed % len(LARGE_SIZES)]
        worst = max(worst, differs_by_bps(seed, names, lots))
    assert worst < 0.001


@pytest.mark.parametrize("seed", range(6))
def test_newton_equals_piqp_with_a_variable_for_each_lot(seed: int) -> None:
    book = without_tempting_sides(random_book(seed, 40, 6, 5, sums=3))
    prepared = prepare(book)
    by_piqp = solve_by_piqp(prepared, prepared.sides(), PLAIN)
    plan = optimize(book, engine="plain")
    assert by_piqp is not None
    assert np.abs(by_piqp.trades + prepared.forced - plan.trades).max() < 1e-5
    assert by_piqp.certificate.gap_bps < 1e-4


@pytest.mark.parametrize("seed", range(4))
def test_machine_code_and_python_give_the_same_plan(seed: int) -> None:
    book = random_book(seed, 40, 6, 8, sums=2)
    plain, compiled = optimize(book, engine="plain"), optimize(book, engine="compiled")
    assert np.abs(plain.trades - compiled.trades).max() < 1e-12
    assert plain.certificate.objective == pytest.approx(compiled.certificate.objective, abs=1e-14)


@pytest.mark.parametrize("seed", range(12))
def test_plans_keep_every_limit(seed: int) -> None:
    plan = optimize(random_book(seed, 30, 5, 6, sums=3))
    book = plan.book
    low, high = trade_range(book)
    amounts = book.rows.matrix @ book.weights(plan.trades)
    assert (plan.trades >= low - 1e-12).all()
    assert (plan.trades <= high + 1e-12).all()
    assert book.cash.floor - 1e-9 <= book.cash_after(plan.trades) <= book.cash.ceiling + 1e-9
    assert (amounts >= book.rows.low - 1e-9).all()
    assert (amounts <= book.rows.high + 1e-9).all()
    assert plan.sold.sum() == pytest.approx(-np.minimum(plan.trades, 0).sum(), abs=1e-12)


def test_a_warm_start_gives_the_same_plan_in_fewer_steps() -> None:
    book = without_tempting_sides(random_book(3, 60, 5, 10))
    cold = optimize(book)
    warm = optimize(book, duals=cold.duals)
    assert np.abs(cold.trades - warm.trades).max() < 1e-10
