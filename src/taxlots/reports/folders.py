"""Writing result folders: all files appear together or not at all."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from taxlots.domain.problem import UsageError
from taxlots.reports.fresh_folder import fresh_beside

MANIFEST: Final = "manifest.json"
FAILURE: Final = "problems.csv"
"""A folder that holds this file alone is a result too: that of a run that failed."""

CONTRACTS: Final = ("section_1256", "section_1256_positions")

RESULTS: Final = frozenset(
    {MANIFEST, FAILURE, "opportunities.csv", "orders.csv", "lot_instructions.csv"}
    | {"restrictions.csv", "switch_back.csv", "verdicts.csv", "readiness.csv"}
    | {"comparison.csv", "not_compared.csv"}
    | {"differences.csv", "reasons.csv"}
    | {"reconciliation.csv", "breaks.csv", "adjustments.csv"}
    | {"arrived.csv", "changes.csv", "summary.csv", "custodian_changes.csv"}
    | {"form_8949.csv", "schedule_d.csv", "form_6781.csv", "form_4797.csv"}
    | {"wash_statement.csv", "wash_statement.txt"}
    | {
        f"{name}.{form}"
        for name in ("realized", "lots", "short_lots", "wash_sales", "dividends", *CONTRACTS)
        for form in ("csv", "parquet")
    }
)
"""Every file that a run can leave: a folder that holds another one is somebody's."""

Content = Any
"""An Arrow table, a mapping for JSON, text, or bytes as they are."""

FIRST_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The oldest time that an archive can hold; every file has it, so that the bytes repeat."""

UNIX: Final = 3
READABLE: Final = 0o100644
FAST: Final = 3
"""How hard to compress: a third of the time of the default, for files a little larger."""


def check_folder(folder: Path, results: frozenset[str] = RESULTS) -> None:
    """Refuse a folder that holds anything but a previous result.  Raises UsageError.

    ``results`` names every file that an earlier run can have left there.
    """
    if folder.is_dir():
        held = {entry.name for entry in folder.iterdir()}
        is_result = MANIFEST in held or held == {FAILURE}
        others = held - results if is_result else held
        if others:
            raise UsageError(
                f"{folder} holds other files ({min(others)}, ...); "
                "name a folder that is new, empty or a previous result"
            )
    elif folder.exists():
        raise UsageError(f"{folder} is a file; name a folder")
    parent = folder.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise UsageError(f"{folder} cannot be made: {parent} is a file; name another folder")
    if not os.access(parent, os.W_OK) or (folder.is_dir() and not os.access(folder, os.W_OK)):
        raise UsageError(f"{folder} cannot be written; name another folder or change permissions")


def write_folder(
    folder: Path,
    files: Mapping[str, Content],
    *,
    results: frozenset[str] = RESULTS,
    archive: str = "",
) -> None:
    """Replace a result folder as a whole.

    Files are written beside it first; a reader sees the old result or the new one.  ``archive``
    names a zip beside the files, which holds them all.  ``results`` as in ``check_folder``.  Raises
    UsageError where the place cannot be written.
    """
    check_folder(folder, results)
    with fresh_beside(folder) as fresh:
        for name, content in files.items():
            _write(fresh / name, content)
        if archive:
            _write_archive(fresh / archive, sorted(files))
        put_in_place(fresh, folder.absolute())


def write_zip(path: Path, files: Mapping[str, Content]) -> None:
    """Write files into one zip, in a folder of its own name; the same files give the same bytes.

    Raises UsageError where it cannot be written.
    """
    with fresh_beside(path) as fresh:
        for name, content in files.items():
            _write(fresh / name, content)
        _write_archive(fresh / path.name, sorted(files))
        (fresh / path.name).replace(path)


def put_in_place(fresh: Path, target: Path) -> None:
    """Let a folder take the place of another, which goes; on failure the old one stays."""
    if not target.exists():
        fresh.rename(target)
        return
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_archive(path: Path, names: Iterable[str]) -> None:
    """A zip of files beside it, in a folder of its own name; the same bytes each time."""
    with ZipFile(path, "w") as archive:
        for name in names:
            entry = ZipInfo(f"{path.stem}/{name}", FIRST_ZIP_DAY)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = UNIX
            entry.external_attr = READABLE << 16
            archive.writestr(entry, path.with_name(name).read_bytes(), compresslevel=FAST)


def _write(path: Path, content: Content) -> None:
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, pa.Table):
        writer = _WRITERS[path.suffix]
        writer(content, path)
    else:
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8")


def _write_csv(table: pa.Table, path: Path) -> None:
    """Cells are quoted only where they must be."""
    columns = [column.cast(pa.string()) for column in table.columns]
    if any(_needs_quotes(column) for column in columns):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.column_names)
            writer.writerows(zip(*(column.to_pylist() for column in columns), strict=True))
        return
    with path.open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        options = pacsv.WriteOptions(include_header=False, quoting_style="none")
        pacsv.write_csv(pa.table(columns, table.column_names), file, options)


def _needs_quotes(column: pa.ChunkedArray) -> bool:
    found = pc.any(pc.match_substring_regex(column, '[",\r\n]')).as_py()
    return bool(found)


def _write_parquet(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path)


_WRITERS: Final[dict[str, Callable[[pa.Table, Path], None]]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}
