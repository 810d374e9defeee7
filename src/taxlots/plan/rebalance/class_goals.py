"""Where the classes of a household go: what bands and timing set off, and then what flows do.

A flow is what the household has to invest beyond what it holds, or has to raise.  It goes to what
is most under its target, or comes from what is most over it (water-filling), whatever waits: nobody
has to sell anything for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxlots.plan.rebalance.household_portfolio import Band
from taxlots.plan.water_filling import drain, fill

UNIT = 10**8
"""Weights of water-filling are whole numbers of this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassState:
    """A class with nothing below it, as drift sees it.

    ``goal`` (where bands and timing send it), ``target``, ``low``, ``high`` and ``buys_to`` are
    parts of what is invested; only flows buy beyond ``buys_to``, and nothing is sold below
    ``sells_to``.  ``is_closed``: no flow trades it.
    """

    name: str
    symbols: frozenset[str]
    held_cents: int
    goal: float
    target: float
    low: float
    high: float
    buys_to: float | None = None
    sells_to: float | None = None
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class ClassGoal:
    """Where a class goes and the band that its trades keep, as parts of the household."""

    wanted: float
    band: Band


def class_goals(
    states: Sequence[ClassState], nav_cents: int, invested: float
) -> dict[str, ClassGoal]:
    """The goals of all classes, by name.

    ``invested`` is the part of the household's ``nav_cents`` that is not to be cash; the goals sum
    to it as far as open classes can take or give the flow.
    """
    held = sum(one.held_cents for one in states)
    whole = sum(one.goal for one in states) or 1.0
    starts = [round(one.goal / whole * held) for one in states]
    flow = round(invested * nav_cents) - held
    targets = [0 if one.is_closed else round(one.target * UNIT) for one in states]
    if flow >= 0:
        flows = fill(starts, targets, flow)
    else:
        open_cents = [
            0 if one.is_closed else start for one, start in zip(states, starts, strict=True)
        ]
        flows = [-cents for cents in drain(starts, targets, -flow, open_cents)]
    found = {}
    for one, start, cents in zip(states, starts, flows, strict=True):
        high = one.high * invested
        if one.buys_to is not None:
            high = min(high, (one.buys_to * held + max(0, cents)) / nav_cents)
        low = one.low * invested
        if one.sells_to is not None:
            low = max(low, one.sells_to * held / nav_cents)
        found[one.name] = ClassGoal(
            wanted=(start + cents) / nav_cents, band=Band(one.symbols, min(low, high), high)
        )
    return found
