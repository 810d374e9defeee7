"""What each BASIS_ADJUSTMENT row did to the basis of its position: before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.roll_forward import basis_held, folded_through


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisAdjustment:
    """One adjustment: its journal row, its position, and the position's known basis in cents."""

    row: int
    position: int
    before_cents: int
    after_cents: int


def basis_adjustments(books: Books, last_day: int) -> list[BasisAdjustment]:
    """The adjustments through a day, in booking order."""
    events = books.blueprint.tables["events"]
    places = np.flatnonzero((events["kind"] == kinds.ADJUST) & (events["day"] <= last_day))
    if not len(places):
        return []
    state = folded_through(books, last_day)
    found = []
    for event in places.tolist():
        position = int(events["position"][event])
        state.advance(event)
        before = basis_held(state, position)
        state.advance(event + 1)
        found.append(
            BasisAdjustment(
                row=int(events["row"][event]),
                position=position,
                before_cents=before,
                after_cents=basis_held(state, position),
            )
        )
    return found
