"""Dealing the rows of a table out to the partitions that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from taxlots.batch.owners import EVERYWHERE, NOWHERE, OWNERS, Dealing, Places
from taxlots.batch.part_tables import SOURCE_LINE
from taxlots.book.cells import text
from taxlots.domain.problem import Problem, error

TOLD_ROWS: Final = 20
"""Of rows that belong to nobody, so many are told for each piece."""

ACCOUNT: Final = "account"


def deal(
    name: str,
    pieces: Iterable[pa.Table],
    dealing: Dealing,
    files: Sequence[Path],
    file_name: str,
) -> list[Problem]:
    """Write each row of a table's pieces to the file of its part, in order.

    Returns an error for each row of an account that no part has; ``file_name`` is where they
    stand.  Profiles of returns, and targets of households, that no account has are left out.
    """
    problems: list[Problem] = []
    with _PartWriters(files) as writers:
        for piece in pieces:
            destination = dealing.places(piece)
            if ACCOUNT in OWNERS[name]:
                problems += _unknown(name, piece, destination, file_name)
            writers.write(piece, destination)
    return problems


def _unknown(name: str, piece: pa.Table, destination: Places, file: str) -> list[Problem]:
    lines = piece.column(SOURCE_LINE) if SOURCE_LINE in piece.column_names else None
    owners = [(column, text(piece, column)) for column in OWNERS[name]]
    problems = []
    for row in np.flatnonzero(destination == NOWHERE)[:TOLD_ROWS].tolist():
        column, names = next(one for one in owners if one[1][row].as_py())
        line = row + 2 if lines is None else lines[row].as_py()
        problems.append(
            error(
                f"{file}:{line}:{column}",
                f"UNKNOWN_{column.upper()}",
                f"the {column} {names[row].as_py()!r} is not in accounts.csv",
                "add the account there with its household, kind and owner, or correct its id",
            )
        )
    return problems


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
