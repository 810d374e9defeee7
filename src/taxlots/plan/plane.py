"""The law on a plane: amounts that grow with two variables, run through the functions of law.

What ``ramp`` does on a line is done for two amounts at once, such as the short- and the long-term
gain of a year: a function of law is asked at a point and answers with its value, both slopes, and
the comparisons that led there.  These are half-planes, and what they have in common is a convex
cell on which the function is affine.  From each edge the next cell is asked, until all is covered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Final, cast

import numpy as np

from taxlots.plan.ramp import HALF, Compared, Exact
from taxlots.plan.risk import Floats

BEYOND: Final = 2.0
"""How far past an edge the next cell is asked, in the unit of the variables.

A cell that is narrower, or an edge that is shorter, is passed over.
"""

ON_EDGE: Final = 1e-3
"""What is no further apart is one point, in the same unit: edges are found in floats."""

Law = Callable[[int, int], object]
"""A function of two amounts, built from sums, products with numbers, divisions, comparisons."""

Corner = tuple[float, float]
Affine = tuple[Exact, Exact, Exact]
"""A value at a point, and its slopes in both variables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of two amounts, from the least to the most of each."""

    first: tuple[int, int]
    second: tuple[int, int]

    @property
    def corners(self) -> list[Corner]:
        """Around it, against the clock."""
        (left, right), (low, high) = self.first, self.second
        return [(left, low), (right, low), (right, high), (left, high)]

    def contains(self, first: float, second: float) -> bool:
        """Whether a point lies inside, not on the edge."""
        return self.first[0] < first < self.first[1] and self.second[0] < second < self.second[1]


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A convex part of a box on which a function is affine.

    ``corners`` has shape (k, 2), against the clock; ``values`` (k,) are the function's there;
    ``slopes`` are its slopes in both variables.  ``bounds`` are the least of both variables in it,
    then the most.
    """

    corners: Floats
    values: Floats
    slopes: tuple[float, float]

    bounds: tuple[float, float, float, float]

    def contains(self, first: float, second: float) -> bool:
        """Whether a point lies in it, or on its edge."""
        left, low, right, high = self.bounds
        if not (left <= first <= right and low <= second <= high):
            return False
        along = np.roll(self.corners, -1, axis=0) - self.corners
        across = np.array([first, second]) - self.corners
        area = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]
        return bool((area >= -ON_EDGE * np.hypot(*along.T)).all())


@dataclass(slots=True)
class _Point:
    """Where the law is asked, and the half-planes in which it answers alike."""

    first: int
    second: int
    sides: dict[Affine, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Plane(Compared):
    """An amount near a point: its value there, and how it grows with each variable.

    Law divides to round half up: it adds half of the divisor first.  A plane takes that half off
    again instead of cutting, as a ramp does, so that its amounts are exact.
    """

    point: _Point = field(repr=False)
    at_here: Exact
    by_first: Exact
    by_second: Exact

    def _of(self, other: object) -> Affine:
        if isinstance(other, Plane):
            return other.at_here, other.by_first, other.by_second
        return cast("Exact", other), 0, 0

    def __add__(self, other: object) -> Plane:
        at_here, first, second = self._of(other)
        return Plane(
            self.point, self.at_here + at_here, self.by_first + first, self.by_second + second
        )

    __radd__ = __add__

    def __neg__(self) -> Plane:
        return self * -1

    def __sub__(self, other: object) -> Plane:
        return self + (-other if isinstance(other, Plane) else -cast("Exact", other))

    def __rsub__(self, other: object) -> Plane:
        return -self + other

    def __mul__(self, factor: int) -> Plane:
        return Plane(
            self.point, self.at_here * factor, self.by_first * factor, self.by_second * factor
        )

    __rmul__ = __mul__

    def __floordiv__(self, divisor: int) -> Plane:
        return Plane(
            self.point,
            Fraction(self.at_here, divisor) - HALF,
            Fraction(self.by_first, divisor),
            Fraction(self.by_second, divisor),
        )

    def _sign(self, other: object) -> int:
        """The sign of the difference, just beyond the point where it is none; the side is noted."""
        at_here, first, second = self._of(other)
        gap = self.at_here - at_here, self.by_first - first, self.by_second - second
        deciding = next((one for one in gap if one), 0)
        sign = (deciding > 0) - (deciding < 0)
        if gap[1] or gap[2]:
            self.point.sides[sign * gap[0], sign * gap[1], sign * gap[2]] = None
        return sign


def cells(law: Law, box: Box) -> list[Cell]:
    """The cells of a box on which a function of two amounts is affine: together they cover it."""
    middle = sum(box.first) // 2 + 1, sum(box.second) // 2 + 1
    found: list[Cell] = []
    waiting = [middle]
    while waiting:
        first, second = waiting.pop()
        if any(one.contains(first, second) for one in found):
            continue
        cell = _cell_at(law, first, second, box)
        found.append(cell)
        waiting += [at for at in _neighbours(cell) if box.contains(*at)]
    return found


def _cell_at(law: Law, first: int, second: int, box: Box) -> Cell:
    """The cell around a point."""
    point = _Point(first, second)
    answer = law(cast("int", Plane(point, first, 1, 0)), cast("int", Plane(point, second, 0, 1)))
    plane = answer if isinstance(answer, Plane) else Plane(point, cast("Exact", answer), 0, 0)
    corners = box.corners
    for side in point.sides:
        corners = _cut(corners, side, first, second)
    at = _apart(np.array(corners, np.float64))
    slopes = float(plane.by_first), float(plane.by_second)
    values = float(plane.at_here) + (at - [first, second]) @ np.array(slopes)
    (left, low), (right, high) = at.min(axis=0).tolist(), at.max(axis=0).tolist()
    return Cell(at, values, slopes, (left, low, right, high))


def _cut(corners: list[Corner], side: Affine, first: int, second: int) -> list[Corner]:
    """A polygon within a half-plane that is given at a point (Sutherland and Hodgman, 1974)."""
    at_here, by_first, by_second = (float(one) for one in side)
    depth = [at_here + by_first * (x - first) + by_second * (y - second) for x, y in corners]
    if min(depth) >= 0:
        return corners
    found: list[Corner] = []
    around = zip([*corners, corners[0]], [*depth, depth[0]], strict=True)
    for (one, inside), (other, beyond) in pairwise(around):
        if inside >= 0:
            found.append(one)
        if inside * beyond < 0:
            part = inside / (inside - beyond)
            found.append((one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])))
    return found


def _apart(corners: Floats) -> Floats:
    """Corners without those that are the one before them again."""
    steps = corners - np.roll(corners, 1, axis=0)
    return np.asarray(corners[np.hypot(*steps.T) > ON_EDGE])


def _neighbours(cell: Cell) -> Iterator[tuple[int, int]]:
    """Points just beyond the middle of each edge."""
    corners = cell.corners
    for one, other in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = other - one
        length = float(np.hypot(*along))
        if length > BEYOND:
            outward = np.array([along[1], -along[0]]) * (BEYOND / length)
            first, second = (one + other) / 2 + outward
            yield round(float(first)), round(float(second))
