"""Limits on the number of names: as good as trying every choice."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.optimizer.random_books import random_book

from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.optimizer.cardinality import CountLimit, optimize_with_count
from taxlots.plan.optimizer.optimum import optimize


@pytest.mark.parametrize("seed", range(3))
def test_the_best_three_trades_of_seven_names(seed: int) -> None:
    book = random_book(seed, 7, 2, 2, limited=False)
    plan = optimize_with_count(book, CountLimit(traded=3))
    best = np.inf
    for names in itertools.combinations(range(7), 3):
        others = np.setdiff1d(np.arange(7), names)
        buy, sell = book.buy_limit.copy(), book.sell_limit.copy()
        buy[others] = sell[others] = 0.0
        best = min(best, optimize(replace(book, buy_limit=buy, sell_limit=sell)).parts.total)
    assert (np.abs(plan.trades) > 1e-9).sum() <= 3
    assert (plan.parts.total - best) * 1e4 < 0.02
    assert plan.certificate.bound <= best + 1e-9


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_more_names_to_trade_never_cost_more_and_no_choice_beats_the_bound(
    seed: int, count: int
) -> None:
    book = random_book(seed, 4, 2, 2, limited=False)
    plan = optimize_with_count(book, CountLimit(traded=count))
    free = optimize(book)
    assert (np.abs(plan.trades) > 1e-9).sum() <= count
    assert free.certificate.bound <= plan.parts.total + 1e-9
    for names in itertools.combinations(range(4), count):
        others = np.setdiff1d(np.arange(4), names)
        buy, sell = book.buy_limit.copy(), book.sell_limit.copy()
        buy[others] = sell[others] = 0.0
        chosen = optimize(replace(book, buy_limit=buy, sell_limit=sell))
        assert plan.certificate.bound <= chosen.parts.total + 1e-9


def test_the_best_four_names_to_hold() -> None:
    book = replace(random_book(5, 6, 1, 2, limited=False), most=np.full(6, 0.6))
    plan = optimize_with_count(book, CountLimit(held=4))
    best = np.inf
    for names in itertools.combinations(range(6), 2):
        most = book.most.copy()
        most[list(names)] = 0.0
        limited = optimize(replace(book, most=most, target=np.minimum(book.target, 0.6)))
        if not {p.code for p in limited.problems} - {"BAND_EXCLUDES_TARGET"}:
            fixed = replace(limited.book, target=book.target)
            best = min(best, optimize_total(fixed))
    assert (book.weights(plan.trades) > 1e-9).sum() <= 4
    assert (plan.parts.total - best) * 1e4 < 0.02


def optimize_total(book: object) -> float:
    from taxlots.plan.optimizer.optimum import attempt
    from taxlots.plan.optimizer.portfolio import Portfolio

    assert isinstance(book, Portfolio)
    found = attempt(book, "plain", None, 12)
    if found is None:
        return float("inf")
    prepared, best = found
    return best.certificate.objective + prepared.constant


def test_a_count_that_cannot_be_kept_is_told() -> None:
    book = random_book(1, 6, 2, 2, limited=False)
    needs = replace(book, cash=replace(book.cash, floor=0.6, ceiling=0.7))
    with pytest.raises(DataError, match="no 1 names keep the other limits"):
        optimize_with_count(needs, CountLimit(traded=1))
    with pytest.raises(UsageError, match="too many"):
        optimize_with_count(random_book(1, 100, 1, 2), CountLimit(held=5))
