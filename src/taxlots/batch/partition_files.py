"""The folder of a partitioned book: what all partitions share, a folder each, and the manifest.

``shared`` and every ``part-00000`` hold Parquet files.  ``partitions.json`` is written last and has
the SHA-256 of each of them, so that a folder without it is no partitioned book.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from taxlots.batch.dealing import deal
from taxlots.batch.linked_households import Unit, parts_of, units_of
from taxlots.batch.owners import dealings
from taxlots.batch.part_tables import OWN, SHARED
from taxlots.batch.sources import Source
from taxlots.domain.problem import DataError, Problem, UsageError, error
from taxlots.reports.folders import put_in_place
from taxlots.reports.fresh_folder import fresh_beside

PARTITIONS: Final = "partitions.json"
SHARED_FOLDER: Final = "shared"
MOST_PARTS: Final = 500
"""All partitions are written at the same time; a system allows about a thousand open files."""

Hashes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Partitioned:
    """What a partitioned book holds: its manifest, as ``partitions.json`` has it."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """One entry a partition, in order: its name, what it counts and the hash of each file."""
        return list(self.manifest["parts"])

    @property
    def digest(self) -> str:
        """The SHA-256 of the manifest, and with it of every file."""
        return sha256_of(self.folder / PARTITIONS)


def part_name(number: int) -> str:
    """The name of a partition's folder."""
    return f"part-{number:05}"


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_partition_folder(folder: Path) -> None:
    """Refuse a folder that holds anything but a partitioned book.  Raises UsageError."""
    is_other = folder.is_dir() and any(folder.iterdir()) and not (folder / PARTITIONS).is_file()
    if is_other or (folder.exists() and not folder.is_dir()):
        raise UsageError(
            f"{folder} holds something else; name a folder that is new, empty or a partitioned book"
        )


def write_partitions(source: Source, out: Path, households_per_partition: int) -> Partitioned:
    """Write a book as partitions of whole households, all of them or none.

    Rows keep their order.  Raises DataError for rows of accounts that the book does not have,
    and UsageError where the place cannot be written or the parts would be too many.
    """
    units = units_of(source.record.accounts)
    parts = parts_of(units, households_per_partition)
    if len(parts) > MOST_PARTS:
        raise UsageError(
            f"that makes {len(parts)} partitions, and at most {MOST_PARTS} can be written at once; "
            "put more households into each"
        )
    check_partition_folder(out)
    with fresh_beside(out) as fresh:
        _write_shared(source, fresh / SHARED_FOLDER)
        entries = _write_parts(source, fresh, parts)
        manifest = {
            "book": source.record.name,
            "households": sum(len(unit) for unit in units),
            "accounts": len(source.record.accounts),
            "households_per_partition": households_per_partition,
            "shared": _hashes(fresh / SHARED_FOLDER),
            "parts": entries,
        }
        (fresh / PARTITIONS).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        put_in_place(fresh, out.absolute())
    return Partitioned(out, manifest)


def read_partitions(folder: Path) -> Partitioned:
    """A partitioned book.  Raises UsageError where there is none."""
    try:
        manifest = json.loads((folder / PARTITIONS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise UsageError(
            f"{folder} is no partitioned book; make one with taxlots partition BOOK --out DIR"
        ) from cause
    return Partitioned(folder, manifest)


def read_part(folder: Path, name: str, hashes: Mapping[str, Hashes]) -> dict[str, pa.Table]:
    """The tables of a partition, its shared ones included, as they were when it was made.

    ``hashes`` has the SHA-256 of the files by folder.  Raises DataError where a file is damaged.
    """
    tables: dict[str, pa.Table] = {}
    problems: list[Problem] = []
    for place in (SHARED_FOLDER, name):
        for file, digest in hashes[place].items():
            path = folder / place / file
            content = path.read_bytes() if path.is_file() else b""
            if hashlib.sha256(content).hexdigest() == digest:
                is_shared = place == SHARED_FOLDER
                tables[path.stem] = _shared(content) if is_shared else _table(content)
            else:
                problems.append(_damaged(f"{place}/{file}"))
    if problems:
        raise DataError(problems)
    return tables


def _table(content: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(content))


@lru_cache(maxsize=len(SHARED))
def _shared(content: bytes) -> pa.Table:
    """A table that all partitions of a night have alike: the same one for each."""
    return _table(content)


def _damaged(where: str) -> Problem:
    message = "the file is missing, or is not as it was when the book was partitioned"
    return error(where, "DAMAGED_PARTITION", message, "partition the book again")


def _hashes(folder: Path) -> Hashes:
    return {file.name: sha256_of(file) for file in sorted(folder.iterdir())}


def _write_shared(source: Source, folder: Path) -> None:
    folder.mkdir()
    for name in SHARED:
        if name in source.tables:
            pq.write_table(source.tables[name], folder / f"{name}.parquet")


def _write_parts(
    source: Source, folder: Path, parts: Sequence[Sequence[Unit]]
) -> list[dict[str, Any]]:
    part_of_household = {
        name: number for number, units in enumerate(parts) for unit in units for name in unit
    }
    dealing = dealings(source.record.accounts, part_of_household)
    for number in range(len(parts)):
        (folder / part_name(number)).mkdir()
    problems: list[Problem] = []
    for name in OWN:
        if name not in source.tables and name != "transactions":
            continue
        pieces = source.journal if name == "transactions" else [source.tables[name]]
        file = source.record.file_name if name == "transactions" else f"{name}.csv"
        files = [folder / part_name(n) / f"{name}.parquet" for n in range(len(parts))]
        problems += deal(name, pieces, dealing[name], files, file)
    if problems:
        raise DataError(problems)
    return [_entry(folder, number, units) for number, units in enumerate(parts)]


def _entry(folder: Path, number: int, units: Sequence[Unit]) -> dict[str, Any]:
    name = part_name(number)
    path = folder / name
    rows = pq.read_metadata(path / "transactions.parquet").num_rows
    accounts = pq.read_metadata(path / "accounts.parquet").num_rows
    return {
        "part": name,
        "households": sum(len(unit) for unit in units),
        "accounts": accounts,
        "transactions": rows,
        "files": _hashes(path),
    }
