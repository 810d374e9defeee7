"""Limits of a mandate while the trades of a plan go over sessions, and after what they leave.

A plan keeps its limits once all of it is traded.  In between, and where volume, cash or lots leave
a part untraded, a limit may be exceeded that the whole plan keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from taxlots.plan.rebalance.mandate import HeldWeights, SumLimit

Place = tuple[str, str]
"""An account and a security."""

Weights = Mapping[Place, float]
"""Parts of the household by place."""

KEPT: Final = 1e-8
"""A limit that is exceeded by less is kept: a cent in a million dollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedLimit:
    """A limit, and what ``value`` makes of the trades so far as parts of the household."""

    name: str
    least: float
    most: float
    value: Callable[[Weights], float]

    def beyond(self, traded: Weights) -> float:
        """How far trades take it beyond; 0 within it."""
        value = self.value(traded)
        return max(0.0, value - self.most, self.least - value)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBreak:
    """A limit that a schedule exceeds, in the limit's own unit.

    ``day`` is the session after which ``value`` is furthest beyond, or the last one where the limit
    is exceeded in the end; ``kept_from`` is the session from which on it is kept, None in the end.
    """

    name: str
    least: float
    most: float
    day: date
    value: float
    kept_from: date | None

    @property
    def beyond(self) -> float:
        """By how much it is exceeded."""
        return max(self.value - self.most, self.least - self.value)


def watched_sum(limit: SumLimit, held: Weights) -> WatchedLimit:
    """A limit on a sum of weights, of a household that holds ``held`` before it trades."""

    def value(traded: Weights) -> float:
        return limit.value(held_after(held, traded))

    return WatchedLimit(name=limit.name, least=limit.least, most=limit.most, value=value)


def held_after(held: Weights, traded: Weights) -> HeldWeights:
    """Weights once some trades are made."""
    of_position = {
        place: held.get(place, 0.0) + traded.get(place, 0.0) for place in {**held, **traded}
    }
    of_symbol: dict[str, float] = {}
    for (_, symbol), weight in of_position.items():
        of_symbol[symbol] = of_symbol.get(symbol, 0.0) + weight
    return HeldWeights(of_symbol, of_position)


def limit_breaks(
    limits: Sequence[WatchedLimit],
    sessions: Sequence[tuple[date, Weights]],
    planned: Weights,
) -> tuple[LimitBreak, ...]:
    """The limits that a schedule exceeds more than both doing nothing and the whole plan do.

    ``sessions`` have what is traded in each, sales below zero, ``planned`` all that the plan wants.
    """
    return tuple(one for limit in limits for one in _breaks(limit, sessions, planned))


def _breaks(
    limit: WatchedLimit, sessions: Sequence[tuple[date, Weights]], planned: Weights
) -> Iterator[LimitBreak]:
    if not sessions:
        return
    in_the_end = limit.beyond(planned) + KEPT
    meanwhile = max(limit.beyond({}), limit.beyond(planned)) + KEPT
    through = list(_cumulated(sessions))
    over = [limit.beyond(traded) for traded in through]
    if over[-1] > in_the_end:
        place, kept_from = len(over) - 1, None
    elif max(over) > meanwhile:
        place = int(np.argmax(over))
        last = max(at for at, one in enumerate(over) if one > meanwhile)
        kept_from = sessions[last + 1][0]
    else:
        return
    yield LimitBreak(
        name=limit.name,
        least=limit.least,
        most=limit.most,
        day=sessions[place][0],
        value=limit.value(through[place]),
        kept_from=kept_from,
    )


def _cumulated(sessions: Sequence[tuple[date, Weights]]) -> Iterator[Weights]:
    found: dict[Place, float] = {}
    for _, traded in sessions:
        for place, weight in traded.items():
            found[place] = found.get(place, 0.0) + weight
        yield dict(found)


def fewest_sessions(keeps: Callable[[int], bool], over: int, most: int) -> int | None:
    """The fewest sessions above ``over``, and up to ``most``, that keep limits; None if none do.

    More sessions trade no less, so that they are sought by halves; the answer is one that keeps
    them in any case.
    """
    if over >= most or not keeps(most):
        return None
    low, high = over, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if keeps(middle) else (middle, high)
    return high
