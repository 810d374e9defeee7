"""Caps that clash: named with what each needs, raised by precedence, and a plan within them."""

import re
from dataclasses import replace

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.optimizer.random_books import random_book, without_tempting_sides

from taxlots.plan.optimizer.cap_clash import CAP_CANNOT_BE_KEPT, PRECEDENCE, nearest_caps
from taxlots.plan.optimizer.cap_kinds import rounded_up
from taxlots.plan.optimizer.caps import LotCap, TrackingCap, TurnoverCap, by_row, optimize_capped
from taxlots.plan.optimizer.kernel import SELLS
from taxlots.plan.optimizer.least_use import Reach
from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.terms import trade_range

LEAVE = 0.02
"""Of a variance; a raised cap leaves half as much."""


def sold_sides(book: Portfolio) -> np.ndarray:
    return np.full(book.count, SELLS)


def least_turnover(book: Portfolio, tracking: float) -> float:
    """Of trades within the limits, by cvxpy, the least for a tracking error."""
    trades = cp.Variable(book.count)
    low, high = trade_range(book)
    away = book.held + trades - book.target
    error = cp.sum_squares(book.risk.loadings.T @ away)
    error += cp.sum_squares(cp.multiply(np.sqrt(book.risk.specific), away))
    limits = [trades >= low, trades <= np.minimum(high, 1e3), error <= tracking**2]
    limits += [book.cash.held - cp.sum(trades) >= book.cash.floor]
    limits += [book.cash.held - cp.sum(trades) <= book.cash.ceiling]
    limits += [
        row @ (book.held + trades) <= high
        for row, high in zip(book.rows.matrix, book.rows.high, strict=True)
        if np.isfinite(high)
    ]
    limits += [
        row @ (book.held + trades) >= low
        for row, low in zip(book.rows.matrix, book.rows.low, strict=True)
        if np.isfinite(low)
    ]
    problem = cp.Problem(cp.Minimize(cp.norm1(trades)), limits)
    return float(problem.solve(solver="CLARABEL"))


def halfway(book: Portfolio) -> float:
    """A tracking error between the least that can be reached and twice that, or today's."""
    least = Reach(book, np.zeros(book.count, np.int64)).least(TrackingCap(0.0), [])
    assert least is not None
    lowest, today = float(np.sqrt(2 * least.used)), book.tracking_error(np.zeros(book.count))
    return 0.5 * (lowest + max(today, 2 * lowest))


@pytest.mark.parametrize("seed", range(3))
def test_the_least_of_a_cap_beside_another_is_that_of_cvxpy(seed: int) -> None:
    book = without_tempting_sides(random_book(seed, 12, 3, 3))
    reach = Reach(book, np.zeros(book.count, np.int64))
    most = halfway(book)
    least = reach.least(TurnoverCap(1.0), [TrackingCap(most)])
    assert least is not None
    assert least.used == pytest.approx(least_turnover(book, most), rel=1e-3, abs=1e-8)


def test_turnover_and_tracking_error_that_clash_are_told_with_what_each_needs() -> None:
    book = replace(without_tempting_sides(random_book(3, 12, 3, 3)), risk_aversion=1.0)
    error = halfway(book)
    turnover = 0.5 * least_turnover(book, error)
    plan = optimize_capped(book, [TurnoverCap(turnover), TrackingCap(error)])
    (problem,) = plan.problems
    assert problem.code == CAP_CANNOT_BE_KEPT
    assert problem.where == "tracking error"
    assert "clashes with turnover of at most" in problem.message
    assert PRECEDENCE in problem.remedy
    told = re.search(r"allow turnover of ([0-9.]+) %", problem.remedy)
    assert told is not None
    needed = 100 * least_turnover(book, error)
    assert needed <= float(told[1]) <= 1.01 * needed
    assert np.abs(plan.trades).sum() <= turnover + 1e-8
    assert book.tracking_error(plan.trades) > error
    assert plan.lifted.keys() == {"tracking error"}


def test_gains_never_give_for_turnover() -> None:
    """A withdrawal has to sell gains, and both caps are too narrow for it."""
    book = without_tempting_sides(random_book(5, 10, 2, 3, limited=False))
    book = replace(book, cash=replace(book.cash, floor=0.4, ceiling=1.0, target=0.4))
    each = np.random.default_rng(5).uniform(0.1, 0.6, book.lots.slope.size)
    plan = optimize_capped(book, [TurnoverCap(0.1), LotCap("gains", each, 0.001)])
    reach = Reach(plan.book, np.zeros(book.count, np.int64))
    least = reach.least(LotCap("gains", each, 0.001), [])
    assert least is not None
    sold = by_row(plan.book, plan.sold)
    assert each @ sold <= 1.011 * least.used + 1e-8
    assert {one.where for one in plan.problems} == {"gains", "turnover"}


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 0.9), st.floats(0.01, 0.9))
def test_no_cap_gives_more_than_its_precedence_leaves_it(
    seed: int, part: float, of_error: float
) -> None:
    book = without_tempting_sides(random_book(seed, 8, 2, 2))
    free = optimize(book)
    turnover = part * float(np.abs(free.trades).sum())
    tracking = of_error * book.tracking_error(np.zeros(book.count))
    caps = (TurnoverCap(turnover), TrackingCap(tracking))
    nearest = nearest_caps(free.book, caps, sold_sides(book))
    plan = optimize_capped(book, caps)
    told = {one.where for one in plan.problems} & {"turnover", "tracking error"}
    assert told <= plan.lifted.keys()
    for cap, stated in zip(nearest.caps, caps, strict=True):
        used = cap.used(plan.book, plan.trades, by_row(plan.book, plan.sold))
        assert used <= max(cap.allowed, plan.lifted.get(cap.name, 0.0)) * (1 + LEAVE) + 1e-8
        assert cap.allowed >= stated.allowed


@pytest.mark.parametrize(("value", "told"), [(1.0, 1.0), (0.123412, 0.1235), (99.991, 100.0)])
def test_what_is_told_is_rounded_up_to_be_enough(value: float, told: float) -> None:
    assert rounded_up(value) == told
    assert rounded_up(-value) >= -value
