"""Momentum: a trim waits while the winner still rises, a buy while the loser still falls.

The return of the last year but its last month is the usual signal (N. Jegadeesh and S. Titman,
1993).  A wait never goes beyond the hard outer band, and flows are never kept waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.domain.calendar import months_after
from taxlots.domain.problem import UsageError
from taxlots.plan.bands.breach import breaches
from taxlots.plan.bands.widths import Bands
from taxlots.plan.targets.hierarchy import Flags, Floats, Places


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """What timing looks at, shape (n,); a cell that is no number is not known and delays nothing.

    ``momentum`` is a return; ``flow`` net purchases of funds of the class as a part of their
    assets, where somebody supplies it.
    """

    momentum: Floats
    flow: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentumRule:
    """A trim waits while momentum is above ``floor``, a buy while it is below minus ``floor``.

    With ``least_rank``, only the best (worst) part of the classes waits: 0.5 the better half.  A
    flow signal beyond ``flow_limit`` against the wait ends it.  ``longest_days`` is how long one
    waits at most; 0 is without end.
    """

    floor: float = 0.0
    least_rank: float = 0.0
    flow_limit: float = 0.0
    longest_days: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """Which trades wait, shape (n,), and why or why not, a sentence for each breach."""

    trims: Flags
    buys: Flags
    because: tuple[str, ...]


def momentum(days: Places, closes: Floats, as_of: int, *, months: int, skip: int) -> float:
    """The return from ``months`` before a day to ``skip`` months before it.

    ``days`` rise and ``closes`` are of one unit.  The close of a day is the last on or before it;
    not a number where there is none so old, or the oldest is more than half a month older.
    """
    if months <= skip or skip < 0:
        raise UsageError("momentum needs more months than it skips: 12 and 1, or 3 and 0")
    start = close_on(days, closes, months_after(as_of, -months))
    return close_on(days, closes, months_after(as_of, -skip)) / start - 1.0


OLDEST_CLOSE_DAYS = 15


def close_on(days: Places, closes: Floats, day: int) -> float:
    """The last close on or before a day; not a number where it is older than half a month."""
    place = int(np.searchsorted(days, day, side="right")) - 1
    if place < 0 or day - int(days[place]) > OLDEST_CLOSE_DAYS:
        return float("nan")
    return float(closes[place])


def hard_bands(target: Floats, bands: Bands, multiple: float) -> Bands:
    """The outer bands at which nothing waits: so many times as far from the target."""
    if multiple < 1:
        raise UsageError("the hard band is not inside the band: write a multiple of 1 or more")
    high = np.minimum(1.0, target + multiple * (bands.high - target))
    return Bands(np.maximum(0.0, target - multiple * (target - bands.low)), high)


def waits(
    names: tuple[str, ...],
    weights: Floats,
    bands: Bands,
    hard: Bands,
    signals: Signals,
    rule: MomentumRule,
    *,
    delays_buys: bool,
    forced: Flags | None = None,
    days_breached: Places | None = None,
) -> Waits:
    """Which of the trades that breaches set off wait.

    A trim of what is above its band waits while momentum holds; with ``delays_buys`` a buy of
    what is below waits while it falls.  Nothing waits at the hard band, where ``forced`` (a cap
    on tracking error, a loss to harvest, a dislocation) or the longest wait says so.  Buys that
    flows fund are not asked about here: they never wait.
    """
    sides, outside = breaches(weights, bands).sides, breaches(weights, hard).sides
    ranks = _ranks(signals.momentum)
    trims = np.zeros(len(weights), np.bool_)
    buys = np.zeros(len(weights), np.bool_)
    told = []
    for place in map(int, np.flatnonzero(sides)):
        side = int(sides[place])
        if side < 0 and not delays_buys:
            continue
        reason = _against(place, side, outside, forced, days_breached, rule)
        reason = reason or _faded(place, side, signals, ranks, rule)
        action = "trim" if side > 0 else "buy"
        value = float(signals.momentum[place])
        known = f"momentum is {value:+.1%}" if np.isfinite(value) else "momentum is not known"
        if reason:
            told.append(f"{names[place]}: the {action} does not wait: {reason} ({known})")
        else:
            (trims if side > 0 else buys)[place] = True
            told.append(f"{names[place]}: the {action} waits: {known}")
    return Waits(trims, buys, tuple(told))


def _against(
    place: int,
    side: int,
    outside: Places,
    forced: Flags | None,
    days_breached: Places | None,
    rule: MomentumRule,
) -> str:
    """Why a trade does not wait whatever the signals; blank if it may."""
    if outside[place] == side:
        return "it is beyond the hard band"
    if forced is not None and forced[place]:
        return "it is forced"
    if days_breached is not None and 0 < rule.longest_days <= int(days_breached[place]):
        return f"it has waited for {int(days_breached[place])} days"
    return ""


def _faded(place: int, side: int, signals: Signals, ranks: Floats, rule: MomentumRule) -> str:
    """Why the signals let a trade go; blank if they hold it."""
    value = side * float(signals.momentum[place])
    if not value > rule.floor:
        return "momentum has faded" if side > 0 else "it does not fall any more"
    rank = float(ranks[place]) if side > 0 else 1.0 - float(ranks[place])
    if rank < rule.least_rank:
        return "others move more"
    flow = float("nan") if signals.flow is None else side * float(signals.flow[place])
    if flow < -rule.flow_limit:
        return "fund flows have turned against it"
    return ""


def _ranks(values: Floats) -> Floats:
    """The part of the known values that each is not below: 1 the highest, 0 the lowest."""
    known = values[np.isfinite(values)]
    if len(known) < 2:  # noqa: PLR2004 (nothing to compare with)
        return np.ones(len(values))
    return np.array([float((known < value).sum()) / (len(known) - 1) for value in values])
