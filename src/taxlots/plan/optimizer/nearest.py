"""Limits that clash only together: the least that they must give, by a linear program."""

from dataclasses import replace

import numpy as np

from taxlots.domain.problem import Problem, error
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Portfolio
from taxlots.plan.optimizer.review import (
    LEAVE,
    LIMIT_CANNOT_BE_KEPT,
    Reviewed,
    percent,
    percent_down,
    percent_up,
    with_rows,
)
from taxlots.plan.optimizer.terms import trade_range
from taxlots.plan.risk import Floats


def nearest_feasible(book: Portfolio) -> tuple[Reviewed, Floats] | None:
    """The portfolio with the least relaxation of its sums and of its cash, and trades that keep it.

    Position limits and locks are kept; where nothing has to give, nothing is relaxed.
    """
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    low, high = trade_range(book)
    rows, count, sums = book.rows, book.count, len(book.rows.names) + 1
    now = np.append(rows.matrix @ book.held, -book.cash.held)
    matrix = np.vstack([rows.matrix, np.ones(count)])
    least = np.append(rows.low, -book.cash.ceiling) - now
    most = np.append(rows.high, -book.cash.floor) - now
    give = np.eye(sums)
    above = np.hstack([matrix, -give, 0 * give])[np.isfinite(most)]
    below = np.hstack([-matrix, 0 * give, -give])[np.isfinite(least)]
    limits = [*zip(low, np.minimum(high, 1e3), strict=True), *[(0, None)] * (2 * sums)]
    found = linprog(
        np.concatenate([np.zeros(count), np.ones(2 * sums)]),
        A_ub=np.vstack([above, below]),
        b_ub=np.concatenate([most[np.isfinite(most)], -least[np.isfinite(least)]]),
        bounds=limits,
        method="highs",
    )
    if found.x is None:
        return None
    trades = np.asarray(found.x[:count])
    if found.fun <= NEGLIGIBLE:
        return Reviewed(book, ()), trades
    over = np.where(found.x[count : count + sums] > NEGLIGIBLE, found.x[count : count + sums], 0)
    under = np.where(found.x[count + sums :] > NEGLIGIBLE, found.x[count + sums :], 0)
    relaxed, problems = with_rows(book, rows.low - under[:-1], rows.high + over[:-1])
    cash = replace(
        book.cash,
        floor=book.cash.floor - over[-1] - LEAVE * (over[-1] > 0),
        ceiling=book.cash.ceiling + under[-1] + LEAVE * (under[-1] > 0),
    )
    problems += _told_of_cash(book, cash.floor, cash.ceiling)
    return Reviewed(replace(relaxed, cash=cash), tuple(problems)), trades


def _told_of_cash(book: Portfolio, floor: float, ceiling: float) -> list[Problem]:
    found = []
    if floor < book.cash.floor:
        message = f"cash of at least {percent(book.cash.floor)} clashes with the other limits"
        remedy = f"withdraw less, or relax them; the most is {percent_down(floor)}"
        found.append(error("cash", LIMIT_CANNOT_BE_KEPT, message, remedy))
    if ceiling > book.cash.ceiling:
        message = f"cash of at most {percent(book.cash.ceiling)} clashes with the other limits"
        remedy = f"allow more cash, or relax them; the least is {percent_up(ceiling)}"
        found.append(error("cash", LIMIT_CANNOT_BE_KEPT, message, remedy))
    return found
