"""Targets around holdings that cannot be traded: private equity, calls and distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import NEGLIGIBLE, Flags, Floats


@dataclass(frozen=True, slots=True)
class CapitalCall:
    """Dollars that an illiquid class (its place) calls on a day; a distribution is negative."""

    place: int
    day: int
    amount: float


@dataclass(frozen=True, slots=True, eq=False)
class IlliquidTargets:
    """Targets of a day around illiquid holdings, shape (n,), that sum to the targets given.

    ``shortfall`` is by how much each illiquid class is below its own target, less than 0 where
    it is above it.  ``reserve`` is the part of the whole that calls to come keep in cash, and
    ``because`` says what was done.
    """

    weights: Floats
    shortfall: Floats
    reserve: float
    because: tuple[str, ...]


def after_flows(
    values: Floats, flows: Sequence[CapitalCall], cash: int, *, start: int, end: int
) -> Floats:
    """Values in dollars after the calls and distributions from ``start`` to ``end``, included.

    A call moves cash into its class, a distribution out of it.  Raises UsageError where a
    distribution is more than the class holds, or calls are at any time more than the cash.
    """
    after = values.astype(np.float64).copy()
    least = float(after[cash])
    for flow in sorted(flows, key=lambda flow: flow.day):
        if start <= flow.day <= end:
            after[flow.place] += flow.amount
            after[cash] -= flow.amount
            least = min(least, float(after[cash]))
            if after[flow.place] < 0:
                raise UsageError(
                    f"a distribution of {-flow.amount:.2f} is more than the class holds; the most"
                    f" is {after[flow.place] - flow.amount:.2f}"
                )
    if least < 0:
        raise UsageError(
            f"the calls are {-least:.2f} more than the cash there is; raise as much before"
        )
    return after


def around_illiquid(
    names: Sequence[str],
    targets: Floats,
    values: Floats,
    is_illiquid: Flags,
    *,
    reached: Floats | None = None,
    stand_in: str = "",
    reserve: str = "",
    calls: Sequence[CapitalCall] = (),
    as_of: int = 0,
    call_days: int = 0,
) -> IlliquidTargets:
    """Targets in which illiquid classes have the weight that they have, and the rest makes room.

    ``targets`` are parts of the whole and ``values`` dollars, shape (n,), of classes of one level.
    ``reached`` are the parts of the whole at which illiquid classes are kept, where a window lets
    them be traded; by default what they hold.  What an illiquid class has less than its target goes
    to ``stand_in`` (public equities for private ones), or in proportion to all liquid classes where
    that is blank; what it has more comes from there too.  Calls within ``call_days`` after
    ``as_of`` raise the target of the class
    ``reserve``, and what it then holds beyond its own target comes from the other liquid classes
    in proportion.  Raises UsageError where liquid classes cannot make so much room.
    """
    whole = float(values.sum())
    total = float(targets.sum())
    if whole <= 0:
        raise UsageError("nothing is held: there is no weight to leave as it is")
    actual = values / whole * total if reached is None else reached
    shortfall = np.where(is_illiquid, targets - actual, 0.0)
    weights = np.where(is_illiquid, actual, targets)
    because = _kept(names, actual, shortfall)
    rest = float(shortfall.sum())
    if stand_in:
        place = _place(names, stand_in, is_illiquid)
        weights[place] += rest
        if weights[place] < -NEGLIGIBLE:
            raise UsageError(
                f"{stand_in} cannot make room for {-rest:.4f} of illiquid holdings: its target is"
                f" {targets[place]:.4f}; leave stand_in blank, so that all classes make room"
            )
        because.append(f"{stand_in} stands in for {rest:+.4f}")
    else:
        weights = _spread(weights, ~is_illiquid, rest)
    called = sum(c.amount for c in calls if as_of < c.day <= as_of + call_days and c.amount > 0)
    kept = max(0.0, called / whole * total)
    if kept > 0:
        place = _place(names, reserve, is_illiquid)
        more = max(0.0, kept - float(weights[place]))
        others = ~is_illiquid
        others[place] = False
        weights = _spread(weights, others, -more)
        weights[place] += more
        because.append(f"{reserve} keeps {kept:.4f} for the calls of {call_days} days")
    return IlliquidTargets(np.maximum(weights, 0.0), shortfall, kept, tuple(because))


def _kept(names: Sequence[str], actual: Floats, shortfall: Floats) -> list[str]:
    """Where illiquid classes are kept, in sentences."""
    return [
        f"{names[place]} is kept at {actual[place]:.4f}, {abs(gap):.4f}"
        f" {'below' if gap > 0 else 'above'} its target"
        for place, gap in enumerate(shortfall)
        if abs(gap) > NEGLIGIBLE
    ]


def _place(names: Sequence[str], name: str, is_illiquid: Flags) -> int:
    if name not in names or is_illiquid[list(names).index(name)]:
        raise UsageError(f"{name!r} is no liquid class of this level; name one that can be traded")
    return list(names).index(name)


def _spread(weights: Floats, takes: Flags, rest: float) -> Floats:
    """Weights with the rest spread in proportion over those that take it."""
    room = float(weights[takes].sum())
    if abs(rest) <= NEGLIGIBLE:
        return weights
    if room + rest < -NEGLIGIBLE or room <= 0:
        raise UsageError(
            f"liquid classes have targets of {room:.4f} and cannot make room for {-rest:.4f}; the"
            " nearest that can be done is to sell all of them"
        )
    return np.asarray(np.where(takes, weights * (1.0 + rest / room), weights))
