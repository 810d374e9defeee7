"""Caps that no plan keeps together: which clash, what each needs at least, and the nearest caps.

Caps come in an order of precedence: gains and taxes, which are owed in dollars, then turnover, then
the tracking error.  Each in turn is kept where it can be beside those before it, and else raised to
the least that can be reached beside them.  So an earlier cap never gives for a later one, and no
cap gives more than it must.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from taxlots.domain.problem import Problem, error
from taxlots.plan.optimizer.cap_kinds import Cap, LiftedCap, TurnoverCap, is_tracking, told_of
from taxlots.plan.optimizer.least_use import LeastUse, Reach
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.terms import Sides
from taxlots.plan.risk import Floats

CAP_CANNOT_BE_KEPT: Final = "CAP_CANNOT_BE_KEPT"
"""The code of a problem: the cap that is named had to give."""

KEPT: Final = 1e-6
"""Of a cap: what is beyond it by less is within the tolerance of the solvers."""

KEPT_AT_ZERO: Final = 1e-11
LEAVE: Final = 1e-2
"""The part that a raised cap leaves beyond the least, so that a plan in shares has room."""

LEAVE_AT_ZERO: Final = 1e-9
PRECEDENCE: Final = "gains and taxes are kept before turnover, and turnover before tracking error"


@dataclass(frozen=True, slots=True)
class NearestCaps:
    """The caps that can be kept together, in the order in which they were stated.

    ``trades`` keep all of them; None where they were not looked for.  ``problems`` say which had
    to give.
    """

    caps: tuple[Cap, ...]
    problems: tuple[Problem, ...] = ()
    trades: Floats | None = None


def nearest_caps(book: Portfolio, caps: Sequence[Cap], sides: Sides) -> NearestCaps:
    """The caps as they are stated, or each at the least that its precedence leaves it.

    ``sides`` are tried where a name would have to be both bought and sold.
    """
    order = sorted(range(len(caps)), key=lambda at: _precedence(caps[at]))
    stated = [caps[at] for at in order]
    *first, last = stated
    found = _least(book, last, first, sides)
    if found is not None and _is_kept(last, found.used):
        return NearestCaps(tuple(caps), (), found.trades)
    kept: list[Cap] = []
    problems: list[Problem] = []
    for one in stated:
        cap = one
        for beside in ((), tuple(kept)):
            found = _least(book, cap, beside, sides)
            if found is not None and not _is_kept(cap, found.used):
                problems.append(_told(book, cap, found.used, beside, sides))
                cap = LiftedCap(one, found.used + LEAVE * abs(found.used) + LEAVE_AT_ZERO)
        kept.append(cap)
    again = dict(zip(order, kept, strict=True))
    trades = None if found is None else found.trades
    return NearestCaps(tuple(again[at] for at in range(len(caps))), tuple(problems), trades)


def _precedence(cap: Cap) -> int:
    return 2 if is_tracking(cap) else int(isinstance(cap, TurnoverCap))


def _is_kept(cap: Cap, used: float) -> bool:
    return used <= cap.allowed + KEPT * abs(cap.allowed) + KEPT_AT_ZERO


def _least(book: Portfolio, cap: Cap, beside: Sequence[Cap], sides: Sides) -> LeastUse | None:
    """The least use by plans that buy or sell a name, and do not do both."""
    both = np.zeros(book.count, np.int64)
    found = Reach(book, both).least(cap, beside)
    if found is None:
        return None
    sold = np.bincount(book.lots.holder, found.sold_by_row[book.lots.order], book.count)
    bought = found.trades + sold
    is_both = np.minimum(bought, sold) > KEPT
    if not is_both.any():
        return found
    chosen = np.where(is_both, np.where(sides > 0, 1, -1), both)
    one_sided = Reach(book, chosen).least(cap, beside)
    also = Reach(book, np.where(is_both, np.where(found.trades > 0, 1, -1), both)).least(
        cap, beside
    )
    rivals = [one for one in (one_sided, also) if one is not None]
    return min(rivals, key=lambda one: one.used, default=found)


def _told(book: Portfolio, cap: Cap, least: float, kept: Sequence[Cap], sides: Sides) -> Problem:
    """A cap that had to give, with those that it clashes with and what each needs at least."""
    rivals = list(kept)
    for one in kept:
        others = [other for other in rivals if other is not one]
        found = _least(book, cap, others, sides)
        if found is not None and not _is_kept(cap, found.used):
            rivals = others
    stated = f"{told_of(cap)} {'clash' if cap.name.endswith('s') else 'clashes'}"
    if not rivals:
        message = f"{stated} with the other limits"
        remedy = f"allow more of it, or relax them; the nearest is {cap.told(least)}"
        return error(cap.name, CAP_CANNOT_BE_KEPT, message, remedy)
    beside = " and ".join(told_of(one) for one in rivals)
    message = f"{stated} with {beside}"
    needs = "; ".join(_needs(book, cap, least, rivals, sides))
    remedy = f"{needs}; the plan takes the first of these, because {PRECEDENCE}"
    return error(cap.name, CAP_CANNOT_BE_KEPT, message, remedy)


def _needs(
    book: Portfolio, cap: Cap, least: float, rivals: Sequence[Cap], sides: Sides
) -> Iterator[str]:
    """What each of some caps has to be at least while all others hold."""
    those = "that is" if len(rivals) == 1 else "those are"
    yield f"where {those} kept, allow {cap.name} of {cap.told(least)}"
    for one in rivals:
        others = [cap, *(other for other in rivals if other is not one)]
        found = _least(book, one, others, sides)
        if found is not None:
            yield f"where {cap.name} is kept, allow {one.name} of {one.told(found.used)}"
