"""Closing prices: a corrected close is a later row, so that earlier knowledge stays readable."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, func, select

from taxlots.book.cells import Int64, days, numbers, text
from taxlots.domain.money import shares
from taxlots.domain.problem import Problem, error
from taxlots.ledger.batch import Appended, Stamp, last_batch, open_batch
from taxlots.ledger.canonical import FORBIDDEN, Source, lines_of
from taxlots.ledger.database import batches_of, insert_rows
from taxlots.ledger.tables import METADATA

HOLDS: Final = "prices"
COLUMNS: Final = ("date", "symbol", "close")
CLOSE_PLACES: Final = 8
SCHEMA: Final = pa.schema([(name, pa.string()) for name in COLUMNS])


def append_prices(connection: Connection, rows: pa.Table, source: Source, stamp: Stamp) -> Appended:
    """Append those closes that are new or differ from the last known close of their day.

    ``rows`` has the columns ``date, symbol, close``; other columns are left out.  With an error
    among the returned problems nothing was written.
    """
    closes, problems = _canonical(rows, source)
    if problems:
        return Appended(problems=tuple(problems))
    kept = _last_closes(connection, [day for day, _ in closes])
    new = [(*key, close) for key, close in closes.items() if kept.get(key) != close]
    known = len(closes) - len(new)
    if new:
        batch = open_batch(connection, HOLDS, source, stamp, added=len(new), known=known)
        prices = METADATA.tables["price"]
        last = connection.execute(select(func.max(prices.c.sequence))).scalar() or 0
        numbered = [(last + place, batch, *row) for place, row in enumerate(new, 1)]
        insert_rows(connection, "price", prices.columns.keys(), numbered)
    return Appended(added=len(new), known=known)


def prices_of(connection: Connection, known_at: datetime | None = None) -> pa.Table:
    """The closes as known at a moment (None: now): ``date, symbol, close`` as text.

    By date and symbol; of several closes of one day, the one that was recorded last.
    """
    query = (
        "SELECT p.date, p.symbol, p.close_e8, max(p.sequence) FROM price AS p"  # noqa: S608
        f" WHERE p.batch <= {last_batch(connection, known_at)}"
        " GROUP BY p.date, p.symbol ORDER BY p.date, p.symbol"
    )
    if connection.dialect.name == "postgresql":
        query = (
            "SELECT DISTINCT ON (p.date, p.symbol) p.date, p.symbol, p.close_e8, p.sequence"  # noqa: S608
            f" FROM price AS p WHERE p.batch <= {last_batch(connection, known_at)}"
            " ORDER BY p.date, p.symbol, p.sequence DESC"
        )
    tables = []
    for rows in batches_of(connection, query):
        dates, symbols, closes, _ = zip(*rows, strict=True)
        written = [shares(close) for close in closes]
        tables.append(pa.table([list(dates), list(symbols), written], schema=SCHEMA))
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


def _canonical(rows: pa.Table, source: Source) -> tuple[dict[tuple[str, str], int], list[Problem]]:
    """Closes in 1e-8 dollars by date and symbol, in the order of the file."""
    missing = [name for name in COLUMNS if name not in rows.column_names]
    if missing:
        return {}, [
            error(
                f"{source.file}:1:{name}",
                "MISSING_COLUMN",
                f"The column {name!r} is missing",
                f"Give the prices the columns {', '.join(COLUMNS)}.",
            )
            for name in missing
        ]
    if pa.types.is_floating(rows.schema.field("close").type):
        message = "The closes are floating-point numbers, which are not exact"
        remedy = "Write them as text or decimal128."
        return {}, [error(f"{source.file}:1:close", "FLOAT_COLUMN", message, remedy)]
    lines = lines_of(rows, source)
    close = numbers(rows, "close", CLOSE_PLACES)
    _, no_date, bad_date = days(rows, "date")
    symbols = text(rows, "symbol")
    no_symbol = np.asarray(pc.or_(pc.equal(symbols, ""), _is_forbidden(symbols)))
    bad_close = close.is_bad | close.is_blank | close.is_finer | (close.values < 0)
    problems = []
    for mask, name, code, remedy in (
        (no_date | bad_date, "date", "BAD_DATE", "Write dates as YYYY-MM-DD."),
        (no_symbol, "symbol", "BAD_SYMBOL", "Name the security of every close."),
        (bad_close, "close", "BAD_PRICE", "Write it like 123.45, with at most 8 decimals."),
    ):
        for row in np.flatnonzero(mask):
            cell = rows.column(name)[int(row)].as_py()
            where = f"{source.file}:{lines[row]}:{name}"
            problems.append(error(where, code, f"{cell!r} is no {name}", remedy))
    if problems:
        return {}, problems
    return _by_day(text(rows, "date"), symbols, close.values, lines, source)


def _by_day(
    dates: pa.Array, symbols: pa.Array, closes: Int64, lines: list[int], source: Source
) -> tuple[dict[tuple[str, str], int], list[Problem]]:
    found: dict[tuple[str, str], int] = {}
    problems = []
    keys = zip(dates.to_pylist(), symbols.to_pylist(), strict=True)
    for row, (key, close) in enumerate(zip(keys, closes.tolist(), strict=True)):
        if found.setdefault(key, close) != close:
            day, symbol = key
            message = f"{symbol} has two different closes on {day}"
            where = f"{source.file}:{lines[row]}:close"
            problems.append(error(where, "DUPLICATE_PRICE", message, "Keep the right one."))
    return found, problems


def _is_forbidden(column: pa.Array) -> pa.Array:
    return pc.match_substring_regex(column, FORBIDDEN.pattern)


def _last_closes(connection: Connection, dates: list[str]) -> dict[tuple[str, str], int]:
    """The last recorded close of each symbol on the days from the first to the last of a file."""
    if not dates:
        return {}
    prices = METADATA.tables["price"]
    query = (
        select(prices.c.date, prices.c.symbol, prices.c.close_e8)
        .where(prices.c.date.between(min(dates), max(dates)))
        .order_by(prices.c.sequence)
    )
    return {(day, symbol): close for day, symbol, close in connection.execute(query)}
