"""The convex plan: signs fixed or free, solved in the dual to the last digit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.optimizer import grid_search, kernel
from taxlots.plan.optimizer.terms import Prepared, Sides
from taxlots.plan.risk import Floats

COMPILED_FROM: Final = 5_000
"""Coefficients and lots from which machine code is sooner, its loading included."""

TOLERANCE: Final = 1e-12
"""What a column may stay unbalanced, as a fraction of NAV."""

SHARP: Final = 1e-6
"""How near to its tie a bridged name is between its purchase and its sale."""

MOST_STEPS: Final = 200


class Engine(NamedTuple):
    """The kernel's functions, as Python or as machine code."""

    ascend: Callable[..., Any]
    bounds: Callable[..., Any]
    cost: Callable[..., float]
    set_ties: Callable[..., None]
    around_ties: Callable[..., Any]
    descend_on_grid: Callable[..., Any]


PLAIN: Final = Engine(
    kernel.ascend,
    kernel.bounds,
    kernel.cost,
    kernel.set_ties,
    kernel.around_ties,
    grid_search.descend_on_grid,
)

_compiled: list[Engine] = []


def engine(name: str, size: int = 0) -> Engine:
    """``plain`` Python, ``compiled`` machine code, or by ``auto`` what is sooner at this size."""
    if name not in {"auto", "plain", "compiled"}:
        raise UsageError(f"engine is auto, plain or compiled, not {name!r}")
    if name == "plain" or (name == "auto" and not _compiled and size < COMPILED_FROM):
        return PLAIN
    if not _compiled:
        from taxlots.book.compiled import compiled

        _compiled.append(Engine(*compiled(*PLAIN)))
    return _compiled[0]


@dataclass(frozen=True, slots=True)
class Solved:
    """A solution of the convex problem at given sides.

    ``duals`` are the prices of the columns, ``trades`` those of the kernel, ``value`` the dual's
    value there: a lower bound of the cost of all trades of these sides.  ``residual`` is what a
    column stays unbalanced at most, as a fraction of NAV.
    """

    duals: Floats
    trades: Floats
    value: float
    steps: int
    residual: float

    @property
    def is_solved(self) -> bool:
        """Whether every column is balanced."""
        return self.residual <= 1e3 * TOLERANCE


def solve(
    prepared: Prepared,
    sides: Sides,
    duals: Floats | None = None,
    *,
    run: Engine = PLAIN,
    width: float = SHARP,
    is_bounded: bool = True,
) -> Solved:
    """The best trades of these sides, started from prices of the columns (default: none).

    Without ``is_bounded`` the dual's value is not asked for, and infinitely small.
    """
    terms, curved = prepared.terms, prepared.curved
    start = np.zeros(terms.curvature.size) if duals is None else duals
    found, trades, steps, residual, _ = run.ascend(
        terms, sides, width, start, curved.growth, curved.matrix, TOLERANCE, MOST_STEPS
    )
    value = float(run.bounds(terms, sides, found).sum()) if is_bounded else -np.inf
    return Solved(found, trades, value, steps, float(residual))


def engine_of(prepared: Prepared, name: str) -> Engine:
    """The engine for a problem of this size."""
    return engine(name, prepared.terms.columns.size + prepared.terms.slope.size)
