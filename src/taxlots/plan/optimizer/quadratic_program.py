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
    from scipy import sparse  # type: ignore[import-untyped]

    if (sides == BRIDGED).any():
        raise UsageError("a name that may be bought or sold at a loss needs a side first")
    terms = prepared.terms
    count, lots, amounts = terms.bend.size, terms.slope.size, terms.curvature.size
    holder = np.repeat(np.arange(count), np.diff(terms.start))
    of_name = sparse.csc_matrix((np.ones(lots), (holder, np.arange(lots))), shape=(count, lots))
    one = sparse.eye(count)
    curvatures = [terms.bend, np.zeros(count + lots), terms.curvature]
    sale = terms.sell_cost[holder] + terms.slope
    columns = sparse.csc_matrix(terms.columns.T)
    room = np.where(sides == SELLS, 0.0, terms.room)
    capacity = np.where((sides == BUYS)[holder], 0.0, terms.capacity)
    free = np.full(count, np.inf)
    return Program(
        quadratic=sparse.diags(np.concatenate(curvatures), format="csc"),
        linear=np.concatenate([terms.tilt, terms.buy_cost, sale, -terms.curvature * terms.centre]),
        balance=sparse.bmat(
            [[one, -one, of_name, None], [columns, None, None, -sparse.eye(amounts)]],
            format="csc",
        ),
        low=np.concatenate([-free, np.zeros(count + lots), terms.low]),
        high=np.concatenate([free, room, capacity, terms.high]),
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
