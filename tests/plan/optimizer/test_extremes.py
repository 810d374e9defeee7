"""Odd but possible portfolios: still the same optimum as cvxpy with Clarabel."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.plan.optimizer.oracle import least_cost
from tests.plan.optimizer.random_books import random_book, without_tempting_sides

from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Portfolio, rows_of
from taxlots.plan.risk import RiskModel

NAMES = 15


def with_cash(book: Portfolio, **changes: float) -> Portfolio:
    return replace(book, cash=replace(book.cash, **changes))


def without_first(book: Portfolio) -> Portfolio:
    held, capacity = book.held.copy(), book.lots.capacity.copy()
    held[0] = 0.0
    capacity[: book.lots.start[1]] = 0.0
    return replace(book, held=held, lots=replace(book.lots, capacity=capacity))


EXTREMES: dict[str, Callable[[Portfolio], Portfolio]] = {
    "hardly averse to risk": lambda book: replace(book, risk_aversion=0.01),
    "very averse to risk": lambda book: replace(book, risk_aversion=1e4),
    "no costs": lambda book: without_tempting_sides(
        replace(book, buy_cost=np.zeros(NAMES), sell_cost=np.zeros(NAMES))
    ),
    "next to no specific risk": lambda book: replace(
        book,
        risk=RiskModel(book.names, book.risk.loadings, np.full(NAMES, 1e-8)),
        impact=np.zeros(NAMES),
    ),
    "no factors": lambda book: replace(
        book, risk=RiskModel(book.names, np.zeros((NAMES, 0)), book.risk.specific)
    ),
    "everything locked": lambda book: replace(
        book, buy_limit=np.zeros(NAMES), sell_limit=np.zeros(NAMES)
    ),
    "any cash": lambda book: with_cash(book, floor=-5.0, ceiling=np.inf, curvature=0.0),
    "cash to the cent": lambda book: with_cash(
        book, floor=0.02, ceiling=0.02, target=0.02, curvature=0.0
    ),
    "nearly all sold": lambda book: with_cash(
        replace(book, target=np.zeros(NAMES)), target=1.0, floor=0.9, ceiling=1.0, curvature=0.0
    ),
    "a name not held": without_first,
    "one limit stated twice": lambda book: replace(
        book, rows=rows_of([(name, np.ones(NAMES), 0.975, 0.975) for name in "ab"], NAMES)
    ),
}


@pytest.mark.parametrize("extreme", EXTREMES.values(), ids=EXTREMES)
@pytest.mark.parametrize("seed", range(2))
def test_extremes_equal_cvxpy(seed: int, extreme: Callable[[Portfolio], Portfolio]) -> None:
    book = extreme(without_tempting_sides(random_book(seed, NAMES, 3, 3)))
    plan = optimize(book)
    assert plan.certificate.gap_bps < 1e-4
    assert abs(plan.parts.total - least_cost(plan.book)) * 1e4 < 0.001
