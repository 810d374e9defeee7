"""Purchases a part of the way: what is below its band is bought at a pace, look by look."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from taxlots.plan.drift import Drift
from taxlots.plan.targets.hierarchy import NEGLIGIBLE, TOP, Flags, Floats, Tree


@dataclass(frozen=True, slots=True, eq=False)
class PacedDrift:
    """Drift with purchases at their pace, and which classes have one, shape (n,)."""

    drift: Drift
    is_paced: Flags


def paced(tree: Tree, found: Drift, parts: Floats, stays: Flags) -> PacedDrift:
    """Where classes go at this look.

    ``parts`` is the part of the gap between what a class below its band holds and where it goes
    that is bought at once, from 0 to 1, shape (n,); what is no number has no pace.  What is not
    bought is not sold beside it either: sales of its siblings are less in proportion.  Where they
    sell nothing, their class has the money already and buys at once.  What stands below a class
    goes the same part of its way; ``stays`` marks what does not go any.
    """
    trades = found.destinations - found.weights
    cut = trades.copy()
    part = np.nan_to_num(parts, nan=1.0)
    slow = (found.breaches.sides < 0) & (trades > NEGLIGIBLE) & (part < 1) & ~stays
    done = np.zeros(len(slow), np.bool_)
    for parent, children in tree.siblings():
        if parent != TOP:
            if abs(trades[parent]) > NEGLIGIBLE:
                cut[children] *= cut[parent] / trades[parent]
            done[children] |= done[parent]
        mine = children[slow[children] & ~done[children]]
        selling = children[cut[children] < 0]
        sold = -float(cut[selling].sum())
        late = np.maximum(0.0, cut[mine] - part[mine] * trades[mine])
        later = min(sold, float(late.sum()))
        if later > NEGLIGIBLE:
            cut[mine] -= late * (later / late.sum())
            cut[selling] *= 1 - later / sold
        done[mine] |= cut[mine] < trades[mine] - NEGLIGIBLE
    whole = float(np.abs(found.trades).sum() / np.abs(trades).sum()) if trades.any() else 0.0
    after = replace(found, destinations=found.weights + cut, trades=np.asarray(cut * whole))
    return PacedDrift(after, done)


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
