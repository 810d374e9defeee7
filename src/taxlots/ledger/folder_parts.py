"""A book's folder as the parts of an import."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from taxlots.domain.problem import Problem
from taxlots.ledger.canonical import Source
from taxlots.ledger.folder import Folder
from taxlots.ledger.imports import Part
from taxlots.ledger.mapping import REFERENCE_TABLES

TABLES: Final = ("transactions", "prices")


def folder_parts(path: Path, *, is_complete: bool = False) -> tuple[list[Part], list[Problem]]:
    """Every file of a folder that a ledger keeps, reference first, transactions before prices.

    Files that are not there are left out; CSV and Parquet are read alike.  ``is_complete``:
    rows of reference that a file no longer has are to be removed.  Returns the problems of files
    that cannot be read; what is wrong with single rows is told by the import.
    """
    folder = Folder(path)
    parts = _book_part(folder)
    for holds in REFERENCE_TABLES:
        if holds == "book":
            continue
        before = set(folder.hashes)
        rows = [dict(row) for row in folder.rows(holds)]
        for file in set(folder.hashes) - before:
            source = Source(file, sha256=folder.hashes[file])
            parts.append(Part(holds=holds, rows=rows, source=source, is_complete=is_complete))
    for holds in TABLES:
        table, file = folder.table(holds)
        if table is not None:
            source = Source(file, sha256=folder.hashes[file])
            parts.append(Part(holds=holds, rows=table, source=source))
    return parts, folder.problems


def _book_part(folder: Folder) -> list[Part]:
    file = REFERENCE_TABLES["book"].file
    if not (folder.path / file).is_file():
        return []
    toml = folder.bytes_of(file).decode("utf-8", errors="replace")
    try:
        name = str(tomllib.loads(toml).get("name", folder.path.name))
    except tomllib.TOMLDecodeError:
        name = folder.path.name
    source = Source(file, sha256=folder.hashes[file])
    return [Part(holds="book", rows=[{"name": name, "toml": toml}], source=source)]
