"""Whole contracts that come closest to targets: the closest point of a lattice, exactly.

Each contract adds a column of exposures; a target is met within its tolerance.  The fewest kinds of
contracts that meet every tolerance are chosen, and where none do, the closest of all.  The search
goes through the whole numbers by growing distance (Schnorr and Euchner, 1994) and leaves out only
what is proven to be no closer, unless its tries are used up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, comb, inf
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import Floats, amounts, at_least_one, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MOST_SUBSETS: Final = 20_000
LEAST_RANK: Final = 1e-3
"""Instruments that are so nearly alike are not combined: one of them does what both do."""

MOST_TRIES: Final = 100_000
"""Of one set; where they are used up, the best of them stands, and no proof."""

MOST_TIMES: Final = 10
"""Without limits, no more of a contract than ten times what it would take by itself."""

ROUNDED: Final = 1e-12


@dataclass(frozen=True, slots=True)
class WholeContracts:
    """Numbers of contracts (negative: sold), what they bring, and what is left of each target."""

    counts: tuple[int, ...]
    achieved: Floats
    residual: Floats
    misfit: float

    @property
    def is_within(self) -> bool:
        """Whether every target is met within its tolerance."""
        return self.misfit <= 1 + ROUNDED


def whole_contracts(
    exposures: ArrayLike,
    targets: ArrayLike,
    tolerances: ArrayLike,
    *,
    most_instruments: int | None = None,
    costs: ArrayLike | None = None,
    limits: Sequence[tuple[int, int]] | None = None,
) -> WholeContracts:
    """Whole numbers of contracts whose exposures come closest to the targets.

    ``exposures`` has a row a target and a column an instrument; ``tolerances`` are in the targets'
    units and above zero: distances are measured by them.  At most ``most_instruments`` are used
    (default: as many as targets), and never more than targets.  For each set of instruments the
    numbers with the smallest largest miss are found; of the smallest sets that meet every
    tolerance the one with the least of ``costs`` (dollars a contract) wins, and where none do, the
    smallest miss.  ``limits`` are the least and the most of each contract; without them, none is
    taken more than ten times as often as it would be alone.  Raises UsageError for
    shapes that do not fit and for limits that clash.
    """
    wanted = numbers(targets, "targets")
    table = np.asarray(exposures, np.float64)
    if table.ndim != len(("targets", "instruments")) or table.shape[0] != len(wanted):
        raise UsageError(f"exposures of {table.shape} do not fit {len(wanted)} targets")
    scale = amounts(tolerances, "tolerances", wanted)
    if (scale == 0).any() or not np.isfinite(table).all():
        raise UsageError("tolerances must be above zero, and exposures must be numbers")
    size = table.shape[1]
    price = np.zeros(size) if costs is None else amounts(costs, "costs", range(size))
    most = min(len(wanted), size, at_least_one(most_instruments or len(wanted), "instruments"))
    if sum(comb(size, k) for k in range(1, most + 1)) > MOST_SUBSETS:
        raise UsageError(f"{size} instruments are too many to choose {most} from; name fewer")
    scaled, goal = table / scale[:, None], wanted / scale
    bounds = _bounds(limits, scaled, goal)
    best = _none(size, goal)
    for count in range(most + 1):
        found = list(_of_size(count, scaled, goal, price, bounds, best[0]))
        within = [one for one in found if one[0] <= 1 + ROUNDED]
        if within:
            best = min(within, key=lambda one: (one[1], one[0]))
            break
        best = min([best, *found], key=lambda one: (one[0], one[1]))
    counts = best[2]
    achieved = table @ np.array(counts, np.float64)
    return WholeContracts(counts, achieved, wanted - achieved, best[0])


_Found = tuple[float, float, tuple[int, ...]]
"""The largest miss in tolerances, the cost, and the counts."""


def _none(size: int, goal: Floats) -> _Found:
    return float(np.max(np.abs(goal), initial=0.0)), 0.0, (0,) * size


def _bounds(
    limits: Sequence[tuple[int, int]] | None, scaled: Floats, goal: Floats
) -> list[tuple[int, int]]:
    """The stated limits, else ten times what one contract would take to go the whole distance."""
    size = scaled.shape[1]
    if limits is None:
        lengths = np.linalg.norm(scaled, axis=0)
        far = float(np.linalg.norm(goal))
        most = [ceil(MOST_TIMES * max(1.0, far / one)) if one else 0 for one in lengths.tolist()]
        return [(-count, count) for count in most]
    if len(limits) != size or any(low > high or low > 0 or high < 0 for low, high in limits):
        raise UsageError("state for each instrument a least of zero or less and a most of zero up")
    return [(int(low), int(high)) for low, high in limits]


def _of_size(
    count: int,
    scaled: Floats,
    goal: Floats,
    price: Floats,
    bounds: list[tuple[int, int]],
    least: float,
) -> Iterator[_Found]:
    """The closest point of each set of so many instruments, where it misses by less than least.

    What is within every tolerance is always found, because its cost may be lower.
    """
    size = scaled.shape[1]
    if count == 0:
        yield _none(size, goal)
        return
    for chosen in combinations(range(size), count):
        columns = scaled[:, chosen]
        lengths = np.linalg.norm(columns, axis=0)
        if (lengths == 0).any():
            continue
        if np.linalg.svd(columns / lengths, compute_uv=False)[-1] < LEAST_RANK:
            continue
        found = closest(columns, goal, [bounds[at] for at in chosen], max(least, 1 + 2 * ROUNDED))
        if found is None:
            continue
        miss, picked = found
        least = min(least, miss)
        counts = [0] * size
        for at, number in zip(chosen, picked, strict=True):
            counts[at] = number
        yield miss, float(np.abs(counts) @ price), tuple(counts)


def closest(
    columns: Floats, goal: Floats, bounds: Sequence[tuple[int, int]], least: float = inf
) -> tuple[float, tuple[int, ...]] | None:
    """The whole numbers within bounds whose combination of columns misses the goal least.

    The miss is the largest of all targets; None where none is less than ``least``.  It is at
    least the distance over the root of the number of targets, so that what lies farther away
    need not be looked at.  The columns must be linearly independent.
    """
    q, upper = np.linalg.qr(columns)
    n = columns.shape[1]
    r, y = upper.tolist(), (q.T @ goal).tolist()
    off_plane = max(0.0, float(goal @ goal) - float(np.sum((q.T @ goal) ** 2)))
    rows, wanted = columns.tolist(), goal.tolist()
    best = [least]
    answer: list[tuple[int, ...]] = []
    left = [MOST_TRIES]
    trial = [0] * n

    def miss_of() -> float:
        misses: list[float] = [
            abs(target - sum(a * k for a, k in zip(row, trial, strict=True)))
            for target, row in zip(wanted, rows, strict=True)
        ]
        return max(misses)

    def descend(level: int, distance: float) -> None:
        if level < 0:
            miss = miss_of()
            if miss < best[0]:
                best[0] = miss
                answer[:] = [tuple(trial)]
            return
        later = sum(r[level][k] * trial[k] for k in range(level + 1, n))
        centre = (y[level] - later) / r[level][level]
        for number in outwards(centre, bounds[level]):
            grown = distance + (r[level][level] * (number - centre)) ** 2
            left[0] -= 1
            if grown >= len(wanted) * best[0] ** 2 or left[0] < 0:
                return
            trial[level] = number
            descend(level - 1, grown)

    descend(n - 1, off_plane)
    return (best[0], answer[0]) if answer else None


def outwards(centre: float, bounds: tuple[int, int]) -> Iterator[int]:
    """The whole numbers within bounds by growing distance from a centre."""
    low, high = bounds
    start = round(min(max(centre, low), high))
    below, above = start, start + 1
    while below >= low or above <= high:
        if above > high or (below >= low and centre - below <= above - centre):
            yield below
            below -= 1
        else:
            yield above
            above += 1
