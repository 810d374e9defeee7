"""Turnover, tracking error, gains and tax: capped plans are optimal, and caps are kept."""

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.optimizer.oracle import least_cost
from tests.plan.optimizer.random_books import random_book, without_tempting_sides

from taxlots.plan.optimizer.caps import LotCap, TrackingCap, TurnoverCap, by_row, optimize_capped
from taxlots.plan.optimizer.optimum import optimize

BPS = 1e4


@pytest.mark.parametrize("seed", range(6))
def test_turnover_cap_equals_cvxpy(seed: int) -> None:
    book = without_tempting_sides(random_book(seed, 20, 4, 4))
    most = 0.4 * float(np.abs(optimize(book).trades).sum())
    plan = optimize_capped(book, [TurnoverCap(most)])
    assert np.abs(plan.trades).sum() <= most + 1e-10
    assert abs(plan.parts.total - least_cost(book, turnover=most)) * BPS < 0.001
    assert plan.certificate.gap_bps < 0.001
    assert plan.prices["turnover"] > 0


@pytest.mark.parametrize("seed", range(6))
def test_tracking_error_cap_equals_cvxpy(seed: int) -> None:
    book = without_tempting_sides(random_book(seed, 20, 4, 4))
    book = replace(book, risk_aversion=1.0)
    most = 0.8 * book.tracking_error(optimize(book).trades)
    plan = optimize_capped(book, [TrackingCap(most)])
    assert book.tracking_error(plan.trades) <= most + 1e-9
    assert abs(plan.parts.total - least_cost(plan.book, tracking=most)) * BPS < 0.001


@pytest.mark.parametrize("seed", range(6))
def test_gain_budget_equals_cvxpy(seed: int) -> None:
    book = without_tempting_sides(random_book(seed, 20, 4, 4))
    each = np.random.default_rng(seed).uniform(0.0, 0.6, book.lots.slope.size)
    sold = by_row(book, optimize(book).sold)
    most = 0.5 * float(each @ sold)
    plan = optimize_capped(book, [LotCap("gains", each, most)])
    assert each @ by_row(book, plan.sold) <= most + 1e-10
    reached = least_cost(book, gains=(each[book.lots.order], most))
    assert abs(plan.parts.total - reached) * BPS < 0.001


def test_caps_hold_together() -> None:
    book = random_book(2, 30, 4, 5)
    free = optimize(book)
    turnover = 0.7 * float(np.abs(free.trades).sum())
    gains = LotCap("tax", np.maximum(by_row(book, book.lots.slope), 0.0), 0.5 * free.parts.tax)
    plan = optimize_capped(book, [TurnoverCap(turnover), gains])
    assert np.abs(plan.trades).sum() <= turnover + 1e-8
    assert plan.parts.tax <= 0.5 * free.parts.tax + 1e-8
    assert free.certificate.bound <= plan.certificate.bound + 1e-9
    assert plan.certificate.gap_bps < 0.5


def test_a_cap_that_no_trades_keep_is_told_with_the_nearest() -> None:
    """Names that may not be traded leave a tracking error that no cap removes."""
    book = random_book(1, 12, 3, 3)
    locked = replace(book, sell_limit=np.zeros(12), buy_limit=np.zeros(12))
    plan = optimize_capped(locked, [TrackingCap(0.001)])
    (problem,) = plan.problems
    left = locked.tracking_error(np.zeros(12))
    assert problem.code == "CAP_CANNOT_BE_KEPT"
    assert "tracking error of at most 0.1 % a year clashes" in problem.message
    assert f"the nearest is {100 * left:.4g} % a year" in problem.remedy
    assert np.abs(plan.trades).max() < 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_few_names_with_losses_are_certified_under_caps_by_every_choice(seed: int) -> None:
    """Where caps make one choice of sides jump to another, all choices are tried."""
    book = random_book(seed, 6, 2, 2, limited=False)
    rows = by_row(book, book.lots.slope)
    gains = LotCap(
        "gains", rows / 0.238, 0.2 * float(np.abs(by_row(book, book.lots.capacity)).mean())
    )
    turnover = TurnoverCap(0.5 * float(np.abs(optimize(book).trades).sum()))
    plan = optimize_capped(book, [turnover, gains])
    assert np.abs(plan.trades).sum() <= turnover.allowed + 1e-8
    assert gains.each @ by_row(book, plan.sold) <= gains.allowed + 1e-8
    assert plan.certificate.gap_bps < 0.05
