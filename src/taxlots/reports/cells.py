"""Columns of numbers as text cells, exactly and a column at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


def dollars_cells(cents: Ints, blank: Flags | None = None) -> pa.Array:
    """Cents as dollars with two decimals; blank where told."""
    cells = _fixed(cents, CENTS_PER_DOLLAR, 2, trim=False)
    return cells if blank is None else _blanked(cells, blank)


def share_cells(quantity: Ints) -> pa.Array:
    """1e-8 units as decimals without trailing zeros."""
    return _fixed(quantity, SHARE, 8, trim=True)


def date_cells(days: Ints, blank: Flags | None = None) -> pa.Array:
    """Day numbers as ISO dates; blank where told."""
    cells = pa.array(days.astype(np.int32)).cast(pa.date32()).cast(pa.string())
    return cells if blank is None else _blanked(cells, blank)


def flag_cells(flags: Flags) -> pa.Array:
    """``true`` or ``false``."""
    return pc.if_else(pa.array(flags), "true", "false")


def name_cells(places: Ints, names: list[str] | tuple[str, ...]) -> pa.Array:
    """Names by their places in a list."""
    return pa.array(list(names), pa.string()).take(pa.array(places))


def decimal_column(
    values: Ints, precision: int, scale: int, blank: Flags | None = None
) -> pa.Array:
    """Scaled integers as decimal128, for Parquet."""
    words = np.empty(2 * len(values), np.int64)
    words[0::2] = values
    words[1::2] = values >> 63
    validity = None
    if blank is not None and blank.any():
        validity = pa.array(~blank).buffers()[1]
    kind = pa.decimal128(precision, scale)
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(words)])


def _fixed(values: Ints, unit: int, places: int, *, trim: bool) -> pa.Array:
    """Integers over a power of ten as decimals, with or without trailing zeros."""
    magnitude = np.abs(values)
    whole = pa.array(magnitude // unit).cast(pa.string())
    rest = pc.utf8_lpad(pa.array(magnitude % unit).cast(pa.string()), places, "0")
    cells = pc.binary_join_element_wise(whole, rest, ".")
    if trim:
        cells = pc.utf8_rtrim(pc.utf8_rtrim(cells, "0"), ".")
        cells = pc.if_else(pa.array(magnitude % unit == 0), whole, cells)
    negative = values < 0
    if negative.any():
        signed = pc.binary_join_element_wise("-", cells, "")
        cells = pc.if_else(pa.array(negative), signed, cells)
    return cells


def _blanked(cells: pa.Array, blank: Flags) -> pa.Array:
    return pc.if_else(pa.array(blank), "", cells) if blank.any() else cells
