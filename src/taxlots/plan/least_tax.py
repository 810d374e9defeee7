"""The division of a sale among lots that costs least tax, were no loss disallowed.

Tax never falls when a gain grows.  So of what is sold at one term, the lots of least gain a unit
go first, and only one number is free: how much is sold short-term.  Along it the tax is made of
straight pieces, whose bends the law itself tells (``plan.ramp``); the least of them is the least
of all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import cast

from taxlots.domain.money import SHARE
from taxlots.plan.ramp import bends
from taxlots.plan.year_tax import YearTax


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sub-lot that may be sold: ``quantity`` in 1e-8 units, its gain a unit in cents, exact."""

    lot_id: str
    quantity: int
    unit_gain: Fraction
    is_long: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """How much of each part is sold, parts in the order given, and what that costs in cents."""

    taken: tuple[int, ...]
    cost_cents: Fraction


@dataclass(frozen=True, slots=True)
class _Term:
    """The parts of one term in order of gain a unit: ends of the parts, and the gain up to each."""

    order: tuple[int, ...]
    ends: tuple[int, ...]
    gains: tuple[Fraction, ...]
    rates: tuple[Fraction, ...]

    @property
    def units(self) -> int:
        return self.ends[-1]

    def gain(self, units: int) -> Fraction:
        """The least gain at which some units are sold."""
        at = bisect_left(self.ends, units)
        return self.gains[at] - (self.ends[at] - units) * self.rate_before(units)

    def rate_before(self, units: int) -> Fraction:
        """The gain of the last of some units; 0 of none."""
        at = bisect_left(self.ends, units)
        return self.rates[at - 1] if at else Fraction(0)


def least_tax(parts: Sequence[Part], quantity: int, year: YearTax) -> list[Division]:
    """Divisions of ``quantity`` (1e-8 units) from the least tax up, the first of them the least.

    Of those that cost the same in whole cents the one of fewest parts comes first.  Whole shares
    are divided into whole shares.  The parts must hold the quantity.
    """
    short, long = (_term(parts, is_long=is_long) for is_long in (False, True))
    step = SHARE if all(n % SHARE == 0 for n in (quantity, *(p.quantity for p in parts))) else 1
    low, high = max(0, quantity - long.units), min(quantity, short.units)
    marks = sorted(
        {low, high}
        | {end for end in short.ends if low < end < high}
        | {quantity - end for end in long.ends if low < quantity - end < high}
    )
    known = {mark: _cost(short, long, mark, quantity, year) for mark in marks}
    bounded = sorted((_bound(short, long, pair, quantity, year), pair) for pair in pairwise(marks))
    for bound, (start, end) in bounded:
        if bound >= min(known.values()):
            break
        for mark in _bends(short, long, start, end, quantity, year, step):
            if mark not in known:
                known[mark] = _cost(short, long, mark, quantity, year)
    divisions = [
        Division(taken=_taken(parts, short, long, mark, quantity), cost_cents=known[mark])
        for mark in known
    ]
    return sorted(divisions, key=_worth)


def _worth(division: Division) -> tuple[int, int, Fraction]:
    """The key of a division: its whole cents, then in how few parts it is made."""
    used = sum(units > 0 for units in division.taken)
    return floor(division.cost_cents), used, division.cost_cents


def _term(parts: Sequence[Part], *, is_long: bool) -> _Term:
    order = sorted(
        (place for place, part in enumerate(parts) if part.is_long is is_long),
        key=lambda place: (parts[place].unit_gain, place),
    )
    ends, gains = [0], [Fraction(0)]
    for place in order:
        part = parts[place]
        ends.append(ends[-1] + part.quantity)
        gains.append(gains[-1] + part.quantity * part.unit_gain)
    rates = tuple(parts[place].unit_gain for place in order)
    return _Term(tuple(order), tuple(ends), tuple(gains), rates)


def _total(year: YearTax, short_cents: Fraction, long_cents: Fraction) -> Fraction:
    """The tax now and later, at gains that need not be whole cents."""

    def tax(more: int) -> int:
        return _at(year, short_cents + more, long_cents)

    return Fraction(bends(tax, 0, 0)[0].value)


def _at(year: YearTax, short_cents: Fraction, long_cents: Fraction) -> int:
    """The tax at amounts that the law takes as they come: here a ramp is among them."""
    short, long = cast("int", short_cents), cast("int", long_cents)
    return year.all_years(short, long)


def _cost(short: _Term, long: _Term, mark: int, quantity: int, year: YearTax) -> Fraction:
    return _total(year, short.gain(mark), long.gain(quantity - mark))


def _bound(
    short: _Term, long: _Term, span: tuple[int, int], quantity: int, year: YearTax
) -> Fraction:
    """No division with a short-term part inside the span costs less: each gain is at its least."""
    least_short = min(short.gain(mark) for mark in span)
    least_long = min(long.gain(quantity - mark) for mark in span)
    return _total(year, least_short, least_long)


def _bends(
    short: _Term, long: _Term, start: int, end: int, quantity: int, year: YearTax, step: int
) -> Iterable[int]:
    """The marks inside a span at which the tax may be least: beside each of its bends."""
    at_short, at_long = short.gain(start), long.gain(quantity - start)
    up, down = short.rate_before(end), long.rate_before(quantity - start)

    def tax(units: int) -> int:
        return _at(year, at_short + up * units, at_long - down * units)

    for bend in bends(tax, 0, end - start):
        below = int(bend.at) // step * step
        for units in (below, below + step):
            if 0 < units < end - start:
                yield start + units


def _taken(
    parts: Sequence[Part], short: _Term, long: _Term, mark: int, quantity: int
) -> tuple[int, ...]:
    taken = [0] * len(parts)
    for term, units in ((short, mark), (long, quantity - mark)):
        left = units
        for place in term.order:
            taken[place] = min(left, parts[place].quantity)
            left -= taken[place]
    return tuple(taken)
