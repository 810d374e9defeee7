"""Trend rules: less of what falls.

The moving-average rule is that of M. Faber, "A quantitative approach to tactical asset
allocation" (2007): hold a class while its month-end price is above its mean of ten months.
"""

from __future__ import annotations

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import Flags, Floats, Tree, rolled_up

MATRIX = 2
FEWEST = 2
"""Closes that a mean and a last one need."""


def above_mean(closes: Floats, *, margin: float = 0.0, held: Flags | None = None) -> Flags:
    """Whether each asset's last close is above the mean of all its closes.

    ``closes`` has shape (t, n), one row a period, the last one now; a cell that is no number (no
    close) leaves the asset held.  Within ``margin`` of the mean (a part of it) ``held`` decides,
    so that a price at its mean does not trade every month; the default is to hold.
    """
    if closes.ndim != MATRIX or len(closes) < FEWEST or margin < 0:
        raise UsageError("a trend needs at least two closes of each asset, one row a period")
    before = np.ones(closes.shape[1], np.bool_) if held is None else held
    distance = closes[-1] / closes.mean(axis=0) - 1.0
    is_up = (distance > margin) | ((distance >= -margin) & before)
    return np.asarray(is_up | ~np.isfinite(distance), np.bool_)


def trend_targets(
    tree: Tree, weights: Floats, is_up: Flags, into: str, keep: float = 0.0
) -> Floats:
    """Weights with what is not up moved into one class, but for the part ``keep``.

    ``is_up`` has shape (n,); it is asked of leaves only.  The class ``into`` is never moved, and
    stands at any level: what it takes raises its parents too.  Raises UsageError for a name that
    is not in the tree.
    """
    if into not in tree.names or not 0 <= keep <= 1:
        raise UsageError(f"{into!r} is no class of the targets; name one that takes what falls")
    leaf = tree.is_leaf()
    refuge = tree.names.index(into)
    if not leaf[refuge]:
        raise UsageError(f"{into} has classes below it; name the one that takes what falls")
    falls = leaf & ~is_up
    falls[refuge] = False
    own = np.where(leaf, weights, 0.0)
    moved = np.where(falls, own * (1.0 - keep), 0.0)
    own = own - moved
    own[refuge] += moved.sum()
    return rolled_up(tree, own)
