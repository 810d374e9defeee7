"""The identity that every book must satisfy: no cent is lost and none is made.

Over the taxable accounts: gains are proceeds less the basis that came in, plus the basis that is
still open or left untaxed, plus what was disallowed for good, plus the gift-basis gap, less other
basis adjustments.  Pieces of unknown basis stay out on every side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.cells import Int64
from taxlots.book.results import realized_of


@dataclass(frozen=True, slots=True)
class Conservation:
    """The terms of the identity in cents; ``residual_cents`` must be 0."""

    gain_cents: int
    proceeds_cents: int
    basis_in_cents: int
    open_basis_cents: int
    left_untaxed_cents: int
    permanent_cents: int
    nondeductible_cents: int
    gift_gap_cents: int
    adjustments_cents: int
    into_unknown_cents: int
    """Disallowed losses that joined lots of unknown basis, which stay out."""

    @property
    def residual_cents(self) -> int:
        """What the identity is off by."""
        return self.gain_cents - (
            self.proceeds_cents
            - self.basis_in_cents
            + self.open_basis_cents
            + self.left_untaxed_cents
            + self.permanent_cents
            + self.nondeductible_cents
            + self.gift_gap_cents
            - self.adjustments_cents
            + self.into_unknown_cents
        )


def conservation_of(books: Books) -> Conservation:
    """Compute every term of the identity from the journal's side and from the books' side."""
    state = books.state
    events = books.blueprint.tables["events"]
    details = books.blueprint.tables["details"]
    positions = state.table("positions")
    rows = state.table("rows")
    known = rows[rows["flags"] & kinds.UNKNOWN_BASIS == 0]
    proceeds = _sum(known["proceeds_cents"])
    pieces = realized_of(books)
    nondeductible = _sum(pieces.nondeductible[~pieces.is_unknown])
    gain = proceeds - _sum(known["basis_cents"]) + _sum(known["disallowed_cents"]) + nondeductible
    detail = np.where(events["detail"] >= 0, events["detail"], 0)
    flags = np.where(events["detail"] >= 0, details["flags"][detail], 0) if len(details) else 0
    is_known = np.broadcast_to(flags & kinds.UNKNOWN_BASIS == 0, events.shape)
    is_taxable = positions["flags"][events["position"]] & kinds.TAX_DEFERRED == 0
    opens = np.isin(events["kind"], (kinds.OPEN, kinds.OPEN_OUTSIDE))
    basis_in = _sum(events["cents"][opens & is_taxable & is_known])
    basis_in += _sum(events["cents"][events["kind"] == kinds.DISTRIBUTE])
    basis_in += state.other_basis_cents()
    adjusts = events["kind"] == kinds.ADJUST
    slots = state.table("slots")
    is_open = (slots["quantity"] > 0) & (slots["flags"] & kinds.CLOSED == 0)
    held = slots[is_open]
    of = positions["flags"][held["position"]]
    counted = (of & kinds.TAX_DEFERRED == 0) & (held["flags"] & kinds.UNKNOWN_BASIS == 0)
    is_owed = of & kinds.SHORT != 0
    deferred = _sum(held["wash_open_cents"][is_owed])
    counted &= ~is_owed & (held["flags"] & kinds.POOLED == 0)
    return Conservation(
        gain_cents=gain,
        proceeds_cents=proceeds,
        basis_in_cents=basis_in,
        open_basis_cents=_sum(held["open_cents"][counted & (of & kinds.OUTSIDE == 0)])
        + deferred
        + _pooled(books),
        left_untaxed_cents=state.departed_cents()
        + _sum(held["open_cents"][counted & (of & kinds.OUTSIDE != 0)]),
        permanent_cents=_sum(known["permanent_cents"]),
        nondeductible_cents=nondeductible,
        gift_gap_cents=_sum(known["gap_cents"]),
        adjustments_cents=_sum(events["cents"][adjusts & is_taxable])
        - state.unbooked_cents()
        - state.returned_cents(),
        into_unknown_cents=_into_unknown(books),
    )


def _into_unknown(books: Books) -> int:
    events = books.blueprint.tables["events"]
    details = books.blueprint.tables["details"]
    matches = books.state.table("matches")
    opened = events[books.state.table("lots")["event"][matches["lot"]]]
    special = opened["detail"] >= 0
    flags = details["flags"][opened["detail"][special]]
    unknown = np.zeros(len(matches), np.bool_)
    unknown[special] = flags & kinds.UNKNOWN_BASIS != 0
    return _sum(matches["disallowed_cents"][unknown & (matches["rule"] == kinds.STEPS_UP)])


def _pooled(books: Books) -> int:
    """Basis in the pools of the average basis method."""
    averages = books.state.table("averages")
    return _sum(averages["cents"]) + _sum(averages["other_cents"])


def _sum(values: Int64) -> int:
    """An exact sum: Python integers do not wrap."""
    return int(sum(values.tolist()))
