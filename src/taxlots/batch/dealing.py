"""Dealing the rows of a table out to the partitions that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taxlots.batch.part_tables import SOURCE_LINE
from taxlots.book.cells import text
from taxlots.domain.problem import Problem, error

TOLD_ROWS: Final = 20
"""Of rows that belong to nobody, so many are told for each piece."""

EVERYWHERE: Final = -2
"""The part of a row without an account: it goes into all."""

NOWHERE: Final = -1

Places = np.ndarray[Any, np.dtype[np.int64]]


def deal(
    pieces: Iterable[pa.Table], dealing: Dealing, files: Sequence[Path], file_name: str
) -> list[Problem]:
    """Write each row of a table's pieces to the file of its part, in order.

    Returns an error for each row of an account that no part has; ``file_name`` is where they
    stand.  Profiles of returns that no account has are left out.
    """
    problems: list[Problem] = []
    with _PartWriters(files) as writers:
        for piece in pieces:
            destination = dealing.parts(piece)
            if dealing.column == "account":
                problems += _unknown(piece, destination, file_name)
            writers.write(piece, destination)
    return problems


def _unknown(piece: pa.Table, destination: Places, file: str) -> list[Problem]:
    names = text(piece, "account")
    return [
        error(
            f"{file}:{piece.column(SOURCE_LINE)[row].as_py()}:account",
            "UNKNOWN_ACCOUNT",
            f"the account {names[row].as_py()!r} is not in accounts.csv",
            "add the account there with its household, kind and owner, or correct its id",
        )
        for row in np.flatnonzero(destination == NOWHERE)[:TOLD_ROWS].tolist()
    ]


class Dealing:
    """Which part each row of a table goes to, by the name in one of its columns."""

    def __init__(self, column: str, part_of: Mapping[str, int]) -> None:
        self.column = column
        self.names = pa.array(list(part_of), pa.string())
        self.part = np.array([*part_of.values(), NOWHERE], np.int64)

    def parts(self, table: pa.Table) -> Places:
        """The part of each row; ``EVERYWHERE`` for a blank name and -1 for an unknown one."""
        names = text(table, self.column)
        at = pc.fill_null(pc.index_in(names, self.names), -1).to_numpy(zero_copy_only=False)
        is_blank = pc.equal(names, "").to_numpy(zero_copy_only=False)
        return np.where(is_blank, EVERYWHERE, self.part[at])


class _PartWriters:
    """A Parquet file of one table in each part, written row group by row group."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        self.writers: list[pq.ParquetWriter | None] = [None] * len(files)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self.writers:
            if writer is not None:
                writer.close()

    def write(self, table: pa.Table, destination: Places) -> None:
        """Append each row to the part that it goes to."""
        is_everywhere = destination == EVERYWHERE
        touched = set(np.unique(destination).tolist())
        for number, file in enumerate(self.files):
            writer = self.writers[number]
            if writer is None:
                writer = self.writers[number] = pq.ParquetWriter(file, table.schema)
            if number in touched or EVERYWHERE in touched:
                rows = np.flatnonzero((destination == number) | is_everywhere)
                writer.write_table(table.take(pa.array(rows)))
