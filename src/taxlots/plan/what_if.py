"""What if: the books as they would be once some more rows had been executed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

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


def with_rows(record: Record, rows: Sequence[Mapping[str, str]]) -> Record:
    """A record with further transactions at its end."""
    table = record.transactions
    names = list(dict.fromkeys([*table.schema.names, *(name for row in rows for name in row)]))
    columns = [_joined(table, name, [row.get(name, "") for row in rows]) for name in names]
    metadata = dict(table.schema.metadata or {})
    stated = metadata.get(LINES.encode())
    if stated is not None:
        last = max(map(int, stated.split()), default=0)
        more = " ".join(str(last + number) for number in range(1, len(rows) + 1))
        metadata[LINES.encode()] = stated + b" " + more.encode()
    joined = pa.table(dict(zip(names, columns, strict=True))).replace_schema_metadata(metadata)
    return replace(record, transactions=joined, is_arrival_ordered=False)


def _joined(table: pa.Table, name: str, cells: list[str]) -> Any:
    """A column of the table with further cells, in the column's own type."""
    texts = pa.array([cell or None for cell in cells], pa.string())
    if name not in table.schema.names:
        return pa.chunked_array([pa.nulls(len(table), pa.string()), texts])
    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return pa.chunked_array([*column.chunks, texts.cast(column.type)], column.type)
