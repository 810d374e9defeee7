"""Open sub-lots as rows: their turn, what of a pool is theirs, and which are one row."""

from __future__ import annotations

from typing import Any

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.cells import Int64
from taxlots.domain.money import apportion

Table = np.ndarray[Any, np.dtype[Any]]


def turns_of(books: Books, slots: Table, numbers: Int64) -> Int64:
    """The turn of each sub-lot among the parts of one sub-lot in one position.

    It is that of arrival, but short sales cut parts in their place (26 USC 1233 and 1259).
    """
    turns = slots["arrival"].astype(np.int64)
    positions = books.state.table("positions")
    shorted = positions["flags"][slots["position"]] & kinds.SHORTED != 0
    if not shorted.any():
        return turns
    table = books.state.table("slots")
    order: dict[int, int] = {}
    for position in np.unique(slots["position"][shorted]).tolist():
        at = int(positions["head"][position])
        while at >= 0:
            order[at] = len(order)
            at = int(table["next"][at])
    for at in np.flatnonzero(shorted).tolist():
        turns[at] = order[int(numbers[at])]
    return turns


def averaged_cents(books: Books, slots: Table) -> Int64:
    """The basis of open sub-lots, those in a pool at their share of it, in order of acquisition."""
    basis = slots["open_cents"].astype(np.int64)
    pooled = np.flatnonzero(slots["flags"] & kinds.POOLED != 0)
    if not len(pooled):
        return basis
    positions = books.state.table("positions")
    averages = books.state.table("averages")
    seen: dict[tuple[int, bool], int] = {}
    for at in pooled[np.lexsort([slots[name][pooled] for name in ("arrival", "sub", "lot")])]:
        slot = slots[at]
        position = positions[slot["position"]]
        pool = averages[position["average"]]
        is_covered = bool(slot["flags"] & kinds.COVERED) or (
            not slot["flags"] & kinds.NONCOVERED
            and bool(slot["acquired"] >= position["covered_from"])
        )
        is_first = bool(pool["is_single"]) or is_covered
        units = int(pool["units"] if is_first else pool["other_units"])
        cents = int(pool["cents"] if is_first else pool["other_cents"])
        before = seen.get((int(slot["position"]), is_first), 0)
        after = before + int(slot["quantity"])
        seen[int(slot["position"]), is_first] = after
        basis[at] = apportion(cents, after, units) - apportion(cents, before, units)
    return basis


def first_parts(s: Table) -> Int64:
    """The first of each run of parts of one sub-lot in one position.

    A TRANSFER can take parts of a sub-lot away and bring them back: they are one row, unless one
    has served as replacement and the other has not.
    """
    is_first = np.ones(len(s), np.bool_)
    for at, name in enumerate(("lot", "position", "sub", "holding_period")):
        differs = s[name][1:] != s[name][:-1]
        is_first[1:] = differs if at == 0 else is_first[1:] | differs
    is_used = s["flags"] & kinds.REPLACEMENT
    is_first[1:] |= is_used[1:] != is_used[:-1]
    return np.flatnonzero(is_first)
