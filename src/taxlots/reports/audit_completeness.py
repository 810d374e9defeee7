"""What the journal holds, counted and summed, and how it meets the realized pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from taxlots.book.booking import Books
from taxlots.book.cells import Int64, Mask, numbers
from taxlots.book.checks import void_rows
from taxlots.book.journal import ACTION_CODE, ACTIONS, DATE_COLUMNS, NUMBER_PLACES
from taxlots.domain.action import Action
from taxlots.reports.cells import (
    date_cells,
    decimal_column,
    dollars_cells,
    name_cells,
    share_cells,
)

if TYPE_CHECKING:
    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.booking import Books

STANDINGS: Final = ("counts", "void", "after the as-of day")
EVERY_ACCOUNT: Final = "(every account)"


def journal_table(scope: AuditScope) -> pa.Table:
    """The rows of the journal as they were stated, where they stand, and whether they count."""
    return journal_rows(scope.books, scope.rows(np.ones(len(scope.books.journal), np.bool_)))


def journal_rows(books: Books, rows: Int64) -> pa.Table:
    """Some rows of the journal, by their places, as ``journal_table`` has them."""
    table = books.record.transactions.take(pa.array(rows))
    columns: dict[str, pa.Array] = {
        "where": _where(books, rows),
        "standing": name_cells(_standing(books)[rows], STANDINGS),
    }
    for name in table.column_names:
        if name in columns:
            continue
        columns[name] = _as_text(table, name)
    return pa.table(columns)


def completeness_table(scope: AuditScope) -> pa.Table:
    """Rows, quantities and amounts of the whole journal by account, month and action."""
    books = scope.books
    journal = books.journal
    rows = scope.rows(np.ones(len(journal), np.bool_))
    month = _months(journal.day["date"][0][rows].astype(np.int64))
    code = journal.account.values[rows].astype(np.int64)
    account = np.where(code < 0, len(journal.account.names), code)
    action = journal.action[rows].astype(np.int64)
    keys, first, group = _groups(account, month, action)
    standing = _standing(books)[rows]
    is_void, is_later = (standing == STANDINGS.index(one) for one in STANDINGS[1:])
    quantity = numbers(books.record.transactions, "quantity", NUMBER_PLACES["quantity"]).values
    columns = {
        "account": name_cells(account[first], [*journal.account.names, EVERY_ACCOUNT]),
        "month": _month_cells(month[first]),
        "action": name_cells(action[first], [str(one) for one in ACTIONS]),
        "rows": _counts(group, len(keys)),
        "void_rows": _counts(group[is_void], len(keys)),
        "later_rows": _counts(group[is_later], len(keys)),
        "quantity": share_cells(_sums(group, quantity[rows], len(keys))),
        "amount": dollars_cells(_sums(group, _cents(books)[rows], len(keys))),
        "first_row": _where(books, rows[first]),
        "last_row": _where(books, rows[_last(group, len(keys))]),
    }
    return pa.table(columns)


def control_table(scope: AuditScope) -> pa.Table:
    """The year's sales in the journal beside the year's realized pieces, by account and month.

    ``difference`` is what the SELL rows of the journal bring less the proceeds of their pieces.
    Sales inside tax-deferred accounts realize nothing and stay out.
    """
    books, pieces, mine = scope.books, scope.pieces, scope.mine
    journal = books.journal
    of_place = _account_codes(scope)
    taxable = {a.id for a in scope.accounts if not a.kind.is_tax_deferred}
    is_taxable = np.array([*(name in taxable for name in journal.account.names), False], np.bool_)
    sold = (journal.action == ACTION_CODE[Action.SELL]) & scope.is_in_year
    sold &= is_taxable[journal.account.values] & (_standing(books) == 0)
    rows = np.flatnonzero(sold)
    day = journal.day["date"][0].astype(np.int64)
    account = np.concatenate([journal.account.values[rows], of_place[pieces.position[mine]]])
    month = _months(np.concatenate([day[rows], pieces.sold[mine]]))
    keys, first, group = _groups(account.astype(np.int64), month)
    of_rows, of_pieces = group[: len(rows)], group[len(rows) :]
    size = len(keys)
    is_sale = journal.action[pieces.sale_row[mine]] == ACTION_CODE[Action.SELL]
    known = ~pieces.is_unknown[mine]
    stated = _sums(of_rows, _cents(books)[rows], size)
    met = _sums(of_pieces[is_sale], pieces.proceeds[mine][is_sale], size)
    columns = {
        "account": name_cells(account[first].astype(np.int64), list(journal.account.names)),
        "month": _month_cells(month[first]),
        "sale_rows": _counts(of_rows, size),
        "journal_proceeds": dollars_cells(stated),
        "pieces": _counts(of_pieces, size),
        "proceeds_of_sales": dollars_cells(met),
        "difference": dollars_cells(stated - met),
        "other_proceeds": dollars_cells(
            _sums(of_pieces[~is_sale], pieces.proceeds[mine][~is_sale], size)
        ),
    }
    sums = {
        "cost_basis": pieces.basis,
        "wash_sale_loss_disallowed": pieces.disallowed,
        "nondeductible_loss": pieces.nondeductible,
        "gain": pieces.gain,
    }
    for name, cents in sums.items():
        columns[name] = dollars_cells(_sums(of_pieces[known], cents[mine][known], size))
    columns["unknown_basis"] = _counts(of_pieces[~known], size)
    return pa.table(columns)


def _standing(books: Books) -> Int64:
    """For each row of the journal its place in ``STANDINGS``."""
    is_later = books.journal.day["date"][0] > books.as_of
    return np.where(void_rows(books.journal), 1, np.where(is_later, 2, 0)).astype(np.int64)


def _cents(books: Books) -> Int64:
    """What each row cost or brought; the first of several fills has the sum of all."""
    cents = books.cents.copy()
    later_fills = [fill for fills in books.fills.values() for fill in fills[1:]]
    cents[later_fills] = 0
    return np.asarray(cents, np.int64)


def _account_codes(scope: AuditScope) -> Int64:
    """For each position of the books, the place of its account among the journal's."""
    code = {name: at for at, name in enumerate(scope.books.journal.account.names)}
    places = scope.books.blueprint.places
    return np.array([code.get(account, -1) for account, _, _ in places], np.int64)


