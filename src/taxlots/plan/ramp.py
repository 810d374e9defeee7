"""The law on a line: amounts that grow with one variable, run through the functions of law.

A function of law adds, multiplies by rates and compares.  Given a ramp instead of an amount it
does the same, and each comparison tells where on the line it would come out otherwise.  So one
call gives the tax at a point, its slope, and the next point at which the slope may change: the
whole piecewise linear function is found by walking from one to the next, and nothing is missed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, cast

Exact = int | Fraction

HALF: Final = Fraction(1, 2)

NEVER: Final = 1 << 200
"""Beyond every amount."""


@dataclass(slots=True)
class Line:
    """A point on the line, and the nearest point beyond it where a comparison turns.

    ``here`` and ``turn`` are values of the variable; comparisons are made just beyond ``here``.
    """

    here: Exact
    turn: Exact


class Compared:
    """An amount that is compared by the sign of its difference, which notes what it was asked."""

    __slots__ = ()

    def _sign(self, other: object) -> int:
        raise NotImplementedError

    def __lt__(self, other: object) -> bool:
        return self._sign(other) < 0

    def __le__(self, other: object) -> bool:
        return self._sign(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self._sign(other) > 0

    def __ge__(self, other: object) -> bool:
        return self._sign(other) >= 0

    def __eq__(self, other: object) -> bool:
        return self._sign(other) == 0

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        return self._sign(0) != 0


@dataclass(frozen=True, slots=True, eq=False)
class Ramp(Compared):
    """An amount ``at_here + slope * (variable - here)``, in any unit.

    Law divides to round half up: it adds half of the divisor first.  A ramp takes that half off
    again instead of cutting, so that its amounts are exact.
    """

    line: Line = field(repr=False)
    at_here: Exact
    slope: Exact

    def _of(self, other: object) -> tuple[Exact, Exact]:
        if isinstance(other, Ramp):
            return other.at_here, other.slope
        return cast("Exact", other), 0

    def __add__(self, other: object) -> Ramp:
        at_here, slope = self._of(other)
        return Ramp(self.line, self.at_here + at_here, self.slope + slope)

    __radd__ = __add__

    def __neg__(self) -> Ramp:
        return Ramp(self.line, -self.at_here, -self.slope)

    def __sub__(self, other: object) -> Ramp:
        at_here, slope = self._of(other)
        return Ramp(self.line, self.at_here - at_here, self.slope - slope)

    def __rsub__(self, other: object) -> Ramp:
        return -self + other

    def __mul__(self, factor: int) -> Ramp:
        return Ramp(self.line, self.at_here * factor, self.slope * factor)

    __rmul__ = __mul__

    def __floordiv__(self, divisor: int) -> Ramp:
        at_here = Fraction(self.at_here, divisor) - HALF
        return Ramp(self.line, at_here, Fraction(self.slope, divisor))

    def _sign(self, other: object) -> int:
        """The sign of the difference just beyond here; where it turns is noted."""
        at_here, slope = self._of(other)
        gap, growth = self.at_here - at_here, self.slope - slope
        if gap and growth and (gap < 0) != (growth < 0):
            turn = self.line.here - Fraction(gap, 1) / growth
            self.line.turn = min(self.line.turn, turn)
        sign = gap or growth
        return (sign > 0) - (sign < 0)


@dataclass(frozen=True, slots=True)
class Bend:
    """A point of a piecewise linear function: where, its value there, its slope from there on."""

    at: Exact
    value: Exact
    slope: Exact


def bends(function: Callable[[int], object], start: Exact, end: Exact) -> list[Bend]:
    """A continuous piecewise linear function of one variable, from ``start`` to ``end``.

    ``function`` takes the variable and gives the value, built from additions, products with
    numbers, exact divisions and comparisons.  The last bend is ``end``.
    """
    found: list[Bend] = []
    here = start
    while True:
        line = Line(here, NEVER)
        value = function(cast("int", Ramp(line, here, 1)))
        ramp = value if isinstance(value, Ramp) else Ramp(line, cast("Exact", value), 0)
        if not found or ramp.slope != found[-1].slope or here >= end:
            found.append(Bend(here, ramp.at_here, ramp.slope))
        if here >= end:
            return found
        here = min(line.turn, end)
