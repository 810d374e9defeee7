"""Purchases a part of the way: what is below its band is bought at a pace, look by look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.plan.drift import Drift
from taxlots.plan.targets.hierarchy import NEGLIGIBLE, TOP, Flags, Floats, Tree


@dataclass(frozen=True, slots=True, eq=False)
class PacedPurchases:
    """Which classes go only a part of their way, and to which weights, shape (n,).

    ``weights`` are parts of the whole; those of other classes are what they hold.
    """

    is_paced: Flags
    weights: Floats


def paced(tree: Tree, found: Drift, parts: Floats, stays: Flags) -> PacedPurchases:
    """Where classes below their bands go at this look.

    ``parts`` is the part of the gap between what a class holds and where it goes that is bought at
    once, from 0 to 1, shape (n,); what is no number has no pace.  The pace of a class is that of
    all that stands below it.  What ``stays`` marks is left where it is.
    """
    gap = found.destinations - found.weights
    slow = (found.breaches.sides < 0) & (gap > NEGLIGIBLE) & (np.nan_to_num(parts, nan=1.0) < 1)
    slow &= ~stays
    for place, parent in enumerate(tree.parents):
        if parent != TOP and slow[_paced_above(tree, slow, int(parent))]:
            slow[place] = False
    at = np.where(slow, found.weights + np.nan_to_num(parts) * gap, found.weights)
    return PacedPurchases(slow, at)


def limits_of_purchases(tree: Tree, found: Drift, is_limited: Flags) -> Floats:
    """The weight beyond which nothing of a class is bought at this look, shape (n,).

    It is stated for what ``is_limited`` marks and for all that stands below it; of the rest it is
    no number.
    """
    limited = is_limited.copy()
    for place, parent in enumerate(tree.parents):
        if parent != TOP:
            limited[place] |= limited[parent]
    return np.where(limited, np.maximum(found.destinations, found.weights), np.nan)


def _paced_above(tree: Tree, slow: Flags, place: int) -> int:
    """The nearest place, upwards from one, that is paced; the top one where none is."""
    while not slow[place] and tree.parents[place] != TOP:
        place = int(tree.parents[place])
    return place
