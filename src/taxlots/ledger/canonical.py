"""Rows for the journal in the one form in which they are kept, compared and hashed.

Two rows that say the same thing have the same text here: ``10.50`` and ``10.5``, a quantity as
text or as decimal128.  Whole columns at a time.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.cells import numbers, text
from taxlots.domain.action import COLUMNS
from taxlots.domain.problem import Problem, error
from taxlots.ledger.hash_chain import SEPARATOR
from taxlots.ledger.mapping import EXACT_COLUMNS, INTEGER_PLACES, STORED_NAMES

SOURCE_COLUMNS: Final = ("line", "raw")
"""Where a row stood in its file, and its text there: kept beside the row, no part of it."""

FORBIDDEN: Final = re.compile(f"[\x00{SEPARATOR}]")
PLAIN_DECIMAL: Final = re.compile(r"([+-]?)(\d*)\.?(\d*)")
ID_CHARACTERS: Final = r"[:;,\s]"


@dataclass(frozen=True, slots=True)
class Source:
    """The file that rows come from.

    ``kind`` says who wrote it: ``canonical``, or the custodian's name.  ``sha256`` is the hash
    of its bytes in hexadecimal.  ``first_line`` is the line of its first row.
    """

    file: str
    kind: str = "canonical"
    sha256: str = ""
    first_line: int = 2


def canonical_rows(rows: pa.Table, source: Source) -> tuple[pa.Table, list[Problem]]:
    """Rows as text columns by their stored names, with ``extra``, ``line`` and ``raw``.

    ``rows`` has columns of ``domain.action.COLUMNS`` (absent: blank), unknown columns, which go
    into ``extra`` as JSON, and may have ``line`` and ``raw``.  Cells are text, or typed as the
    interchange format allows.  Integers are written as digits, exact decimals without needless
    zeros.  Returns every problem; with an error, the rows are not fit to be kept.
    """
    floats = [field.name for field in rows.schema if pa.types.is_floating(field.type)]
    if floats:
        return rows, [_float_column(source, name) for name in floats]
    lines = lines_of(rows, source)
    problems: list[Problem] = []
    columns: dict[str, pa.Array] = {}
    for name in COLUMNS:
        if name in INTEGER_PLACES:
            columns[STORED_NAMES[name]] = _integers(rows, name, source, lines, problems)
        elif name in EXACT_COLUMNS:
            columns[name] = _by_value(text(rows, name), plain_decimal)
        else:
            columns[name] = text(rows, name)
    columns["extra"] = _extra(rows)
    columns["line"] = pa.array(map(str, lines), pa.string())
    columns["raw"] = _raw(rows)
    for name, column in columns.items():
        problems += _bad_characters(column, name, source, lines)
    problems += _bad_ids(columns["id"], source, lines)
    return pa.table(columns), problems


def lines_of(rows: pa.Table, source: Source) -> list[int]:
    """The line of each row in its file."""
    if "line" in rows.column_names:
        return [int(line) for line in rows.column("line").to_pylist()]
    return list(range(source.first_line, source.first_line + rows.num_rows))


def plain_decimal(cell: str) -> str:
    """A decimal without needless zeros, point or plus; any other text as it is."""
    found = PLAIN_DECIMAL.fullmatch(cell)
    if found is None or not (found[2] or found[3]):
        return cell
    units, decimals = found[2].lstrip("0") or "0", found[3].rstrip("0")
    sign = "-" if found[1] == "-" and (units != "0" or decimals) else ""
    return f"{sign}{units}.{decimals}" if decimals else f"{sign}{units}"


def _integers(
    rows: pa.Table, name: str, source: Source, lines: list[int], problems: list[Problem]
) -> pa.Array:
    places = INTEGER_PLACES[name]
    column = numbers(rows, name, places)
    for row in np.flatnonzero(column.is_bad | column.is_finer):
        cell = str(rows.column(name)[int(row)].as_py())
        where = f"{source.file}:{lines[row]}:{name}"
        if column.is_bad[row]:
            message = f"{cell!r} is no plain number of the books' size"
            remedy = "Write it like 1234.56: digits and one decimal point."
            problems.append(error(where, "BAD_NUMBER", message, remedy))
        else:
            message = f"{cell!r} has more than {places} decimals"
            remedy = "Round it yourself, where the rounding can be seen."
            problems.append(error(where, "TOO_MANY_DECIMALS", message, remedy))
    written = pa.array(column.values).cast(pa.string())
    return pc.if_else(pa.array(column.is_blank), "", written)


def _by_value(column: pa.Array, change: Any) -> pa.Array:
    """A text column with each different value changed once."""
    encoded = pc.dictionary_encode(column)
    changed = pa.array(map(change, encoded.dictionary.to_pylist()), pa.string())
    return changed.take(encoded.indices)


def _extra(rows: pa.Table) -> pa.Array:
    """The cells of unknown columns as JSON, blank for rows that have none."""
    known = {*COLUMNS, *SOURCE_COLUMNS}
    names = sorted(name for name in rows.column_names if name not in known)
    if not names:
        return pa.repeat(pa.scalar(""), rows.num_rows)
    columns = [text(rows, name).to_pylist() for name in names]
    written = []
    for cells in zip(*columns, strict=True):
        kept = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
        written.append(json_text(kept) if kept else "")
    return pa.array(written, pa.string())


def json_text(cells: dict[str, str]) -> str:
    """Cells as one line of JSON, always in the same form."""
    return json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _raw(rows: pa.Table) -> pa.Array:
    if "raw" not in rows.column_names:
        return pa.repeat(pa.scalar(""), rows.num_rows)
    return pa.array(rows.column("raw").to_pylist(), pa.string()).fill_null("")


def _bad_characters(column: pa.Array, name: str, source: Source, lines: list[int]) -> list[Problem]:
    is_bad = pc.match_substring_regex(column, FORBIDDEN.pattern)
    return [
        error(
            f"{source.file}:{lines[row]}:{name}",
            "BAD_CHARACTER",
            "The cell holds a control character (NUL or unit separator)",
            "Delete it: it cannot be seen, and it is no part of any custodian's format.",
        )
        for row in np.flatnonzero(is_bad.to_numpy(zero_copy_only=False))
    ]


def _bad_ids(ids: pa.Array, source: Source, lines: list[int]) -> list[Problem]:
    is_bad = pc.match_substring_regex(ids, ID_CHARACTERS)
    return [
        error(
            f"{source.file}:{lines[row]}:id",
            "BAD_ID",
            f"The id {ids[int(row)].as_py()!r} holds a colon, semicolon, comma or space",
            "Give the transaction an id made of other characters, or leave the cell blank.",
        )
        for row in np.flatnonzero(is_bad.to_numpy(zero_copy_only=False))
    ]


def _float_column(source: Source, name: str) -> Problem:
    return error(
        f"{source.file}:1:{name}",
        "FLOAT_COLUMN",
        f"The column {name!r} holds floating-point numbers, which cannot hold cents",
        "Write it as text, decimal128, or int64 with a scale in the column's metadata.",
    )
