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


def balanced(target: Floats, wanted: Floats, bands: Bands, total: float) -> Floats:
    """Destinations that sum to a total: the other side of the trades that breaches set off.

    ``wanted`` are ``destinations``, of which the bands contain each.  What they leave over (or
    lack) goes to what is under (over) its target, first to what is furthest for the width of its
    band, until all that takes part is as far as the next: so few classes trade, and those that
    need it most.  Nothing passes its target where targets sum to the total; what is left then is
    spread in proportion.
    """
    result = wanted.astype(np.float64).copy()
    rest = total - float(result.sum())
    gap = np.maximum((target - result) * np.sign(rest), 0.0)
    width = target - bands.low if rest > 0 else bands.high - target
    result += np.sign(rest) * _levelled(gap, np.maximum(width, NEGLIGIBLE), abs(rest))
    left = total - float(result.sum())
    if abs(left) > NEGLIGIBLE and result.sum() > 0:
        result *= total / result.sum()
    return result


def _levelled(gap: Floats, width: Floats, amount: float) -> Floats:
    """Parts of an amount that level gaps, measured by their widths, from the largest down.

    Part i is max(0, gap - level × width) with one level for all; all of every gap where the
    amount is more than that.
    """
    if amount >= gap.sum():
        return gap
    order = np.argsort(-gap / width, kind="stable")
    gaps, widths = np.cumsum(gap[order]), np.cumsum(width[order])
    ratios = (gap / width)[order]
    # With the first k taking part the level is (their gaps - amount) / their widths; it holds
    # where the next one's ratio is not above it.
    levels = (gaps - amount) / widths
    following = np.append(ratios[1:], 0.0)
    level = levels[int(np.argmax(levels >= following - NEGLIGIBLE))]
    return np.asarray(np.maximum(gap - max(0.0, float(level)) * width, 0.0))


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
        shared = total - float(weights[children][fixed[children]].sum())
        scale = max(0.0, shared) / float(target[free].sum() or 1.0)
        # Parts aim at their targets in proportion to what their class will be.
        edges = Bands(bands.low[free] * scale, bands.high[free] * scale)
        result[free] = balanced(target[free] * scale, wanted[free], edges, shared)
    return TreeDestinations(found, result, np.abs(result - weights) > NEGLIGIBLE)
