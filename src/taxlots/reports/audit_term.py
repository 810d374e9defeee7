"""``term_boundary.csv``: pieces sold so near to one year that a day decides their term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from taxlots.law.s1222_term import long_term_from
from taxlots.reports.books_files import Writer
from taxlots.reports.cells import name_cells

if TYPE_CHECKING:
    from taxlots.book.audit_scope import AuditScope

BOUNDARY_DAYS: Final = 3


def term_boundary_table(scope: AuditScope) -> pa.Table:
    """The year's pieces that were sold within ``BOUNDARY_DAYS`` of the first long-term day."""
    pieces = scope.pieces
    began = pieces.holding_period[scope.mine]
    days, place = np.unique(began, return_inverse=True)
    firsts = np.array([long_term_from(int(day)) for day in days], np.int64)[place]
    distance = pieces.sold[scope.mine] - firsts
    is_near = np.abs(distance) <= BOUNDARY_DAYS
    at, first, distance = scope.mine[is_near], firsts[is_near], distance[is_near]
    is_tacked = pieces.holding_period[at] != pieces.acquired[at]
    writer = Writer(scope.books, typed=False)
    return pa.table(
        {
            "sale_id": writer.ids(pieces.sale_row[at]),
            "lot_id": writer.ids(pieces.lot_row[at]),
            "account": name_cells(pieces.position[at], writer.accounts),
            "symbol": name_cells(pieces.position[at], writer.symbols),
            "acquired_date": writer.dates(pieces.acquired[at]),
            "holding_period_date": writer.dates(pieces.holding_period[at]),
            "long_term_from": writer.dates(first),
            "sold_date": writer.dates(pieces.sold[at]),
            "days": pa.array(distance).cast(pa.string()),
            "term": name_cells(pieces.is_long[at].astype(np.int64), ("ST", "LT")),
            "tacked": name_cells(is_tacked.astype(np.int64), ("no", "yes")),
            "quantity": writer.units(pieces.quantity[at]),
            "gain": writer.money(pieces.gain[at], pieces.is_unknown[at]),
        }
    )
