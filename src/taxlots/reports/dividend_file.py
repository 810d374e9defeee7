"""``dividends``: each dividend on each lot, and how much of it was held long enough."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import numpy as np
import pyarrow as pa

from taxlots.book.booking import Books
from taxlots.book.dividends import QUALIFIED, LotDividend
from taxlots.domain.calendar import date_of
from taxlots.reports.cells import date_cells, decimal_column, dollars_cells, share_cells

COLUMNS: Final = (
    "dividend_id",
    "lot_id",
    "household",
    "account",
    "symbol",
    "ex_date",
    "held_since",
    "closed_date",
    "quantity",
    "amount",
    "window_start",
    "window_end",
    "days_held_in_window",
    "qualified",
    "ordinary",
    "qualified_from",
    "outcome",
)


def dividend_table(books: Books, lines: list[LotDividend], *, typed: bool = False) -> pa.Table:
    """The lines as a table: text cells, or date32 and decimal128 where ``typed`` is true."""
    household = {a.id: a.household for a in books.record.accounts}
    places = [books.blueprint.places[line.position] for line in lines]
    is_qualified = np.array([line.outcome == QUALIFIED for line in lines], np.bool_)
    cents = np.array([line.cents for line in lines], np.int64)
    never = [line.qualified_from > line.last_day for line in lines]
    days = _Days(typed=typed)
    units = np.array([_units(line.quantity) for line in lines], np.int64)
    counts: Any = [line.days for line in lines]
    columns: dict[str, Any] = {
        "dividend_id": [books.journal.id(line.row) for line in lines],
        "lot_id": [books.journal.id(line.lot_row) for line in lines],
        "household": [household[account] for account, _, _ in places],
        "account": [account for account, _, _ in places],
        "symbol": [symbol for _, symbol, _ in places],
        "ex_date": days([line.ex_day for line in lines]),
        "held_since": days([line.held_since for line in lines]),
        "closed_date": days([line.closed for line in lines]),
        "quantity": decimal_column(units, 28, 8) if typed else share_cells(units),
        "amount": _money(cents, typed=typed),
        "window_start": days([line.first_day for line in lines]),
        "window_end": days([line.last_day for line in lines]),
        "days_held_in_window": counts if typed else [str(count) for count in counts],
        "qualified": _money(np.where(is_qualified, cents, 0), typed=typed),
        "ordinary": _money(np.where(is_qualified, 0, cents), typed=typed),
        "qualified_from": days(
            [None if no else line.qualified_from for line, no in zip(lines, never, strict=True)]
        ),
        "outcome": [line.outcome for line in lines],
    }
    text = pa.string()
    kinds = {"days_held_in_window": pa.int64()} if typed else {}
    return pa.table(
        {
            name: pa.array(column, kinds.get(name, text)) if isinstance(column, list) else column
            for name, column in columns.items()
        }
    )


class _Days:
    """Makes columns of dates from day numbers; None is blank."""

    def __init__(self, *, typed: bool) -> None:
        self.typed = typed

    def __call__(self, days: list[int | None] | list[int]) -> pa.Array:
        if self.typed:
            return pa.array([None if day is None else date_of(day) for day in days], pa.date32())
        blank = np.array([day is None for day in days], np.bool_)
        return date_cells(np.array([day or 0 for day in days], np.int64), blank)


def _money(cents: Any, *, typed: bool) -> pa.Array:
    return decimal_column(cents, 18, 2) if typed else dollars_cells(cents)


def _units(quantity: Fraction) -> int:
    """1e-8 units, cut: a split since can leave less than that in units of record."""
    return quantity.numerator // quantity.denominator
