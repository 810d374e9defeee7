"""The same problem with a variable for each lot, by PIQP: what is used where Newton stalls."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.optimizer.kernel import BRIDGED, BUYS, SELLS
from taxlots.plan.optimizer.newton import Engine
from taxlots.plan.optimizer.signs import Certificate, Found
from taxlots.plan.optimizer.terms import Prepared, Sides
from taxlots.plan.risk import Floats, floats

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Program:
    """A quadratic program: half of x'Qx + linear·x, ``balance`` x = 0, low <= x <= high.

    Variables are each name's trade, what is bought of it and sold of each lot, and the amount of
    each column (factors, cash, limits).
    """

    quadratic: Any
    linear: Floats
    balance: Any
    low: Floats
    high: Floats


def program_of(prepared: Prepared, sides: Sides) -> Program:
    """The program of a plan whose sides are fixed."""
    if (sides == BRIDGED).any():
        raise UsageError("a name that may be bought or sold at a loss needs a side first")
    terms = prepared.terms
    count, lots = terms.bend.size, terms.slope.size
    holder = np.repeat(np.arange(count), np.diff(terms.start))
    curvatures = [terms.bend, np.zeros(count + lots), terms.curvature]
    sale = terms.sell_cost[holder] + terms.slope
    room = np.where(sides == SELLS, 0.0, terms.room)
    capacity = np.where((sides == BUYS)[holder], 0.0, terms.capacity)
    free = np.full(count, np.inf)
    return Program(
        quadratic=_diagonal(np.concatenate(curvatures)),
        linear=np.concatenate([terms.tilt, terms.buy_cost, sale, -terms.curvature * terms.centre]),
        balance=balance_of(terms.columns, holder),
        low=np.concatenate([-free, np.zeros(count + lots), terms.low]),
        high=np.concatenate([free, room, capacity, terms.high]),
    )


def _diagonal(values: Floats) -> Any:
    """A sparse diagonal matrix, by columns."""
    from scipy.sparse import csc_matrix  # type: ignore[import-untyped]

    places = np.arange(values.size + 1)
    return csc_matrix((values, places[:-1], places), shape=(values.size, values.size))


def balance_of(columns: Floats, holder: Ints) -> Any:
    """The rows of the balances: of each name's trade, then of each column's amount.

    A trade is what is bought less what is sold of the lots, and an amount the sum of the trades by
    their loadings.  It is put together here, because a plan in whole shares asks for hundreds.
    """
    from scipy.sparse import csc_matrix

    count, amounts = columns.shape
    names, loaded = np.nonzero(columns)
    within = np.bincount(names, minlength=count)
    # Of a name's column its own row comes first, then those of its loadings, in their order.
    own = np.concatenate([[0], np.cumsum(within + 1)])
    rows, values = np.empty(own[-1], np.int64), np.empty(own[-1])
    rows[own[:-1]], values[own[:-1]] = np.arange(count), 1.0
    of_loadings = np.arange(names.size) + names + 1
    rows[of_loadings], values[of_loadings] = count + loaded, columns[names, loaded]
    singles = np.concatenate([np.arange(count), holder, count + np.arange(amounts)])
    signs = np.concatenate([-np.ones(count), np.ones(holder.size), -np.ones(amounts)])
    ends = np.concatenate([own, own[-1] + 1 + np.arange(singles.size)])
    return csc_matrix(
        (np.concatenate([values, signs]), np.concatenate([rows, singles]), ends),
        shape=(count + amounts, count + singles.size),
    )


def solve_by_piqp(prepared: Prepared, sides: Sides, run: Engine) -> Found | None:
    """The convex plan of these sides (none bridged), or None where it is infeasible.

    Its certificate is of all sides: those of the plan need not be the best.
    """
    import piqp  # type: ignore[import-untyped]

    terms, program = prepared.terms, program_of(prepared, sides)
    count, amounts = terms.bend.size, terms.curvature.size
    solver = piqp.SparseSolver()
    solver.settings.eps_abs = solver.settings.eps_rel = 1e-11
    nothing = np.zeros(count + amounts)
    solver.setup(
        program.quadratic,
        program.linear,
        program.balance,
        nothing,
        None,
        None,
        None,
        program.low,
        program.high,
    )
    if solver.solve() != piqp.PIQP_SOLVED:
        return None
    trades, duals = floats(solver.result.x[:count]), floats(solver.result.y[count:])
    value = float(run.cost(terms, trades))
    floor = float(run.bounds(terms, prepared.sides(), duals).sum())
    rest = np.abs(trades @ terms.columns - solver.result.x[-amounts:]).max()
    return Found(trades, duals, sides, Certificate(value, floor), float(rest))
