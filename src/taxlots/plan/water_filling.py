"""Water-filling: money goes to what is most under its target, or comes from what is most over it.

A basin for each name: as wide as its target weight, filled as high as what is held.  Money that is
poured in lifts the lowest surface first, until all that it reaches stand at one level; money that
is drawn off lowers the highest.  The level is found by one sort (O(n log n)) and is exact; cents
are cut so that they sum to the flow to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from taxlots.domain.problem import UsageError


def fill(
    held_cents: Sequence[int],
    weights: Sequence[int],
    flow_cents: int,
    room_cents: Sequence[int | None] | None = None,
) -> list[int]:
    """How many cents of a flow each name gets: ``max(0, level * weight - held)``, at most its room.

    ``weights`` are in any one unit; a name of weight 0 gets nothing, and neither does one of room
    0 (blocked); a room of None has no end.  The result sums to the flow, or to all the room there
    is where that is less.  Raises UsageError for a negative flow, weight or room.
    """
    rooms = [None] * len(weights) if room_cents is None else list(room_cents)
    if flow_cents < 0 or any(w < 0 for w in weights) or any(r is not None and r < 0 for r in rooms):
        raise UsageError("a flow, a target weight and a room are from zero up")
    open_places = [i for i, (w, r) in enumerate(zip(weights, rooms, strict=True)) if w and r != 0]
    most = sum(room for i in open_places if (room := rooms[i]) is not None)
    is_endless = any(rooms[i] is None for i in open_places)
    flow = flow_cents if is_endless else min(flow_cents, most)
    if not open_places or flow == 0:
        return [0] * len(weights)
    level = _level(held_cents, weights, rooms, open_places, flow)
    exact = [Fraction(0)] * len(weights)
    for i in open_places:
        wanted = max(Fraction(0), level * weights[i] - held_cents[i])
        room = rooms[i]
        exact[i] = wanted if room is None else min(wanted, Fraction(room))
    return whole_cents(exact, flow)


def drain(
    held_cents: Sequence[int],
    weights: Sequence[int],
    need_cents: int,
    available_cents: Sequence[int],
) -> list[int]:
    """How many cents of a need each name gives: ``max(0, held - level * weight)``.

    ``available_cents`` is the most that each can give.  Names of weight 0 give first, all in
    proportion to what is available.  The result sums to the need, or to all that is available
    where that is less.  Raises UsageError for a negative need, weight or amount.
    """
    if need_cents < 0 or min([*weights, *available_cents], default=0) < 0:
        raise UsageError("a need, a target weight and what is available are from zero up")
    idle = [a if w == 0 else 0 for a, w in zip(available_cents, weights, strict=True)]
    first = min(need_cents, sum(idle))
    given = [Fraction(first * a, sum(idle)) if a else Fraction(0) for a in idle]
    taken = whole_cents(given, first)
    rest = fill([-held for held in held_cents], weights, need_cents - first, list(available_cents))
    return [a + b for a, b in zip(taken, rest, strict=True)]


def whole_cents(exact: Sequence[Fraction], total_cents: int) -> list[int]:
    """Exact amounts from zero up as whole cents of the same sum.

    Each is cut to its cents; the cents left go to the largest cut parts, the earlier of equals.
    """
    cents = [int(amount) for amount in exact]
    left = total_cents - sum(cents)
    parts = sorted(range(len(exact)), key=lambda i: (cents[i] - exact[i], i))
    for i in parts[:left]:
        cents[i] += 1
    return cents


def _level(
    held: Sequence[int],
    weights: Sequence[int],
    rooms: Sequence[int | None],
    places: Sequence[int],
    flow: int,
) -> Fraction:
    """The level at which the flow is used up: a walk over the levels at which the width changes."""
    turns: list[tuple[Fraction, int]] = []
    for i in places:
        turns.append((Fraction(held[i], weights[i]), weights[i]))
        room = rooms[i]
        if room is not None:
            turns.append((Fraction(held[i] + room, weights[i]), -weights[i]))
    turns.sort()
    level, width, left = turns[0][0], 0, Fraction(flow)
    for at, change in turns:
        taken = (at - level) * width
        if taken >= left > 0 and width:
            break
        left -= taken
        level, width = at, width + change
    return level + left / width if width else level
