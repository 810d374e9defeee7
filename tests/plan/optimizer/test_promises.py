"""What a plan promises of any small account: its bound holds, cheap lots go first, room is free.

The bound is the dual's (Moehle, Kochenderfer, Boyd and Ang, 2021).
"""

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.optimizer.random_books import random_book

from taxlots.plan.optimizer.objective import parts_of
from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.terms import trade_range
from taxlots.plan.risk import Floats

EXACT = 1e-9
MOST_GAP = 1e-5
"""A tenth of a hundredth of a percent of the account: what a small plan is certified to."""

BOOKS = st.builds(
    random_book,
    st.integers(0, 10**6),
    names=st.integers(2, 3),
    lots=st.integers(1, 4),
    factors=st.just(2),
    limited=st.booleans(),
)


CASH_POINTS = 3


def trades_on_a_grid(book: Portfolio, points: int) -> list[Floats]:
    """Trades of each name from least to most, none among them; the last leaves cash as allowed."""
    low, high = trade_range(book)
    high = np.minimum(high, 0.5)
    axes = [
        np.unique([*np.linspace(least, most, points), min(max(least, 0.0), most)])
        for least, most in zip(low[:-1], high[:-1], strict=True)
    ]
    axes.append(np.linspace(book.cash.floor, book.cash.ceiling, CASH_POINTS))
    found = []
    for *others, cash in itertools.product(*axes):
        last = book.cash.held - cash - sum(others)
        if low[-1] <= last <= high[-1]:
            found.append(np.array([*others, last]))
    return found


@settings(max_examples=40)
@given(BOOKS)
def test_no_plan_on_a_grid_costs_less_than_the_certificate_says(book: Portfolio) -> None:
    plan = optimize(book)
    proof = plan.certificate
    assert proof.bound <= proof.objective + EXACT
    assert proof.objective - proof.bound <= MOST_GAP
    for trades in trades_on_a_grid(plan.book, 12):
        assert proof.bound <= parts_of(plan.book, trades).total + EXACT


@settings(max_examples=40)
@given(BOOKS)
def test_no_lot_is_sold_before_a_cheaper_one_of_its_name_is_gone(book: Portfolio) -> None:
    plan = optimize(book)
    lots = plan.book.lots
    left = lots.capacity - plan.sold
    for dear, cheap in itertools.permutations(range(lots.slope.size), 2):
        if lots.holder[dear] == lots.holder[cheap] and lots.slope[cheap] < lots.slope[dear]:
            assert plan.sold[dear] <= EXACT or left[cheap] <= EXACT
    by_name = np.bincount(lots.holder, plan.sold, book.count)
    assert np.abs(by_name - np.maximum(-plan.trades, 0.0)).max() <= EXACT


@settings(max_examples=40)
@given(BOOKS, st.floats(0, 0.2))
def test_more_room_never_costs_more(book: Portfolio, more: float) -> None:
    """Wider limits of trades, of weights and of cash: what could be done before still can be."""
    narrow = optimize(book)
    own = narrow.book
    wide = optimize(
        replace(
            own,
            buy_limit=own.buy_limit + more,
            sell_limit=own.sell_limit + more,
            least=np.maximum(own.least - more, 0.0),
            most=own.most + more,
            cash=replace(own.cash, ceiling=own.cash.ceiling + more),
        )
    )
    assert not wide.problems
    assert wide.certificate.bound <= narrow.certificate.objective + EXACT
    assert wide.certificate.objective <= narrow.certificate.objective + MOST_GAP


@settings(max_examples=40)
@given(BOOKS, st.floats(0, 0.1))
def test_dearer_lots_never_make_a_plan_cheaper(book: Portfolio, dearer: float) -> None:
    plan = optimize(book)
    own = plan.book
    taxed = optimize(replace(own, lots=own.lots.with_slopes(own.lots.slope + dearer)))
    assert plan.certificate.bound <= taxed.certificate.objective + EXACT
    assert plan.certificate.objective <= taxed.certificate.objective + MOST_GAP
