"""The journal: transactions in the order in which they arrived, kept for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from itertools import repeat
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, func, select

from taxlots.domain.action import COLUMNS, REQUIRED_COLUMNS
from taxlots.domain.money import dollars, shares
from taxlots.ledger.batch import Appended, Stamp, last_batch, open_batch
from taxlots.ledger.canonical import Source, canonical_rows
from taxlots.ledger.database import batches_of, reading
from taxlots.ledger.hash_chain import GENESIS, SEPARATOR, Head, extend, head_of, linked
from taxlots.ledger.mapping import INTEGER_PLACES, QUANTITY_PLACES, STORED_NAMES
from taxlots.ledger.row_ids import content_hashes, identify
from taxlots.ledger.tables import METADATA

CHUNK_ROWS: Final = 50_000
HOLDS: Final = "transactions"

INTEGERS: Final = frozenset({*(STORED_NAMES[name] for name in INTEGER_PLACES), "line"})
COUNTED: Final = frozenset({"occurrence"})

Progress = Callable[[int, int], None]
"""Called with the rows done so far and the rows in all."""


def append_transactions(
    connection: Connection,
    rows: pa.Table,
    source: Source,
    stamp: Stamp,
    progress: Progress | None = None,
) -> Appended:
    """Append those rows that the journal does not have, in their order, within a transaction.

    ``rows`` is what ``canonical_rows`` takes; cells of ``id`` may be blank.  With an error among
    the returned problems nothing was written.
    """
    canonical, problems = canonical_rows(rows, source)
    if problems:
        return Appended(problems=tuple(problems))
    hashes = content_hashes(canonical)
    found = identify(
        connection,
        canonical.column("id").to_pylist(),
        hashes,
        canonical.column("line").to_pylist(),
        source,
    )
    if found.problems:
        return Appended(problems=tuple(found.problems))
    added = sum(found.is_new)
    known = rows.num_rows - added
    if not added:
        return Appended(known=known)
    batch = open_batch(connection, HOLDS, source, stamp, added=added, known=known)
    place = canonical.column_names.index("id")
    complete = (
        canonical.set_column(place, "id", pa.array(found.ids, pa.string()))
        .append_column("occurrence", pa.array(map(str, found.occurrences), pa.string()))
        .append_column("content_hash", pa.array(hashes, pa.string()))
        .filter(pa.array(found.is_new))
    )
    _insert(connection, complete, batch, stamp, progress)
    return Appended(added=added, known=known)


def _insert(
    connection: Connection, rows: pa.Table, batch: int, stamp: Stamp, progress: Progress | None
) -> None:
    """Chain and insert rows of text, which are in the order of the journal's columns."""
    head = head_of(connection, "journal", lock=True)
    for start in range(0, rows.num_rows, CHUNK_ROWS):
        chunk = rows.slice(start, CHUNK_ROWS)
        numbers = range(head.rows + 1, head.rows + 1 + chunk.num_rows)
        cells = pc.binary_join_element_wise(*chunk.columns, SEPARATOR).to_pylist()
        same = f"{SEPARATOR}{batch}{SEPARATOR}{stamp.recorded_at}{SEPARATOR}"
        texts = (f"{number}{same}{text}" for number, text in zip(numbers, cells, strict=True))
        hashes = linked(head.hash, texts)
        filled = {
            name: _typed(column, name)
            for name, column in zip(chunk.column_names, chunk.columns, strict=True)
            if _has_text(column)
        }
        names = ["sequence", "batch", "recorded_at", *filled]
        complete = zip(numbers, repeat(batch), repeat(stamp.recorded_at), *filled.values())
        head = extend(connection, "journal", head, names, complete, hashes)
        if progress is not None:
            progress(start + chunk.num_rows, rows.num_rows)


def _typed(column: pa.ChunkedArray, name: str) -> list[str] | list[int | None]:
    cells: list[str] = column.to_pylist()
    if name not in INTEGERS and name not in COUNTED:
        return cells
    return [int(cell) if cell else None for cell in cells]


def read_transactions(ledger: Engine, known_at: datetime | None = None) -> pa.Table:
    """The transactions recorded at or before a moment (None: all), in order of arrival.

    Text cells in the columns of ``domain.action.COLUMNS``, blank where there is nothing, and the
    unknown columns that files brought along.  Columns that are blank in every row are left out,
    unless the interchange format needs them.
    """
    with reading(ledger) as connection:
        return transactions_of(connection, known_at)


def transactions_of(connection: Connection, known_at: datetime | None = None) -> pa.Table:
    """``read_transactions`` on a connection that is already reading or writing."""
    batch = last_batch(connection, known_at)
    names = _filled_columns(connection, batch)
    quote = connection.dialect.identifier_preparer.quote
    shown = ", ".join(quote(STORED_NAMES.get(name, name)) for name in names)
    query = f"SELECT {shown} FROM journal WHERE batch <= {batch} ORDER BY sequence"  # noqa: S608
    types = [pa.int64() if name in INTEGER_PLACES else pa.string() for name in names]
    parts: list[list[pa.Array]] = [[] for _ in names]
    for rows in batches_of(connection, query):
        for part, kind, cells in zip(parts, types, zip(*rows, strict=True), strict=True):
            part.append(pa.array(cells, kind))
    columns = {
        name: _as_text(pa.chunked_array(part, kind), name)
        for name, part, kind in zip(names, parts, types, strict=True)
    }
    extra = columns.pop("extra", None)
    return pa.table(columns | (_extra_columns(extra) if extra is not None else {}))


def _filled_columns(connection: Connection, batch: int) -> list[str]:
    """The columns that have something in any row, and those that are always needed."""
    journal = METADATA.tables["journal"]
    names = [*COLUMNS, "extra"]
    largest = [func.max(journal.c[STORED_NAMES.get(name, name)]) for name in names]
    cells = connection.execute(select(*largest).where(journal.c.batch <= batch)).one()
    return [
        name
        for name, cell in zip(names, cells, strict=True)
        if name in REQUIRED_COLUMNS or cell not in (None, "")
    ]


def head_at(connection: Connection, table: str, batch: int) -> Head:
    """The end of the chain of ``journal`` or ``reference_change`` after a batch."""
    rows = METADATA.tables[table]
    query = select(func.count(), func.max(rows.c.sequence)).where(rows.c.batch <= batch)
    size, last = connection.execute(query).one()
    if not size:
        return Head(0, GENESIS)
    own = connection.execute(select(rows.c.hash).where(rows.c.sequence == last)).scalar_one()
    return Head(size, own)


def _as_text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    if name not in INTEGER_PLACES:
        return column
    write = shares if INTEGER_PLACES[name] == QUANTITY_PLACES else dollars
    encoded = pc.dictionary_encode(column).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        return pa.chunked_array([], pa.string())
    written = pa.array(map(write, encoded.dictionary.to_pylist()), pa.string())
    return pa.chunked_array([written.take(encoded.indices).fill_null("")])


def _has_text(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(column, "")).as_py())


def _extra_columns(extra: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    """The unknown columns that files brought along, one column each."""
    rows = [json.loads(cell) if cell else {} for cell in extra.to_pylist()]
    names = sorted({name for row in rows for name in row})
    return {
        name: pa.chunked_array([pa.array([row.get(name, "") for row in rows], pa.string())])
        for name in names
    }
