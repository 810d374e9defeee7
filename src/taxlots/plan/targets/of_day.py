"""The targets of one household on a day, from its rows: glide paths first, tilts last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from taxlots.domain.calendar import day_of
from taxlots.domain.target import WHOLE, Target
from taxlots.plan.bands.widths import Bands
from taxlots.plan.targets.glide_path import weight_on
from taxlots.plan.targets.hierarchy import Flags, Floats, Tree, shifted, tree_of


@dataclass(frozen=True, slots=True, eq=False)
class StatedTargets:
    """The rows of one household in the order of their tree.

    ``weights`` are the strategic weights, parts of the whole, shape (n,); they sum to 1 at the
    top, in proportion where the rows sum to less.
    """

    tree: Tree
    rows: tuple[Target, ...]
    weights: Floats

    def place(self, name: str) -> int:
        """The place of a class or symbol; -1 for what is none."""
        return self.tree.names.index(name) if name in self.tree.names else -1


def stated_targets(rows: Sequence[Target]) -> StatedTargets:
    """The targets of rows without problems; at least one has a weight above 0."""
    tree = tree_of({row.name: row.parent for row in rows})
    by_name = {row.name: row for row in rows}
    ordered = tuple(by_name[name] for name in tree.names)
    weights = np.array([row.weight / WHOLE for row in ordered])
    top = sum(row.weight for row in rows if not row.parent) / WHOLE
    return StatedTargets(tree, ordered, weights / top if top > 0 else weights)


def on_glide_paths(stated: StatedTargets, day: date) -> Floats:
    """The strategic weights of a day: those on a glide path move, the others make room."""
    number = day_of(day)
    change = np.zeros(len(stated.rows))
    for place, row in enumerate(stated.rows):
        if row.glide:
            path = [(point.day, point.weight / WHOLE) for point in row.glide]
            change[place] = weight_on(path, number) - row.weight / WHOLE
    return shifted(stated.tree, stated.weights, change, _flags(bool(r.glide) for r in stated.rows))


def with_tilts(
    stated: StatedTargets, weights: Floats, day: date, stays: Flags | None = None
) -> Floats:
    """Weights with the tilts of a day.

    What is not tilted makes room, but for what ``stays`` marks: it keeps its weight.
    """
    change = np.array([row.tilt_on(day) / WHOLE for row in stated.rows])
    is_stated = change != 0
    if not is_stated.any():
        return weights
    return shifted(stated.tree, weights, change, is_stated if stays is None else is_stated | stays)


def stated_bands(stated: StatedTargets, around: Floats, otherwise: Bands) -> Bands:
    """The bands of ``targets.csv``, moved along with what they stand around.

    The distances of their edges from the row's own weight are kept, so that they glide with it.
    An edge that a row leaves blank is that of ``otherwise``.
    """
    low, high = otherwise.low.copy(), otherwise.high.copy()
    for place, row in enumerate(stated.rows):
        if row.band_low is not None:
            low[place] = max(0.0, around[place] - (row.weight - row.band_low) / WHOLE)
        if row.band_high is not None:
            high[place] = min(1.0, around[place] + (row.band_high - row.weight) / WHOLE)
    return Bands(low, high)


def _flags(values: Iterable[bool]) -> Flags:
    return np.fromiter(values, np.bool_)
