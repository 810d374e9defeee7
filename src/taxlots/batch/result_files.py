"""The folder of a run over all partitions: each partition's results appear whole or not at all.

A partition's files are written beside their place and renamed into it, so that a run that is
killed leaves nothing half done and is resumed by starting it again.  ``run.json`` says what the
folder is a run of; ``manifest.json`` is written when every partition is there, and proves it.
Nothing in these files depends on when or in which order partitions were done.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taxlots.batch.partition_files import sha256_of
from taxlots.batch.run_kinds import RunKind
from taxlots.domain.problem import UsageError

RUN: Final = "run.json"
ENTRY: Final = "entry.json"
MANIFEST: Final = "manifest.json"
LOOKED_AT: Final = 1_000
"""Rows."""


def begin_run(out: Path, run: Mapping[str, Any]) -> None:
    """Make the folder of a run, or find it begun.

    ``run`` says what is run: the partitioned book, the day and the versions.  Raises UsageError
    for a folder that holds something else.
    """
    file = out / RUN
    if file.is_file():
        if json.loads(file.read_text(encoding="utf-8")) != dict(run):
            raise UsageError(
                f"{out} holds a run of other partitions, another day, another plan or "
                "another version; name another folder"
            )
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} holds something else; name a folder that is new or empty")
    try:
        out.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(out)
        _write_whole(file, _json(run))
    except OSError as cause:
        raise UsageError(f"{out} cannot be written: {cause.strerror}") from cause


def finished_entry(out: Path, part: str) -> dict[str, Any] | None:
    """The entry of a partition that is done; None where it is not, or its files are damaged."""
    try:
        entry: dict[str, Any] = json.loads((out / part / ENTRY).read_text(encoding="utf-8"))
        is_whole = all(
            sha256_of(out / part / name) == stated["sha256"]
            for name, stated in entry["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return None
    return entry if is_whole else None


def write_result(
    out: Path, part: str, tables: Mapping[str, pa.Table], counts: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the tables of a partition in one step; returns its entry.

    Where another run has written them meanwhile they are left: they are the same.
    """
    fresh = Path(tempfile.mkdtemp(prefix=f".{part}.", dir=out))
    files = {}
    for name, table in sorted(tables.items()):
        file = fresh / f"{name}.parquet"
        pq.write_table(table, file, compression="zstd", use_dictionary=_repetitive(table))
        files[file.name] = {"rows": table.num_rows, "sha256": sha256_of(file)}
    entry = {"part": part, **counts, "files": files}
    (fresh / ENTRY).write_text(_json(entry), encoding="utf-8")
    fresh.chmod(0o755)
    try:
        fresh.rename(out / part)
    except OSError:
        if finished_entry(out, part) is None:
            shutil.rmtree(out / part)
            fresh.rename(out / part)
        else:
            shutil.rmtree(fresh)
    return entry


def _repetitive(table: pa.Table) -> list[str]:
    """The columns whose first cells repeat: only these are smaller with a dictionary."""
    first = table.slice(0, LOOKED_AT)
    most = first.num_rows // 4
    return [
        name for name in table.column_names if pc.count_distinct(first.column(name)).as_py() <= most
    ]


def finish_run(
    out: Path, run: Mapping[str, Any], entries: Iterable[Mapping[str, Any]], kind: RunKind
) -> dict[str, Any]:
    """Write the manifest of a whole run and return it.

    ``totals`` are sums over the partitions, and the counts by reason sum to what ``kind`` says:
    of a harvest to the open lots, of a rebalance to the households.
    """
    listed = sorted(entries, key=lambda entry: str(entry["part"]))
    totals = {name: sum(entry[name] for entry in listed) for name in kind.counts}
    reasons: Counter[str] = Counter()
    for entry in listed:
        reasons.update(entry[kind.reasons])
    if any(totals[name] != sum(reasons.values()) for name in kind.reasons_of):
        raise AssertionError(f"{kind.reasons} do not sum to {kind.reasons_of}")
    told = [set(entry["told_of_book"]) for entry in listed]
    manifest = {
        **run,
        "totals": totals,
        kind.reasons: dict(sorted(reasons.items())),
        "failed": [name for entry in listed for name in entry["failed"]],
        "warnings_of_book": sorted(set.intersection(*told)),
        "parts": listed,
    }
    _remove_unfinished(out)
    _write_whole(out / MANIFEST, _json(manifest))
    return manifest


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _write_whole(file: Path, text: str) -> None:
    """A file that is there with all of its text, or as it was before."""
    fresh = file.with_name(f".{file.name}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


def _remove_unfinished(out: Path) -> None:
    """Remove what workers that were ended left beside the places of their results."""
    for left in out.glob(".*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()
