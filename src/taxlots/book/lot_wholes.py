"""The wholes of open lots: the quantity and basis at opening, by which parts are measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.cells import Int64

Key = tuple[int, int, int, bool]
"""Number of the lot, position, holding-period day, and whether it has served as replacement."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A sub-lot as it was opened: 1e-8 units, and cents of basis and of basis for loss."""

    quantity: int
    basis_cents: int
    loss_basis_cents: int


def wholes_of(books: Books, lots: Int64) -> dict[Key, Whole | None]:
    """The whole of each open sub-lot of some lots, by their numbers.

    None where several parts stand under one key, or in a pool.
    """
    slots = books.state.table("slots")
    is_open = (slots["quantity"] > 0) & (slots["flags"] & kinds.CLOSED == 0)
    is_open[is_open] &= np.isin(slots["lot"][is_open], lots)
    s = slots[is_open]
    is_replacement = s["flags"] & kinds.REPLACEMENT != 0
    is_pooled = s["flags"] & kinds.POOLED != 0
    keys = (s["lot"], s["position"], s["holding_period"], is_replacement)
    wholes = (s["whole_quantity"], s["whole_cents"], s["loss_cents"])
    found: dict[Key, Whole | None] = {}
    for lot, position, day, is_used, pooled, *whole in zip(
        *(column.tolist() for column in (*keys, is_pooled, *wholes)), strict=True
    ):
        key = lot, position, day, is_used
        found[key] = None if pooled or key in found else Whole(*whole)
    return found


def averaged_positions(books: Books) -> frozenset[tuple[str, str]]:
    """The positions, by account and symbol, whose basis is averaged on the as-of day."""
    positions = books.state.table("positions")
    is_on = books.state.table("averages")["is_on"]
    found = []
    for at in np.flatnonzero(positions["average"] >= 0):
        if is_on[positions["average"][at]]:
            account, symbol, _ = books.blueprint.places[int(at)]
            found.append((account, symbol))
    return frozenset(found)
