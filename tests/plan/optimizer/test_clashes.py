"""Inputs that are missing or contradict each other: the clash is named, with what works next."""

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.optimizer.random_books import random_book

from taxlots.domain.problem import DataError
from taxlots.plan.optimizer.newton import solve
from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Cash, Portfolio, portfolio, rows_of
from taxlots.plan.optimizer.terms import prepare
from taxlots.plan.risk import RiskModel, floats


def a_book(**changes: object) -> Portfolio:
    """Four names of 20 % each, and 20 % cash."""
    names = ("A", "B", "C", "D")
    risk = RiskModel(names, floats(np.full((4, 1), 0.16)), np.full(4, 0.04))
    book = portfolio(
        names,
        np.full(4, 0.2),
        np.full(4, 0.24),
        risk,
        cash=Cash(held=0.2, target=0.04, ceiling=0.3),
        cost=0.001,
    )
    return replace(book, **changes)  # type: ignore[arg-type]


def test_a_band_that_excludes_its_target() -> None:
    plan = optimize(a_book(most=floats([0.22, 1, 1, 1])))
    (problem,) = plan.problems
    assert problem.where == "A"
    assert problem.message == "the band of A, 0.00 % to 22.00 %, excludes its target of 24.00 %"
    assert problem.remedy == "move one of them; the plan aims at the band's edge, 22.00 %"
    assert plan.book.weights(plan.trades)[0] <= 0.22 + 1e-9


def test_a_withdrawal_above_cash_and_holdings() -> None:
    """80 % of holdings and 20 % of cash are there, but D is locked."""
    cash = Cash(held=0.2, target=0.9, floor=0.9, ceiling=1.0)
    plan = optimize(a_book(cash=cash, sell_limit=floats([1, 1, 1, 0])))
    (problem,) = plan.problems
    assert problem.code == "WITHDRAWAL_TOO_LARGE"
    assert problem.message == (
        "90.00 % of NAV is wanted in cash, but cash and all that may be sold make 80.00 %"
    )
    assert problem.remedy == "withdraw less, or unlock a holding; the most is 80.00 %"
    assert plan.book.cash_after(plan.trades) == pytest.approx(0.8, abs=1e-5)


def test_a_locked_position_above_its_limit() -> None:
    book = a_book(
        most=floats([0.15, 1, 1, 1]), target=np.full(4, 0.15), sell_limit=floats([0, 1, 1, 1])
    )
    plan = optimize(book)
    (problem,) = plan.problems
    assert problem.code == "LOCKED_ABOVE_LIMIT"
    assert problem.message == "A weighs 20.00 %, above its limit of 15.00 %, and is locked"
    assert problem.remedy == "unlock it, or raise its limit; the nearest is 20.00 %"
    assert plan.trades[0] == pytest.approx(0.0, abs=1e-9)


def test_a_position_below_its_least_that_may_not_be_bought() -> None:
    book = a_book(least=floats([0, 0, 0, 0.22]), buy_limit=floats([1, 1, 1, 0.01]))
    (problem,) = optimize(book).problems
    assert problem.message == (
        "D weighs 20.00 %, below its least of 22.00 %, and can be bought only in part"
    )
    assert problem.remedy.endswith("the nearest is 21.00 %")


def test_a_least_above_the_most() -> None:
    book = a_book(least=floats([0.3, 0, 0, 0]), most=floats([0.25, 1, 1, 1]))
    problem = optimize(book).problems[0]
    assert problem.message == "A is to weigh at least 30.00 % and at most 25.00 %"


def test_a_missing_price() -> None:
    with pytest.raises(DataError) as raised:
        optimize(a_book(held=floats([0.2, np.nan, 0.2, 0.2])))
    problem = raised.value.problems[0]
    assert (problem.where, problem.code) == ("B", "NO_PRICE")
    assert problem.remedy == "supply its price, or leave it out of the portfolio and of NAV"


@pytest.mark.parametrize(("own", "kind"), [(0.0, "singular"), (-0.01, "indefinite")])
def test_a_singular_or_indefinite_risk_model(own: float, kind: str) -> None:
    book = a_book()
    risk = RiskModel(book.names, book.risk.loadings, floats([0.04, 0.04, own, 0.04]))
    with pytest.raises(DataError, match=f"specific variance of C is .*: the risk model is {kind}"):
        optimize(replace(book, risk=risk))


def test_a_risk_model_of_other_names() -> None:
    book = a_book()
    risk = RiskModel(("A", "B", "C", "X"), book.risk.loadings, book.risk.specific)
    with pytest.raises(DataError, match="the risk model lacks D"):
        optimize(replace(book, risk=risk))


def test_lots_that_do_not_cover_the_holding() -> None:
    book = a_book()
    with pytest.raises(DataError, match=r"lots of A make 20\.00 % of NAV, held are 25\.00 %"):
        optimize(replace(book, held=floats([0.25, 0.2, 0.2, 0.2])))


def test_a_sector_limit_that_locks_do_not_allow() -> None:
    rows = rows_of([("technology", [1, 1, 0, 0], 0.0, 0.3)], 4)
    plan = optimize(a_book(rows=rows, sell_limit=floats([0.05, 0, 1, 1])))
    (problem,) = plan.problems
    assert problem.message == ("technology is to be at most 0.3, which no trades allowed reach")
    assert problem.remedy == "raise it, or unlock what is in it; the nearest is 0.35"
    assert (plan.book.weights(plan.trades)[:2]).sum() == pytest.approx(0.35, abs=1e-5)


def test_limits_that_clash_only_together_give_the_least() -> None:
    """Two sectors of at most 40 % each hold everything, and cash is at most 10 %: 10 % is left."""
    rows = rows_of([("first", [1, 1, 0, 0], 0.0, 0.4), ("second", [0, 0, 1, 1], 0.0, 0.4)], 4)
    plan = optimize(a_book(rows=rows, cash=Cash(held=0.2, target=0.05, ceiling=0.1)))
    assert plan.problems
    assert {problem.code for problem in plan.problems} == {"LIMIT_CANNOT_BE_KEPT"}
    weights = plan.book.weights(plan.trades)
    over = max(weights[:2].sum() - 0.4, 0) + max(weights[2:].sum() - 0.4, 0)
    over += max(plan.book.cash_after(plan.trades) - 0.1, 0)
    assert over == pytest.approx(0.1, abs=1e-5)


def test_a_clash_is_noticed_in_a_few_steps() -> None:
    """The dual grows without end where no trades keep all limits."""
    rows = rows_of([("first", [1, 1, 0, 0], 0.0, 0.4), ("second", [0, 0, 1, 1], 0.0, 0.4)], 4)
    prepared = prepare(a_book(rows=rows, cash=Cash(held=0.2, target=0.05, ceiling=0.1)))
    found = solve(prepared, prepared.sides())
    assert not found.is_solved
    assert found.steps < 20


@pytest.mark.parametrize("seed", range(10))
def test_random_clashes_are_told_and_the_nearest_is_solved(seed: int) -> None:
    rng = np.random.default_rng(seed)
    book = random_book(seed, 20, 3, 4, sums=3)
    locked = np.where(rng.random(20) < 0.6, 0.0, np.inf)
    cash = replace(book.cash, floor=0.5, ceiling=0.6)
    plan = optimize(replace(book, sell_limit=locked, cash=cash))
    assert plan.problems
    assert all(problem.remedy for problem in plan.problems)
    assert plan.certificate.gap_bps < 1.0
