"""Dividing a book into partitions of whole households, for a run over all of them."""

from __future__ import annotations

from pathlib import Path

from taxlots.batch.partition_files import Partitioned, check_partition_folder, write_partitions
from taxlots.domain.problem import UsageError
from taxlots.workflows.gather import is_database

HOUSEHOLDS = 500
"""How many households a partition has unless told: some hundred megabytes while it is planned."""


def partition(book: str, out: Path, *, households_per_partition: int = HOUSEHOLDS) -> Partitioned:
    """Write a folder's or a database's book as partitions.  Raises UsageError and DataError."""
    if households_per_partition < 1:
        raise UsageError("a partition has at least one household")
    check_partition_folder(out)
    if is_database(book):
        from taxlots.batch.sources import database_record, database_source
        from taxlots.ledger.database import reading
        from taxlots.ledger.migrate import open_ledger

        with reading(open_ledger(book)) as connection:
            source = database_source(connection, database_record(connection))
        return write_partitions(source, out, households_per_partition)
    from taxlots.batch.sources import folder_source

    path = Path(book)
    if not path.is_dir():
        raise UsageError(
            f"{book} is no folder; name a book folder, or a database URL like sqlite:///book.db"
        )
    return write_partitions(folder_source(path), out, households_per_partition)
