"""What every plan costs at least by the law of the year, from plans at fixed rates.

At any rates a plan's bound holds for the linear tax that they make.  On a cell where the law's tax
is affine it stands above that linear tax by no less than at one of the cell's corners; so each
plan's bound, with that distance, holds for all plans whose gains fall into the cell.  The best of
these counts for a cell, and the worst cell for all.  Rates that raise the worst cell's bound most
follow from the plans known already (Kelley, "The cutting-plane method for solving convex
programs", 1960).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taxlots.plan.plane import Cell
from taxlots.plan.risk import Floats

Rates = tuple[float, float]

NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedBound:
    """A plan at fixed rates of short- and long-term gain, as fractions of NAV.

    ``bound`` is what all plans cost at least by these rates; ``untaxed`` is what the plan costs
    beside the tax of ``gains``, its short- and long-term gain.
    """

    rates: Rates
    bound: float
    untaxed: float
    gains: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class LawCells:
    """The tax of a year over all gains within reach, both as fractions of NAV.

    ``corners`` (n, 2) and ``values`` (n,) are those of all cells, one cell after the other, each
    from its place in ``starts`` (k,) on; ``slopes`` (k, 2) are the marginal rates in each cell.
    """

    corners: Floats
    values: Floats
    starts: np.ndarray[tuple[int], np.dtype[np.intp]]
    slopes: Floats

    def above(self, rates: Rates) -> Floats:
        """By how much the law's tax is above that at fixed rates, at least, in each cell, (k,)."""
        away = self.values - self.corners @ np.array(rates)
        return np.asarray(np.minimum.reduceat(away, self.starts))

    def bound(self, tried: Sequence[RatedBound]) -> tuple[float, int]:
        """What every plan costs at least by law, and the cell where no more is known."""
        by_cell = np.max([one.bound + self.above(one.rates) for one in tried], axis=0)
        worst = int(by_cell.argmin())
        return float(by_cell[worst]), worst

    def next_rates(self, tried: Sequence[RatedBound], cell: int) -> Rates | None:
        """Rates at which a plan may raise the bound of a cell; None where none can."""
        own = float(self.slopes[cell, 0]), float(self.slopes[cell, 1])
        best = _steepest(self._corners_of(cell), tried)
        for rates in (own, best):
            if rates is not None and not any(are_near(rates, one.rates) for one in tried):
                return rates
        return None

    def _corners_of(self, cell: int) -> tuple[Floats, Floats]:
        end = self.starts[cell + 1] if cell + 1 < len(self.starts) else len(self.values)
        mine = slice(self.starts[cell], end)
        return self.corners[mine], self.values[mine]


def law_cells(cells: Sequence[Cell], nav_cents: int, at_nothing: float) -> LawCells:
    """The cells of a tax in cents as fractions of NAV; ``at_nothing`` is the tax without gains."""
    counts = [len(one.values) for one in cells]
    return LawCells(
        corners=np.concatenate([one.corners for one in cells]) / nav_cents,
        values=(np.concatenate([one.values for one in cells]) - at_nothing) / nav_cents,
        starts=np.cumsum([0, *counts[:-1]], dtype=np.intp),
        slopes=np.array([one.slopes for one in cells]),
    )


def are_near(one: Rates, other: Rates) -> bool:
    """Whether two pairs of rates are the same but for rounding."""
    return abs(one[0] - other[0]) < NEAR and abs(one[1] - other[1]) < NEAR


def _steepest(of_cell: tuple[Floats, Floats], tried: Sequence[RatedBound]) -> Rates | None:
    """The rates at which the bound of a cell could be greatest, as far as the plans tell.

    At any rates no bound exceeds what each known plan costs by them.
    """
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    corners, values = of_cell
    gains = np.array([one.gains for one in tried])
    beside = np.array([one.untaxed for one in tried])
    away = (corners[None, :, :] - gains[:, None, :]).reshape(-1, 2)
    most = (values[None, :] + beside[:, None]).ravel()
    known = np.array([one.rates for one in tried])
    room = 0.5 * np.ptp(known, axis=0) + 0.01
    limits = [*zip(known.min(axis=0) - room, known.max(axis=0) + room, strict=True), (None, None)]
    found = linprog(
        [0.0, 0.0, -1.0], A_ub=np.column_stack([away, np.ones(len(away))]), b_ub=most, bounds=limits
    )
    return None if found.x is None else (float(found.x[0]), float(found.x[1]))
