"""The same problem with a variable for each lot, by PIQP: what is used where Newton stalls."""

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.optimizer.kernel import BRIDGED, BUYS, SELLS
from taxlots.plan.optimizer.newton import Engine
from taxlots.plan.optimizer.signs import Certificate, Found
from taxlots.plan.optimizer.terms import Prepared, Sides
from taxlots.plan.risk import floats


def solve_by_piqp(prepared: Prepared, sides: Sides, run: Engine) -> Found | None:
    """The convex plan of these sides (none bridged), or None where it is infeasible.

    Its certificate is of all sides: those of the plan need not be the best.

    Variables are each name's trade, what is bought of it and sold of each lot, and the amount of
    each column (factors, cash, limits).
    """
    import piqp  # type: ignore[import-untyped]
    from scipy import sparse  # type: ignore[import-untyped]

    if (sides == BRIDGED).any():
        raise UsageError("a name that may be bought or sold at a loss needs a side first")
    terms = prepared.terms
    count, lots, amounts = terms.bend.size, terms.slope.size, terms.curvature.size
    holder = np.repeat(np.arange(count), np.diff(terms.start))
    of_name = sparse.csc_matrix((np.ones(lots), (holder, np.arange(lots))), shape=(count, lots))
    one = sparse.eye(count)
    quadratic = sparse.diags(
        np.concatenate([terms.bend, np.zeros(count + lots), terms.curvature]), format="csc"
    )
    linear = np.concatenate(
        [
            terms.tilt,
            terms.buy_cost,
            terms.sell_cost[holder] + terms.slope,
            -terms.curvature * terms.centre,
        ]
    )
    balance = sparse.bmat(
        [
            [one, -one, of_name, None],
            [sparse.csc_matrix(terms.columns.T), None, None, -sparse.eye(amounts)],
        ],
        format="csc",
    )
    room = np.where(sides == SELLS, 0.0, terms.room)
    capacity = np.where((sides == BUYS)[holder], 0.0, terms.capacity)
    free = np.full(count, np.inf)
    low = np.concatenate([-free, np.zeros(count + lots), terms.low])
    high = np.concatenate([free, room, capacity, terms.high])
    solver = piqp.SparseSolver()
    solver.settings.eps_abs = solver.settings.eps_rel = 1e-11
    nothing = np.zeros(count + amounts)
    solver.setup(quadratic, linear, balance, nothing, None, None, None, low, high)
    if solver.solve() != piqp.PIQP_SOLVED:
        return None
    trades, duals = floats(solver.result.x[:count]), floats(solver.result.y[count:])
    value, floor = float(run.cost(terms, trades)), float(run.bound(terms, prepared.sides(), duals))
    rest = np.abs(trades @ terms.columns - solver.result.x[-amounts:]).max()
    return Found(trades, duals, sides, Certificate(value, floor), float(rest))