def _groups(*columns: Int64) -> tuple[Int64, Int64, Int64]:
    """Distinct combinations in order, where each occurs first, and the group of each element."""
    stacked = np.stack(columns, axis=1) if len(columns[0]) else np.zeros((0, len(columns)), int)
    keys, first, group = np.unique(stacked, axis=0, return_index=True, return_inverse=True)
    return keys, first, np.asarray(group.reshape(-1), np.int64)


def _last(group: Int64, size: int) -> Int64:
    """Where each group occurs last."""
    last = np.zeros(size, np.int64)
    last[group] = np.arange(len(group))
    return last


def _sums(group: Int64, values: Int64, size: int) -> Int64:
    """Exact sums by group."""
    total = np.zeros(size, np.int64)
    np.add.at(total, group, values)
    return total


def _counts(group: Int64, size: int) -> pa.Array:
    return pa.array(np.bincount(group, minlength=size).astype(np.int64)).cast(pa.string())


def _months(days: Int64) -> Int64:
    """Months since January 1970."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


def _month_cells(months: Int64) -> pa.Array:
    return pa.array(months.astype("datetime64[M]").astype(str).tolist(), pa.string())


def _where(books: Books, rows: Int64) -> pa.Array:
    journal = books.journal
    return pa.array([journal.where(row) for row in rows.tolist()], pa.string())


def _as_text(table: pa.Table, name: str) -> pa.Array:
    """A column as a reader would write it: integers with a scale as decimals."""
    column, field = table.column(name), table.schema.field(name)
    if pa.types.is_integer(column.type) and (scale := int((field.metadata or {}).get(b"scale", 0))):
        values = column.fill_null(0).to_numpy().astype(np.int64)
        blank: Mask = column.is_null().to_numpy(zero_copy_only=False)
        cells = share_cells(values) if scale == NUMBER_PLACES["quantity"] else None
        if cells is None:
            cells = decimal_column(values, 38, scale).cast(pa.string())
        return pa.compute.if_else(pa.array(blank), "", cells)
    if name in DATE_COLUMNS and pa.types.is_integer(column.type):
        return date_cells(column.to_numpy().astype(np.int64))
    return column.cast(pa.string()).fill_null("").combine_chunks()
