"""Cells of a table as numbers, days and codes: whole columns at a time.

A column is text, or typed as the interchange format allows: int64 with its scale in the column's
metadata, decimal128, date32.  Floats are refused, because they cannot hold cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.domain.money import LIMIT

Int64 = np.ndarray[Any, np.dtype[np.int64]]
Int32s = np.ndarray[Any, np.dtype[np.int32]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

DECIMAL: Final = r"^[+-]?(\d{1,18}(\.\d*)?|\.\d+)$"
DATE: Final = r"^\d{4}-\d{2}-\d{2}$"
TIME: Final = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column as scaled integers: 0 where blank or bad."""

    values: Int64
    is_blank: Mask
    is_bad: Mask
    is_finer: Mask
    """Good decimals with more places than the scale holds."""


@dataclass(frozen=True, slots=True)
class Codes:
    """A column of names as places in ``names``; -1 where blank."""

    values: Int32s
    names: list[str]


def text(table: pa.Table, name: str) -> pa.Array:
    """A column as text without surrounding space; blank where the column is missing."""
    if name not in table.column_names:
        return pa.repeat(pa.scalar(""), table.num_rows)
    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        raise TypeError(name)
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    array = pc.fill_null(column, "").combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], pa.string())
    return pc.utf8_trim_whitespace(array)


def codes(array: pa.Array) -> Codes:
    """Names as codes, numbered in order of appearance."""
    encoded = pc.dictionary_encode(pc.if_else(pc.equal(array, ""), None, array))
    values = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return Codes(values.astype(np.int32), encoded.dictionary.to_pylist())


def numbers(table: pa.Table, name: str, places: int) -> Numbers:
    """A column of decimals in units of ``10**-places``."""
    size = table.num_rows
    none = np.zeros(size, np.bool_)
    if name not in table.column_names:
        return Numbers(np.zeros(size, np.int64), ~none, none, none)
    kind = table.schema.field(name).type
    if pa.types.is_decimal(kind):
        return _from_decimals(table.column(name), kind.scale, places)
    if pa.types.is_integer(kind):
        stated = (table.schema.field(name).metadata or {}).get(b"scale", b"0")
        return _from_integers(table.column(name), int(stated), places)
    return _from_text(text(table, name), places)


def _from_integers(column: Any, scale: int, places: int) -> Numbers:
    is_blank = column.is_null().to_numpy()
    raw = pc.fill_null(column.cast(pa.int64()), 0).to_numpy()
    return _rescaled(raw, is_blank, np.zeros(len(raw), np.bool_), scale, places)


def _from_decimals(column: Any, scale: int, places: int) -> Numbers:
    is_blank = column.is_null().to_numpy()
    filled = pc.fill_null(column.cast(pa.decimal128(38, scale)), 0).combine_chunks()
    chunks = filled.chunks if isinstance(filled, pa.ChunkedArray) else [filled]
    array = pa.concat_arrays(chunks) if chunks else pa.array([], pa.decimal128(38, scale))
    low, is_large = _words(array)
    return _rescaled(np.where(is_large, 0, low), is_blank, is_large, scale, places)


def _rescaled(raw: Int64, is_blank: Mask, is_bad: Mask, scale: int, places: int) -> Numbers:
    none = np.zeros(len(raw), np.bool_)
    if scale > places:
        step = 10 ** (scale - places)
        is_finer = raw % step != 0
        return Numbers(np.where(is_finer, 0, raw // step), is_blank, is_bad, is_finer)
    step = 10 ** (places - scale)
    is_large = np.abs(raw) > LIMIT // step
    return Numbers(np.where(is_large, 0, raw) * step, is_blank, is_bad | is_large, none)


def _words(array: Any) -> tuple[Int64, Mask]:
    """The low words of a decimal128 array, and where the value does not fit the books."""
    buffer = array.buffers()[1]
    words = np.frombuffer(buffer, np.int64) if buffer is not None else np.zeros(0, np.int64)
    part = words[2 * array.offset : 2 * (array.offset + len(array))]
    low, high = part[0::2], part[1::2]
    return low, (high != (low >> 63)) | (np.abs(low) >= LIMIT)


def _from_text(array: pa.Array, places: int) -> Numbers:
    is_blank = _mask(pc.equal(array, ""))
    is_decimal = _mask(pc.match_substring_regex(array, DECIMAL))
    is_short = _mask(pc.match_substring_regex(array, rf"^[+-]?\d*(\.\d{{0,{places}}}0*)?$"))
    is_good = is_decimal & is_short
    kept = pc.if_else(pa.array(is_good), array, "0")
    trimmed = pc.replace_substring_regex(kept, rf"(\.\d{{{places}}})0+$", r"\1")
    trimmed = pc.utf8_rtrim(pc.utf8_ltrim(trimmed, "+"), ".")
    scaled = trimmed.cast(pa.decimal128(38, places))
    low, is_large = _words(scaled)
    return Numbers(
        np.where(is_large, 0, low),
        is_blank,
        (~is_decimal & ~is_blank) | is_large,
        is_decimal & ~is_short,
    )


def days(table: pa.Table, name: str) -> tuple[Int32s, Mask, Mask]:
    """A column of ISO dates as day numbers, with masks of what is blank and of what is bad."""
    size = table.num_rows
    if name not in table.column_names:
        none = np.zeros(size, np.bool_)
        return np.zeros(size, np.int32), ~none, none
    if pa.types.is_date32(table.schema.field(name).type):
        column = table.column(name)
        is_blank = column.is_null().to_numpy()
        values = pc.fill_null(column.cast(pa.int32()), 0).to_numpy()
        return values.astype(np.int32), is_blank, np.zeros(size, np.bool_)
    array = text(table, name)
    is_blank = _mask(pc.equal(array, ""))
    is_good = _mask(pc.match_substring_regex(array, DATE))
    shown = pc.if_else(pa.array(is_good), array, "1970-01-01")
    stamps = pc.strptime(shown, format="%Y-%m-%d", unit="s", error_is_null=True)
    day = stamps.cast(pa.date32())
    back = _mask(pc.fill_null(pc.equal(day.cast(pa.string()), shown), fill_value=False))
    values = pc.fill_null(day.cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
    is_good = is_good & back
    return np.where(is_good, values, 0).astype(np.int32), is_blank, ~is_good & ~is_blank


def seconds(array: pa.Array) -> tuple[Int32s, Mask]:
    """A column of ``HH:MM[:SS]`` as seconds of the day, -1 where blank, and a mask of the bad."""
    is_blank = _mask(pc.equal(array, ""))
    if is_blank.all():
        return np.full(len(array), -1, np.int32), np.zeros(len(array), np.bool_)
    is_good = _mask(pc.match_substring_regex(array, TIME))
    shown = pc.if_else(pa.array(is_good), array, "00:00:00")
    hours = pc.utf8_slice_codeunits(shown, 0, 2).cast(pa.int32()).to_numpy(zero_copy_only=False)
    minutes = pc.utf8_slice_codeunits(shown, 3, 5).cast(pa.int32()).to_numpy(zero_copy_only=False)
    rest = pc.utf8_slice_codeunits(shown, 6, 8)
    rest = pc.if_else(pc.equal(rest, ""), "0", rest).cast(pa.int32())
    values = hours * 3600 + minutes * 60 + rest.to_numpy(zero_copy_only=False)
    return np.where(is_blank, -1, values).astype(np.int32), ~is_good & ~is_blank


def _mask(array: Any) -> Mask:
    return np.asarray(array.to_numpy(zero_copy_only=False), np.bool_)
