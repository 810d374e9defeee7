"""Least trades, whole shares and round lots: kept, within all limits, and cheap."""

import itertools

import numpy as np
import pytest
from tests.plan.optimizer.random_books import random_book

from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Cash, portfolio, untaxed_lots
from taxlots.plan.optimizer.rounding import grain, of_grain, round_trades
from taxlots.plan.optimizer.terms import trade_range
from taxlots.plan.risk import RiskModel, floats

NAV = 1_000_000


@pytest.mark.parametrize("seed", range(10))
def test_least_trades_and_whole_shares_keep_every_limit(seed: int) -> None:
    book = random_book(seed, 60, 4, 6)
    price = np.random.default_rng(seed).uniform(10, 400, 60)
    units = grain(60, least=500 / NAV, unit=price / NAV)
    plan = optimize(book)
    rounded = round_trades(plan, units)
    low, high = trade_range(book)
    assert not rounded.problems
    assert of_grain(book, rounded.trades, units).all()
    assert (rounded.trades >= low - 1e-9).all()
    assert (rounded.trades <= high + 1e-9).all()
    assert book.cash.floor - 1e-9 <= book.cash_after(rounded.trades) <= book.cash.ceiling + 1e-9
    assert rounded.certificate.objective == pytest.approx(rounded.parts.total)
    assert 0 <= rounded.certificate.gap_bps < 10


def test_small_trades_are_dropped_and_the_rest_makes_up_for_them() -> None:
    book = random_book(1, 100, 4, 8)
    plan = optimize(book)
    for dollars, most_bps in ((5, 0.05), (100, 1.0)):
        rounded = round_trades(plan, grain(100, least=dollars / NAV))
        size = np.abs(rounded.trades[np.abs(rounded.trades) > 1e-9])
        cost = (rounded.parts.total - plan.parts.total) * 1e4
        assert size.min() >= dollars / NAV - 1e-9
        assert -1e-6 <= cost <= most_bps


def test_round_lots_of_a_small_account_are_near_the_best_of_all() -> None:
    """Brute force over every combination of lots of 5 % for four names."""
    risk = RiskModel(tuple("ABCD"), floats(np.full((4, 1), 0.16)), floats([0.02, 0.03, 0.04, 0.05]))
    held, target = [0.4, 0.3, 0.15, 0.1], [0.25, 0.25, 0.25, 0.2]
    book = portfolio(
        list("ABCD"),
        held,
        target,
        risk,
        cash=Cash(held=0.05, target=0.05, ceiling=0.1, curvature=0.1),
        lots=untaxed_lots(held),
        cost=0.001,
    )
    rounded = round_trades(optimize(book), grain(4, unit=0.05))
    steps = np.array(list(itertools.product(range(-8, 9), repeat=4))) * 0.05
    after = 0.05 - steps.sum(axis=1)
    is_allowed = (steps >= -np.array(held) - 1e-12).all(axis=1)
    steps = steps[is_allowed & (after >= -1e-12) & (after <= 0.1 + 1e-12)]
    away = np.array(held) + steps - target
    totals = (
        2.5 * ((0.16 * away.sum(axis=1)) ** 2 + (away**2) @ risk.specific)
        + 0.05 * steps.sum(axis=1) ** 2
        + 0.001 * np.abs(steps).sum(axis=1)
    )
    assert of_grain(book, rounded.trades, grain(4, unit=0.05)).all()
    assert (rounded.parts.total - totals.min()) * 1e4 < 1.0


def test_a_position_is_sold_whole_whatever_its_size() -> None:
    risk = RiskModel(("A", "B"), floats(np.full((2, 1), 0.1)), floats([0.02, 0.02]))
    book = portfolio(
        ["A", "B"],
        [0.00123, 0.9],
        [0.0, 0.9],
        risk,
        cash=Cash(held=0.09877, target=0.1, ceiling=1.0, curvature=1.0),
    )
    rounded = round_trades(optimize(book), grain(2, least=0.01, unit=0.001))
    assert rounded.trades[0] == pytest.approx(-0.00123, abs=1e-9)
