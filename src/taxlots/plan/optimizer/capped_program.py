"""Linear caps that hold together, as rows of the program with a variable for each lot.

The price of one such cap is found by halving.  Two of them meet in corners of gains and turnover,
where each price makes the other jump; there PIQP finds both at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from taxlots.plan.optimizer.cap_kinds import Cap, by_row, uses_of_lots
from taxlots.plan.optimizer.kernel import BRIDGED, BUYS, SELLS
from taxlots.plan.optimizer.objective import lots_sold
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.quadratic_program import program_of
from taxlots.plan.optimizer.terms import Sides, prepare
from taxlots.plan.risk import Floats, floats

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]

TOLERANCE: Final = 1e-11
BOTH: Final = 1e-7
"""A name that is bought and sold by more than this needs a side."""


@dataclass(frozen=True, slots=True)
class CappedTrades:
    """Trades by name, what they sell by row of lots, and the prices of columns and of caps."""

    trades: Floats
    sold_by_row: Floats
    duals: Floats
    prices: Floats
    sides: Sides


def solve_within(book: Portfolio, caps: Sequence[Cap], sides: Sides) -> CappedTrades | None:
    """The convex plan of these sides within linear caps; None where none is found.

    Portfolios that may be short are left to the search by prices.
    """
    if (book.least < 0).any():
        return None
    found = _solved(book, caps, sides, np.zeros(book.count, np.bool_))
    if found is None:
        return None
    sold = np.bincount(book.lots.holder, found.sold_by_row[book.lots.order], book.count)
    is_both = np.minimum(found.trades + sold, sold) > BOTH
    if not is_both.any():
        return found
    chosen = np.where(is_both, np.where(found.trades > 0, BUYS, SELLS), sides)
    return _solved(book, caps, chosen, is_both)


def _solved(book: Portfolio, caps: Sequence[Cap], sides: Sides, fixed: Mask) -> CappedTrades | None:
    import piqp  # type: ignore[import-untyped]
    from scipy import sparse  # type: ignore[import-untyped]

    prepared = prepare(book)
    free = prepared.sides()
    own = np.where((free == BRIDGED) | fixed, sides, free)
    program, terms = program_of(prepared, own), prepared.terms
    count, lots, amounts = terms.bend.size, terms.slope.size, terms.curvature.size
    first = lots_sold(book, prepared.forced)
    rows, most = [], []
    for cap in caps:
        of_names, of_lots = uses_of_lots(cap, book)
        rows.append(np.concatenate([np.zeros(count), of_names, of_lots, np.zeros(amounts)]))
        most.append(cap.allowed - cap.used(book, prepared.forced, by_row(book, first)))
    solver = piqp.SparseSolver()
    solver.settings.eps_abs = solver.settings.eps_rel = TOLERANCE
    solver.setup(
        program.quadratic,
        program.linear,
        program.balance,
        np.zeros(count + amounts),
        sparse.csc_matrix(np.array(rows)),
        np.full(len(rows), -np.inf),
        floats(most),
        program.low,
        program.high,
    )
    if solver.solve() != piqp.PIQP_SOLVED:
        return None
    amount = floats(solver.result.x)
    return CappedTrades(
        trades=floats(amount[:count] + prepared.forced),
        sold_by_row=by_row(book, first + np.clip(amount[2 * count : 2 * count + lots], 0.0, None)),
        duals=floats(solver.result.y[count:]),
        prices=floats(np.maximum(solver.result.z_u, 0.0)),
        sides=own,
    )
