"""Drift: how far a household is from its targets, what that sets off, and where trades go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.bands.breach import Breaches, breaches, tree_destinations
from taxlots.plan.bands.widths import Bands
from taxlots.plan.targets.hierarchy import Flags, Floats, Tree, rolled_up


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """Weights, breaches and destinations at every level, parts of the whole, shape (n,).

    ``trades`` are dollars, bought above 0; those of a class are the sum of its parts.
    """

    weights: Floats
    breaches: Breaches
    destinations: Floats
    trades: Floats


def weights_of(tree: Tree, values: Floats) -> Floats:
    """The part of the whole that each class holds, with what stands below it.

    ``values`` are dollars that a class holds itself.  Raises UsageError where nothing is held.
    """
    whole = float(values.sum())
    if whole <= 0:
        raise UsageError("nothing that has a target is held; check asset_class in securities.csv")
    return rolled_up(tree, values) / whole


def drift_of_cash(target: Floats, bands: Bands) -> Drift:
    """The drift of a household that has cash alone: it goes to its targets, and nothing is traded.

    What is bought is a flow.  ``target`` and ``bands`` are parts of the whole, shape (n,).
    """
    nothing = np.zeros(len(target))
    return Drift(
        weights=nothing,
        breaches=breaches(nothing, bands),
        destinations=target,
        trades=nothing,
    )


def drift_of(
    tree: Tree,
    values: Floats,
    target: Floats,
    bands: Bands,
    parts: Floats,
    *,
    stays: Flags | None = None,
    is_calendar: bool = False,
) -> Drift:
    """What the bands set off, and where it goes.

    ``values`` are dollars that each class holds itself; ``parts`` is how far from its target a
    trade ends, as a part of the way to the edge.  What ``stays`` marks is not moved.  With
    ``is_calendar`` a date sets off trades whatever the bands: everything goes to its target.
    """
    weights = weights_of(tree, values)
    edges = Bands(target, target) if is_calendar else bands
    found = tree_destinations(tree, weights, target, edges, parts, stays=stays)
    return Drift(
        weights=weights,
        breaches=breaches(weights, bands),
        destinations=found.weights,
        trades=np.asarray((found.weights - weights) * values.sum()),
    )
