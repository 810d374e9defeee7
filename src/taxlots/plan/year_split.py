"""Year split, this December or next January: how much of a sale to make in which year.

Each dollar of gain is taxed by the return of its year.  Along the line from all of it this year to
all of it next year the tax of both is made of straight pieces, whose bends the law itself tells
(``plan.ramp``): the least of them is the best split.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from taxlots.domain.money import SHARE, apportion
from taxlots.plan.ramp import bends
from taxlots.plan.two_years import TwoYears


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPiece:
    """A part of the sale: quantity in 1e-8 units, gain in cents, and its term in either year."""

    lot_id: str
    quantity: int
    gain_cents: int
    is_long_now: bool
    is_long_then: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSplit:
    """How much of each piece is sold this year, in 1e-8 units, and the tax of both years.

    The tax is a present value in cents, negative where it is saved.
    """

    now: tuple[int, ...]
    cost_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitChoice:
    """All of a sale this year, all of it next year, and the split that costs least."""

    all_now: YearSplit
    all_then: YearSplit
    best: YearSplit


def best_split(pieces: Sequence[SplitPiece], years: TwoYears) -> SplitChoice:
    """The best of all splits that sell pieces in their order, from the first or from the last.

    In whole shares where the pieces are whole.  Of what costs the same, one year is better than
    both, and the next better than this one.
    """
    step = SHARE if all(piece.quantity % SHARE == 0 for piece in pieces) else 1
    whole = tuple(piece.quantity for piece in pieces)
    none = tuple(0 for _ in pieces)
    known = {now: _cost(pieces, now, years) for now in (none, whole)}
    for order in (range(len(pieces)), range(len(pieces) - 1, -1, -1)):
        for now in _corners(pieces, tuple(order), years, step):
            if now not in known:
                known[now] = _cost(pieces, now, years)
    best = min(known, key=lambda now: (known[now], now not in (none, whole), sum(now), now))
    made = {now: YearSplit(now=now, cost_cents=known[now]) for now in (none, whole, best)}
    return SplitChoice(all_now=made[whole], all_then=made[none], best=made[best])


def _gains(
    pieces: Sequence[SplitPiece], now: Sequence[int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Short-term and long-term gain of this year, and of the next."""
    this, after = [0, 0], [0, 0]
    for piece, units in zip(pieces, now, strict=True):
        gain = apportion(piece.gain_cents, units, piece.quantity)
        this[piece.is_long_now] += gain
        after[piece.is_long_then] += piece.gain_cents - gain
    return (this[0], this[1]), (after[0], after[1])


def _cost(pieces: Sequence[SplitPiece], now: Sequence[int], years: TwoYears) -> int:
    this, after = _gains(pieces, now)
    return years.cost(*this, *after)


def _corners(
    pieces: Sequence[SplitPiece], order: tuple[int, ...], years: TwoYears, step: int
) -> Iterator[tuple[int, ...]]:
    """The points beside each bend, on the way from nothing this year to all of it."""
    sold = [0 for _ in pieces]
    for place in order:
        piece = pieces[place]
        for at in _bends(pieces, place, tuple(sold), years):
            below = int(at) // step * step
            for units in (below, below + step):
                if 0 <= units <= piece.quantity:
                    yield (*sold[:place], units, *sold[place + 1 :])
        sold[place] = piece.quantity


def _bends(
    pieces: Sequence[SplitPiece], place: int, sold: tuple[int, ...], years: TwoYears
) -> Iterator[Fraction | int]:
    """The units of one piece at which the tax bends, while the others stay."""
    piece = pieces[place]
    this, after = _gains(pieces, sold)
    rate = Fraction(piece.gain_cents, piece.quantity)

    def tax(units: int) -> int:
        moving = cast("int", units * rate)
        now, then = [*this], [*after]
        now[piece.is_long_now] += moving
        then[piece.is_long_then] -= moving
        return years.cost(*now, *then)

    for bend in bends(tax, 0, piece.quantity):
        yield bend.at
