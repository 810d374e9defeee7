"""Breaches of bands, and where the trades go that they set off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.domain.rebalance_rule import Destination
from taxlots.plan.bands.widths import Bands
from taxlots.plan.targets.hierarchy import NEGLIGIBLE, TOP, Flags, Floats, Places, Tree

PART_OF_BAND = {
    Destination.EDGE: 1.0,
    Destination.HALF: 0.5,
    Destination.TARGET: 0.0,
}
"""How far from the target, as a part of the band, a trade ends."""

VANGUARD_200_175 = 175.0 / 200.0
"""The threshold of 200 and the destination of 175 basis points that Vanguard's study found best."""


@dataclass(frozen=True, slots=True, eq=False)
class Breaches:
    """Which weights are outside their bands: -1 below, 0 inside, 1 above, shape (n,)."""

    sides: Places

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(np.any(self.sides))


def breaches(weights: Floats, bands: Bands) -> Breaches:
    """The side on which each weight is outside its band; at the edge it is inside."""
    above = weights > bands.high + NEGLIGIBLE
    below = weights < bands.low - NEGLIGIBLE
    return Breaches(above.astype(np.int64) - below.astype(np.int64))


def part_of_band(destination: Destination, fraction: float = VANGUARD_200_175) -> float:
    """How far from the target a trade ends, as a part of the way to the edge."""
    if not 0 <= fraction <= 1:
        raise UsageError("the fraction of a band is from 0 (the target) to 1 (the edge)")
    return PART_OF_BAND.get(destination, fraction)


def destinations(weights: Floats, target: Floats, bands: Bands, parts: Floats | float) -> Floats:
    """Where each weight goes by itself: inside its band it stays, outside it goes a part back.

    ``parts`` is how far from the target it ends, as a part of the way to the edge.
    """
    sides = breaches(weights, bands).sides
    high = target + parts * (bands.high - target)
    low = target - parts * (target - bands.low)
    return np.asarray(np.where(sides > 0, high, np.where(sides < 0, low, weights)))


def balanced(weights: Floats, target: Floats, wanted: Floats, total: float) -> Floats:
    """Destinations that sum to a total: the other side of the trades that breaches set off.

    ``wanted`` are ``destinations``.  What they leave over, or lack, moves the weights that no
    breach moves toward their targets, each by the same part of its distance; where that is not
    enough, the breached ones go further toward theirs, and at last all beyond in proportion.  With
    targets that sum to ``total`` no weight passes its target.
    """
    result = wanted.astype(np.float64).copy()
    is_still = np.abs(wanted - weights) <= NEGLIGIBLE
    for takes in (is_still, ~is_still):
        rest = total - result.sum()
        distance = np.where(takes, target - result, 0.0)
        ways = np.where(distance * rest > 0, distance, 0.0)
        room = ways.sum()
        if abs(rest) > 0 and abs(room) > 0:
            result += ways * min(1.0, rest / room)
    rest = total - result.sum()
    if abs(rest) > NEGLIGIBLE and result.sum() > 0:
        result *= total / result.sum()
    return result


@dataclass(frozen=True, slots=True, eq=False)
class TreeDestinations:
    """The breaches of every level and where every weight goes, shape (n,).

    ``is_moved`` tells whose siblings, or itself, a breach moves.
    """

    breaches: Breaches
    weights: Floats
    is_moved: Flags


def tree_destinations(
    tree: Tree,
    weights: Floats,
    target: Floats,
    bands: Bands,
    parts: Floats | float,
    *,
    stays: Flags | None = None,
) -> TreeDestinations:
    """Where each weight of a tree goes, level by level from the top.

    ``weights`` are parts of the whole, rolled up; ``bands`` are stated at each level.  A class
    that moves takes along what lies below it: its parts share its new weight by their own
    breaches, and come nearer to their targets.  Weights that ``stays`` marks (illiquid holdings,
    trades that timing postpones) are not moved, breached or not.
    """
    found = breaches(weights, bands)
    fixed = np.zeros(len(weights), np.bool_) if stays is None else stays
    wanted = np.where(fixed, weights, destinations(weights, target, bands, parts))
    result = weights.astype(np.float64).copy()
    for parent, children in tree.siblings():
        total = float(weights[children].sum())
        free = children[~fixed[children]]
        if parent != TOP:
            # What the class itself holds and no part of it stays where it is.
            total += float(result[parent] - weights[parent])
        if not len(free):
            continue
        is_quiet = (
            not np.any(found.sides[free]) and abs(total - weights[children].sum()) < NEGLIGIBLE
        )
        if is_quiet:
            continue
        kept = float(weights[children][fixed[children]].sum())
        aims = target[free]
        if aims.sum() > 0:
            aims = aims * max(0.0, total - kept) / aims.sum()
        result[free] = balanced(weights[free], aims, wanted[free], total - kept)
    return TreeDestinations(found, result, np.abs(result - weights) > NEGLIGIBLE)
