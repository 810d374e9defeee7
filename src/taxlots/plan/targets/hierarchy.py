"""Classes as a tree: what a class holds is its own and all that stands below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.problem import UsageError

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

TOP = -1
"""The parent of what has none."""
NEGLIGIBLE = 1e-9
"""Weights that differ by less are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Names in an order in which a parent stands before its children.

    ``parents`` holds the place of each name's parent, ``TOP`` at the top.
    """

    names: tuple[str, ...]
    parents: Places

    def levels(self) -> Places:
        """How many parents stand above each name."""
        found = np.zeros(len(self.names), np.int64)
        for place, parent in enumerate(self.parents):
            if parent != TOP:
                found[place] = found[parent] + 1
        return found

    def is_leaf(self) -> Flags:
        """Which names have nothing below them."""
        leaf = np.ones(len(self.names), np.bool_)
        leaf[self.parents[self.parents != TOP]] = False
        return leaf

    def siblings(self) -> Iterator[tuple[int, Places]]:
        """Each parent (``TOP`` first) and the places of its children, top down."""
        for parent in (TOP, *range(len(self.names))):
            children = np.flatnonzero(self.parents == parent)
            if len(children):
                yield parent, children


def tree_of(parents: Mapping[str, str]) -> Tree:
    """The tree of names and the names of their parents (blank: none), in the order given.

    Raises UsageError for a parent that is no name, and for names that stand below themselves.
    """
    order: list[str] = []
    placed: set[str] = set()
    waiting = dict(parents)
    while waiting:
        ready = [name for name, parent in waiting.items() if not parent or parent in placed]
        if not ready:
            raise UsageError(_lost(waiting, parents))
        order += ready
        placed.update(ready)
        for name in ready:
            del waiting[name]
    place = {name: at for at, name in enumerate(order)}
    above = [place[parents[name]] if parents[name] else TOP for name in order]
    return Tree(tuple(order), np.array(above, np.int64))


def _lost(waiting: Mapping[str, str], parents: Mapping[str, str]) -> str:
    for name, parent in waiting.items():
        if parent not in parents:
            return f"{name} stands below {parent}, which is not there; add it, or leave it blank"
    names = ", ".join(waiting)
    return f"{names} stand below themselves; leave the parent of the topmost blank"


def flat(names: Sequence[str]) -> Tree:
    """A tree of one level."""
    return Tree(tuple(names), np.full(len(names), TOP, np.int64))


def rolled_up(tree: Tree, own: Floats) -> Floats:
    """What each name holds with all below it; ``own`` is what it holds itself, shape (n,)."""
    total = own.astype(np.float64).copy()
    for place in range(len(tree.names) - 1, -1, -1):
        if tree.parents[place] != TOP:
            total[tree.parents[place]] += total[place]
    return total


def shifted(tree: Tree, weights: Floats, change: Floats, is_stated: Flags) -> Floats:
    """Weights after stated changes, which their siblings bear in proportion to their weights.

    ``weights`` and ``change`` are parts of the whole, shape (n,).  Siblings always sum to their
    parent: what the stated changes of some do not balance among themselves comes from those
    without one, and what lies below a class that changes keeps its proportions.  Raises
    UsageError where nobody is left to bear it, or a weight would be negative.
    """
    after = weights.astype(np.float64).copy()
    for parent, children in tree.siblings():
        whole = weights[children].sum() if parent == TOP else after[parent]
        before = weights[children].sum()
        scale = whole / before if before > 0 else 0.0
        part = weights[children] * scale + np.where(is_stated[children], change[children], 0.0)
        part += _borne(tree, children, weights[children] * scale, is_stated, whole - part.sum())
        if part.min() < -NEGLIGIBLE:
            worst = int(children[int(part.argmin())])
            raise UsageError(
                f"the changes leave {tree.names[worst]} at {part.min():.4f} of the whole; the most"
                f" that it can give is {weights[worst] * scale:.4f}"
            )
        after[children] = np.maximum(part, 0.0)
    return after


def _borne(tree: Tree, children: Places, parts: Floats, is_stated: Flags, rest: float) -> Floats:
    """What each sibling without a change of its own takes of the rest."""
    bearing = np.where(is_stated[children], 0.0, parts)
    if bearing.sum() > 0:
        return np.asarray(rest * bearing / bearing.sum())
    if abs(rest) > NEGLIGIBLE:
        names = ", ".join(tree.names[int(place)] for place in children)
        raise UsageError(
            f"the changes of {names} sum to {-rest:+.4f} and no class beside them bears it; make"
            " them sum to 0"
        )
    return np.zeros(len(children))
