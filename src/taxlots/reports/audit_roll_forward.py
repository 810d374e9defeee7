"""``roll_forward.csv``: basis at the start of the year, what came and went, and at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from taxlots.reports.cells import dollars_cells, name_cells, share_cells

if TYPE_CHECKING:
    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.roll_forward import RollForward


def roll_forward_table(scope: AuditScope, rolled: RollForward) -> pa.Table:
    """A row for each account and security that held or moved something, with what is left over."""
    places = scope.books.blueprint.places
    at = np.flatnonzero(rolled.is_used & scope.is_mine)
    at = np.array(sorted(at.tolist(), key=lambda one: places[one]), np.int64)
    columns = {
        "account": name_cells(at, [account for account, _, _ in places]),
        "symbol": name_cells(at, [symbol for _, symbol, _ in places]),
        "opening_quantity": share_cells(rolled.opening_units[at]),
        "closing_quantity": share_cells(rolled.closing_units[at]),
    }
    for name, cents in rolled.cents.items():
        columns[name] = dollars_cells(cents[at])
    columns["residual"] = dollars_cells(rolled.residual[at])
    return pa.table(columns)
