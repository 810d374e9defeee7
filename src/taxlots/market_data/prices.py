"""Closing prices of a book: the last close of a symbol on or before a date."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import LIMIT, scaled
from taxlots.domain.problem import Problem, error
from taxlots.domain.quote import Quote
from taxlots.market_data.calendars import sessions_after

if TYPE_CHECKING:
    import pyarrow as pa

PRICE_PLACES: Final = 8
"""Decimals of a close: prices are whole numbers of 1e-8 dollars."""

PRICE_COLUMNS: Final = ("date", "symbol", "close")

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PriceHistory:
    """Closes by symbol and date, unadjusted for splits and dividends.

    ``spans`` maps a symbol to its rows, from the first to before the second, of ``days`` (since
    1970-01-01, rising) and ``closes`` (1e-8 dollars a share).
    """

    spans: Mapping[str, tuple[int, int]]
    days: Integers
    closes: Integers

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols that have at least one close."""
        return frozenset(self.spans)

    def last_close(self, symbol: str, as_of: date) -> Quote | None:
        """The last close on or before a date; None for a symbol without one."""
        span = self.spans.get(symbol)
        if span is None:
            return None
        first, end = span
        at = bisect_right(self.days, day_of(as_of), first, end) - 1
        if at < first:
            return None
        day = date_of(int(self.days[at]))
        return Quote(int(self.closes[at]), day, sessions_after(day, as_of))


NO_PRICES: Final = PriceHistory({}, np.empty(0, np.int64), np.empty(0, np.int64))
"""The history of a book without ``prices``."""


def price_history(
    table: "pa.Table | None", file_name: str = "prices.csv", first_line: int = 2
) -> tuple[PriceHistory, list[Problem]]:
    """Index the ``prices`` table of a book.

    ``table`` has the columns ``date, symbol, close``: text, or date32 and decimal.  Returns the
    history and the problems of every bad row; when there are problems, the history is empty.
    ``first_line`` is the line of the table's first row in ``file_name``.
    """
    if table is None or table.num_columns == 0:
        return NO_PRICES, []
    missing = [name for name in PRICE_COLUMNS if name not in table.column_names]
    if missing:
        return NO_PRICES, [
            error(
                f"{file_name}:1:{name}",
                "MISSING_COLUMN",
                f"The column {name!r} is missing.",
                f"Give the prices the columns {', '.join(PRICE_COLUMNS)}.",
            )
            for name in missing
        ]
    if table.num_rows == 0:
        return NO_PRICES, []
    at_once = _read_columns(table)
    if at_once is not None:
        return _indexed(table, *at_once, file_name, first_line)
    days, closes, problems = _read_rows(table, file_name, first_line)
    if problems:
        return NO_PRICES, problems
    return _indexed(table, days, closes, file_name, first_line)


def _indexed(
    table: "pa.Table", days: Integers, closes: Integers, file_name: str, first_line: int
) -> tuple[PriceHistory, list[Problem]]:
    """Sort by symbol and day; two different closes of one symbol and day are a problem."""
    encoded = table.column("symbol").cast("string").combine_chunks().dictionary_encode()
    names: list[str] = encoded.dictionary.to_pylist()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.lexsort((days, codes))
    codes, days, closes = codes[order], days[order], closes[order]
    again = (codes[1:] == codes[:-1]) & (days[1:] == days[:-1])
    differ = np.flatnonzero(again & (closes[1:] != closes[:-1]))
    if len(differ):
        return NO_PRICES, [
            error(
                f"{file_name}:{first_line + int(max(order[n], order[n + 1]))}:close",
                "TWO_CLOSES",
                f"{names[int(codes[n])]} has two different closes on {date_of(int(days[n]))}.",
                "Keep the close as traded and delete the other row.",
            )
            for n in differ
        ]
    bounds = np.searchsorted(codes, np.arange(len(names) + 1))
    spans = {name: (int(bounds[n]), int(bounds[n + 1])) for n, name in enumerate(names)}
    return PriceHistory(spans, days, closes), []


def _read_columns(table: "pa.Table") -> tuple[Integers, Integers] | None:
    """Days and closes, converted a column at a time; None when any cell needs a closer look."""
    import pyarrow as pa
    import pyarrow.compute as pc

    symbols = table.column("symbol").cast(pa.string())
    dates, closes = table.column("date"), table.column("close")
    is_plain = (
        not (symbols.null_count or dates.null_count or closes.null_count)
        and not pc.any(pc.equal(symbols, "")).as_py()
        and (_is_text(dates) or pa.types.is_date32(dates.type))
        and (
            pc.all(pc.match_substring_regex(closes, r"^[0-9]+\.?[0-9]*$")).as_py()
            if _is_text(closes)
            else pa.types.is_decimal(closes.type)
        )
    )
    if not is_plain:
        return None
    try:
        days = np.asarray(dates.cast(pa.date32()).cast(pa.int32()), np.int64)
        exact = closes.cast(pa.decimal128(18, PRICE_PLACES)).combine_chunks()
    except pa.ArrowInvalid:
        return None
    # A decimal128 of 18 digits is a 128-bit little-endian integer whose low half is the value.
    words = np.frombuffer(exact.buffers()[1], np.int64).reshape(-1, 2)
    values = words[exact.offset : exact.offset + len(exact), 0].copy()
    return (days, values) if bool(np.all(values > 0)) else None


def _is_text(column: "pa.ChunkedArray") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _read_rows(
    table: "pa.Table", file_name: str, first_line: int
) -> tuple[Integers, Integers, list[Problem]]:
    """The same row by row, with a problem for every cell that cannot be read."""
    problems: list[Problem] = []
    days: list[int] = []
    closes: list[int] = []
    columns = (table.column(name).to_pylist() for name in PRICE_COLUMNS)
    for line, (day, symbol, close) in enumerate(zip(*columns, strict=True), first_line):
        read_day, read_close = _day_of_cell(day), _close_of_cell(close)
        if read_day is None:
            problems.append(
                error(
                    f"{file_name}:{line}:date",
                    "BAD_DATE",
                    f"{day!r} is not a date.",
                    "Write dates as YYYY-MM-DD.",
                )
            )
        if not symbol:
            problems.append(
                error(
                    f"{file_name}:{line}:symbol",
                    "MISSING_SYMBOL",
                    "The price has no symbol.",
                    "Name the security that closed at this price.",
                )
            )
        if read_close is None:
            problems.append(
                error(
                    f"{file_name}:{line}:close",
                    "BAD_PRICE",
                    f"{close!r} is not a positive price of at most {PRICE_PLACES} decimals.",
                    "Write the close as traded, as a plain decimal in dollars such as 132.69; "
                    "in Parquet as text or decimal128, never as a float.",
                )
            )
        days.append(read_day or 0)
        closes.append(read_close or 0)
    return np.array(days, np.int64), np.array(closes, np.int64), problems


def _day_of_cell(cell: object) -> int | None:
    """Days since 1970-01-01 of a date or of its ISO text; None for anything else."""
    if isinstance(cell, str) and len(cell) == len("2020-12-31"):
        try:
            return day_of(date.fromisoformat(cell))
        except ValueError:
            return None
    return day_of(cell) if isinstance(cell, date) else None


def _close_of_cell(cell: object) -> int | None:
    """A positive price in 1e-8 dollars; None for anything else, floats included."""
    text = f"{cell:f}" if isinstance(cell, Decimal) else cell
    close = scaled(text, PRICE_PLACES) if isinstance(text, str) and text else None
    return close if close is not None and 0 < close < LIMIT else None
