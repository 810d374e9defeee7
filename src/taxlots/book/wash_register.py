"""The wash sales of one tax year: each loss, its window, and the replacement that disallowed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from taxlots.book import kinds
from taxlots.book.audit_scope import AuditScope
from taxlots.book.cells import Int64
from taxlots.law.s1091_wash_sale import WINDOW_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class WashRegister:
    """Matches of the year's losses, one element a match, in the order of the file.

    ``piece`` is the place of the loss in the fold's table of realized pieces.  ``loss_*`` are the
    piece that was sold at a loss, ``lot_*`` the replacement.  ``*_row`` are rows
    of the journal, ``*_position`` positions of the books, ``*_day`` day numbers; ``first_day`` and
    ``last_day`` are both in the window.  ``loss_cents`` is the whole loss of the piece,
    ``disallowed_cents`` what this match disallows of it, ``permanent_cents`` the part of that which
    no basis takes over.  ``rule`` and ``status`` are places in ``RULES`` and ``STATUSES`` of
    ``book.results``.
    """

    piece: Int64
    sale_row: Int64
    loss_row: Int64
    loss_position: Int64
    sold_day: Int64
    first_day: Int64
    last_day: Int64
    loss_cents: Int64
    lot_row: Int64
    lot_position: Int64
    lot_day: Int64
    quantity: Int64
    disallowed_cents: Int64
    permanent_cents: Int64
    rule: Int64
    status: Int64


def wash_register(scope: AuditScope) -> WashRegister:
    """The matches of the losses that the scope realized."""
    books, pieces = scope.books, scope.pieces
    matches, rows = books.state.table("matches"), books.state.table("rows")
    status = np.full(len(rows), -1, np.int64)
    status[pieces.source[scope.mine]] = pieces.status[scope.mine]
    mine = np.flatnonzero(status[matches["row"]] >= 0)
    found = matches[mine]
    loss = rows[found["row"]]
    household = books.blueprint.household[loss["event"]]
    order = np.lexsort((mine, loss["lot"], loss["event"], household))
    found, loss = found[order], loss[order]
    events, lots = books.blueprint.tables["events"], books.state.table("lots")
    window = loss["window"].astype(np.int64)
    disallowed = found["disallowed_cents"]
    return WashRegister(
        piece=found["row"].astype(np.int64),
        sale_row=events["row"][loss["event"]].astype(np.int64),
        loss_row=_opening_row(scope, loss["lot"]),
        loss_position=loss["position"].astype(np.int64),
        sold_day=loss["sold"].astype(np.int64),
        first_day=window - WINDOW_DAYS,
        last_day=window + WINDOW_DAYS,
        loss_cents=loss["basis_cents"] - loss["proceeds_cents"],
        lot_row=_opening_row(scope, found["lot"]),
        lot_position=found["position"].astype(np.int64),
        lot_day=lots["acquired"][found["lot"]].astype(np.int64),
        quantity=found["quantity"],
        disallowed_cents=disallowed,
        permanent_cents=np.where(found["rule"] == kinds.STEPS_UP, 0, disallowed),
        rule=found["rule"].astype(np.int64),
        status=status[found["row"]],
    )


def _opening_row(scope: AuditScope, lot: np.ndarray[Any, np.dtype[Any]]) -> Int64:
    """The journal rows that opened lots."""
    event = scope.books.state.table("lots")["event"][lot]
    return np.asarray(scope.books.blueprint.tables["events"]["row"][event], np.int64)
