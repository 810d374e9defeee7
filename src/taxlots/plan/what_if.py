"""What if: the books as they would be once some more rows had been executed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.booking import Books
from taxlots.book.extension import extend
from taxlots.book.record import LINES, Record
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import Problem


def executed(
    books: Books, rows: Sequence[Mapping[str, str]], settlement: Callable[[int], int]
) -> tuple[Books | None, list[Problem]]:
    """A dry run of the fold: ``books``, gone on by some rows of their last day.

    ``rows`` are transactions as text cells, blank where left out, dated on or before the books'
    as-of day.  ``settlement`` is that of ``book_record``.  Returns the books, or None, with every
    problem; the books given stay as they are.
    """
    record = with_rows(books.record, rows)
    return extend(books, record, as_of=date_of(books.as_of), settlement=settlement)


def until_as_of(books: Books) -> Record:
    """The record without the rows that are dated after the books' day.

    What a plan says of later days takes their place.
    """
    record = books.record
    kept = books.journal.day["date"][0] <= books.as_of
    if kept.all():
        return record
    table = record.transactions
    metadata = dict(table.schema.metadata or {})
    stated = metadata.get(LINES.encode())
    if stated is not None:
        lines = [line for line, stays in zip(stated.split(), kept, strict=True) if stays]
        metadata[LINES.encode()] = b" ".join(lines)
    rows = table.filter(pa.array(kept)).replace_schema_metadata(metadata)
    return replace(record, transactions=rows)


def with_rows(record: Record, rows: Sequence[Mapping[str, str]]) -> Record:
    """A record with further transactions at its end."""
    table = record.transactions
    names = list(dict.fromkeys([*table.schema.names, *(name for row in rows for name in row)]))
    joined = [_joined(table, name, [row.get(name, "") for row in rows]) for name in names]
    metadata = dict(table.schema.metadata or {})
    stated = metadata.get(LINES.encode())
    if stated is not None:
        last = max(map(int, stated.split()), default=0)
        more = " ".join(str(last + number) for number in range(1, len(rows) + 1))
        metadata[LINES.encode()] = stated + b" " + more.encode()
    schema = pa.schema([field for field, _ in joined], metadata=metadata)
    longer = pa.table([column for _, column in joined], schema=schema)
    return replace(record, transactions=longer, is_arrival_ordered=False)


def _joined(table: pa.Table, name: str, cells: list[str]) -> tuple[Any, Any]:
    """A column of the table with further cells, and its field, in the column's own type.

    A number with more decimals than its column has makes the column finer.
    """
    texts = pa.array([cell or None for cell in cells], pa.string())
    if name not in table.schema.names:
        blank = pa.nulls(len(table), pa.string())
        return pa.field(name, pa.string()), pa.chunked_array([blank, texts])
    field = table.schema.field(name)
    column = table.column(name)
    if pa.types.is_dictionary(field.type):
        column = column.cast(field.type.value_type)
    elif pa.types.is_integer(field.type):
        scale = int((field.metadata or {}).get(b"scale", b"0"))
        column = _exact(column, scale)
    if pa.types.is_decimal(column.type):
        places = max([column.type.scale, *(len(cell.partition(".")[2]) for cell in cells)])
        column = column.cast(pa.decimal128(38, places))
    more = texts.cast(column.type)
    return pa.field(name, column.type), pa.chunked_array([*column.chunks, more], column.type)


def _exact(column: Any, scale: int) -> Any:
    """Integers of a scale as decimals."""
    unit = pa.scalar(Decimal(1).scaleb(-scale), pa.decimal128(scale + 1, scale))
    return pc.multiply(column.cast(pa.decimal128(19, 0)), unit)
