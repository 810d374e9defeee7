"""The wholes of open lots: the quantity and basis at opening, by which parts are measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books

Key = tuple[int, int, int, bool]
"""Number of the lot, position, holding-period day, and whether it has served as replacement."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A sub-lot as it was opened: 1e-8 units, and cents of basis and of basis for loss."""

    quantity: int
    basis_cents: int
    loss_basis_cents: int


def wholes_of(books: Books) -> dict[Key, Whole | None]:
    """The whole of each open sub-lot; None where several parts stand under one key, or a pool."""
    slots = books.state.table("slots")
    is_open = (slots["quantity"] > 0) & (slots["flags"] & kinds.CLOSED == 0)
    found: dict[Key, Whole | None] = {}
    for slot in slots[is_open]:
        flags = int(slot["flags"])
        key = (
            int(slot["lot"]),
            int(slot["position"]),
            int(slot["holding_period"]),
            bool(flags & kinds.REPLACEMENT),
        )
        is_single = key not in found and not flags & kinds.POOLED
        whole = Whole(
            int(slot["whole_quantity"]), int(slot["whole_cents"]), int(slot["loss_cents"])
        )
        found[key] = whole if is_single else None
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
