"""The wash-sale register of an audit pack, and the pieces that are not final."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from taxlots.book.results import (
    BASIS_UNKNOWN,
    FINAL,
    PROVISIONAL,
    RULES,
    STATUSES,
    WINDOW_INCOMPLETE,
)
from taxlots.law.s1091_wash_sale import WINDOW_DAYS
from taxlots.reports.books_files import Writer
from taxlots.reports.cells import name_cells

if TYPE_CHECKING:
    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.wash_register import WashRegister

WAITS_FOR: Final = {
    FINAL: "",
    PROVISIONAL: "a purchase through window_to can still disallow the loss, or the rows of an "
    "account of the household do not reach beyond it; a constructive sale can still be cured",
    WINDOW_INCOMPLETE: "purchases before the first known day of an account may have replaced it",
    BASIS_UNKNOWN: "the basis",
}


def register_table(scope: AuditScope, register: WashRegister) -> pa.Table:
    """``wash_sales.csv``: each match of a loss of the year with the shares that replace it."""
    writer = Writer(scope.books, typed=False)
    return pa.table(
        {
            "sale_id": writer.ids(register.sale_row),
            "sold_date": writer.dates(register.sold_day),
            "account": name_cells(register.loss_position, writer.accounts),
            "symbol": name_cells(register.loss_position, writer.symbols),
            "loss_lot_id": writer.ids(register.loss_row),
            "loss": writer.money(register.loss_cents),
            "window_from": writer.dates(register.first_day),
            "window_to": writer.dates(register.last_day),
            "replacement_lot_id": writer.ids(register.lot_row),
            "replacement_account": name_cells(register.lot_position, writer.accounts),
            "replacement_symbol": name_cells(register.lot_position, writer.symbols),
            "replacement_acquired": writer.dates(register.lot_day),
            "quantity": writer.units(register.quantity),
            "disallowed": writer.money(register.disallowed_cents),
            "permanent": writer.money(register.permanent_cents),
            "rule": name_cells(register.rule, RULES),
            "status": name_cells(register.status, STATUSES),
        }
    )


def provisional_table(scope: AuditScope) -> pa.Table:
    """``provisional.csv``: the year's pieces that are not final, and what each waits for."""
    books, pieces = scope.books, scope.pieces
    writer = Writer(books, typed=False)
    at = scope.mine[pieces.status[scope.mine] != FINAL]
    window = books.state.table("rows")["window"][pieces.source[at]].astype(np.int64)
    status = pieces.status[at]
    return pa.table(
        {
            "sale_id": writer.ids(pieces.sale_row[at]),
            "lot_id": writer.ids(pieces.lot_row[at]),
            "account": name_cells(pieces.position[at], writer.accounts),
            "symbol": name_cells(pieces.position[at], writer.symbols),
            "sold_date": writer.dates(pieces.sold[at]),
            "quantity": writer.units(pieces.quantity[at]),
            "window_to": writer.dates(window + WINDOW_DAYS),
            "wash_sale_loss_disallowed": writer.money(pieces.disallowed[at]),
            "gain": writer.money(pieces.gain[at], pieces.is_unknown[at]),
            "status": name_cells(status, STATUSES),
            "waits_for": name_cells(status, [WAITS_FOR[one] for one in sorted(WAITS_FOR)]),
        }
    )
