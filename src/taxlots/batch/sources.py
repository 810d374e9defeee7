"""A book as the stream that partitions are made from: reference at once, the journal in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from taxlots.batch.kept_lots import CUSTODIAN_LOTS, lots_table
from taxlots.batch.part_tables import SOURCE_LINE, TARGET_NAMES
from taxlots.book.record import LINES, Record
from taxlots.domain.problem import DataError
from taxlots.domain.target import targets_from
from taxlots.ledger.folder import Folder, read_folder

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROWS_AT_ONCE: Final = 500_000
WITH_LINES: Final = ("profiles", "scheduled", "targets", "cash", "overrides")
REFERENCE: Final = ("accounts", "securities", "identical", "proxies", *WITH_LINES)


@dataclass(frozen=True, slots=True)
class Source:
    """A book's reference as tables, and its journal in pieces with the line of each row.

    ``record`` is what the reference states; its journal may be without rows.
    """

    record: Record
    tables: dict[str, pa.Table]
    journal: Iterable[pa.Table]


def folder_source(path: Path) -> Source:
    """A book folder.  Of ``transactions.parquet`` a few row groups are in memory at a time.

    Raises DataError where the files cannot be read.
    """
    record, problems = read_folder(path, is_journal_read=False)
    folder = Folder(path)
    tables = {}
    for name in (*REFERENCE, "prices"):
        table, _ = folder.table(name)
        if table is not None:
            is_lined = name in WITH_LINES
            tables[name] = _lined(table, 2) if is_lined else table.replace_schema_metadata(None)
    if record is None:
        raise DataError(problems)
    toml = folder.bytes_of("book.toml").decode()
    tables |= _of_book(record, toml)
    if record.file_name.endswith(".csv"):
        pieces: Iterable[pa.Table] = iter([_lined(record.transactions, record.first_line)])
    else:
        pieces = _row_groups(path / record.file_name, record.first_line)
    return Source(record, tables, pieces)


def database_source(connection: Connection, record: Record) -> Source:
    """A book in a database, which was read as ``record`` on the same connection."""
    from taxlots.ledger.custodian_lots import OPEN_LOTS, statements_of
    from taxlots.ledger.reference_rows import reference_of

    rows = {name: reference_of(connection, name) for name in REFERENCE}
    tables = {name: _rows_table(listed) for name, listed in rows.items() if listed}
    for name in WITH_LINES:
        if name in tables:
            tables[name] = _lined(tables[name], 2)
    if record.prices is not None:
        tables["prices"] = record.prices
    if kept := statements_of(connection, OPEN_LOTS):
        tables[CUSTODIAN_LOTS] = lots_table(kept)
    toml = next((row["toml"] for row in reference_of(connection, "book")), "")
    tables |= _of_book(record, toml)
    return Source(record, tables, iter([_lined(record.transactions, record.first_line)]))


def database_record(connection: Connection) -> Record:
    """The record of a database.  Raises DataError."""
    from taxlots.ledger.record import record_of

    record, problems = record_of(connection)
    if record is None:
        raise DataError(problems)
    return record


def _row_groups(file: Path, first_line: int) -> Iterator[pa.Table]:
    import pyarrow.parquet as pq

    line = first_line
    with pq.ParquetFile(file) as parquet:
        for batch in parquet.iter_batches(ROWS_AT_ONCE):
            piece = pa.Table.from_batches([batch])
            yield _lined(piece, line)
            line += piece.num_rows


def _lined(table: pa.Table, first_line: int) -> pa.Table:
    """A table that states the line of each of its rows."""
    stated = (table.schema.metadata or {}).get(LINES.encode())
    if stated:
        lines = pa.array([int(line) for line in stated.split()], pa.int64())
    else:
        lines = pa.array(np.arange(first_line, first_line + table.num_rows))
    return table.replace_schema_metadata(None).append_column(SOURCE_LINE, lines)


def _of_book(record: Record, toml: str) -> dict[str, pa.Table]:
    """What is said of the whole book: its settings, and the names that have a target anywhere."""
    found = {
        "book": pa.table(
            {
                "name": [record.name],
                "toml": [toml],
                "file_name": [record.file_name],
                "is_arrival_ordered": [str(record.is_arrival_ordered).lower()],
            }
        )
    }
    if record.targets:
        targets, _ = targets_from(record.targets)
        names = sorted({target.name for target in targets})
        found[TARGET_NAMES] = pa.table({"name": pa.array(names, pa.string())})
    return found


def _rows_table(rows: Sequence[Mapping[str, str]]) -> pa.Table:
    """Rows as a table with every column that one of them has."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({n: pa.array([row.get(n, "") for row in rows], pa.string()) for n in names})
