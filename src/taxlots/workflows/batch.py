"""A night's run: all partitions planned by workers or on Spark, resumed where it was stopped."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from taxlots.batch.part_tables import rows_of
from taxlots.batch.partition_files import (
    SHARED_FOLDER,
    Partitioned,
    read_part,
    read_partitions,
    sha256_of,
)
from taxlots.batch.partition_task import Entry, PartitionTask
from taxlots.batch.pool import answers
from taxlots.batch.progress import Progress
from taxlots.batch.result_files import begin_run, finish_run, finished_entry, write_result
from taxlots.batch.run_kinds import HARVEST, KINDS
from taxlots.domain.problem import UsageError
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.gather import check_day
from taxlots.workflows.harvest_partition import harvest_partition
from taxlots.workflows.night_asked import NightAsked
from taxlots.workflows.partition_households import BOOK_WARNINGS, FAILED

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

Report = Callable[[Progress], None]


def run_batch(
    folder: Path,
    out: Path,
    *,
    as_of: date,
    plan: str = HARVEST,
    asked: NightAsked | None = None,
    workers: int = 1,
    spark: SparkSession | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Plan all partitions of a book and return the manifest of the run.

    ``plan`` is ``harvest`` or ``rebalance``: what is planned for every household; ``asked`` is what
    a rebalance is asked beside what the book says.
    So many ``workers`` of this computer do it, or the executors of ``spark``, to which both folders
    have the same names as here.  Partitions that an earlier run with the same arguments finished
    are kept, wherever it ran.  ``report`` is told after each partition.  Raises UsageError, and
    DataError where a partition's file is damaged.
    """
    if workers < 1:
        raise UsageError("a run has at least one worker")
    check_day(as_of)
    if plan not in KINDS:
        raise UsageError(f"there is no plan {plan!r} for a night; use one of {', '.join(KINDS)}")
    asked = asked or NightAsked()
    if asked.stated and plan == HARVEST:
        raise UsageError("--tranches and --schedule are for --rebalance: a harvest is of one day")
    book = read_partitions(folder)
    run = _run_of(book, as_of, plan, asked)
    begin_run(out, run)
    entries = {}
    for part in book.parts:
        entry = finished_entry(out, part["part"])
        if entry is not None:
            entries[part["part"]] = entry
    kept = sum(entry["accounts"] for entry in entries.values())
    began = time.monotonic()
    tasks = _tasks(book, out, as_of, asked, set(entries))
    for entry in _planned(plan, tasks, workers, spark):
        entries[entry["part"]] = entry
        if report is not None:
            report(
                Progress(
                    parts=len(entries),
                    all_parts=len(book.parts),
                    accounts=sum(done["accounts"] for done in entries.values()),
                    all_accounts=book.manifest["accounts"],
                    kept=kept,
                    seconds=time.monotonic() - began,
                )
            )
    _check_coverage(book, entries)
    return finish_run(out, run, entries.values(), KINDS[plan])


def _run_of(book: Partitioned, as_of: date, plan: str, asked: NightAsked) -> dict[str, Any]:
    """What is run: an interrupted run goes on as the same one alone."""
    run = {
        "book": book.manifest["book"],
        "as_of": as_of.isoformat(),
        "engine_version": __version__,
        "rule_version": RULES_VERSION,
        "partitions_sha256": book.digest,
        "partitions": len(book.parts),
    }
    return run if plan == HARVEST else run | {"plan": plan, **asked.stated}


def _planned(
    plan: str, tasks: Sequence[PartitionTask], workers: int, spark: SparkSession | None
) -> Iterator[Entry]:
    work = harvest_task if plan == HARVEST else rebalance_task
    if spark is None:
        return answers(work, tasks, workers)
    from taxlots.batch.spark import spark_answers

    return spark_answers(spark, work, tasks)


def harvest_task(task: PartitionTask) -> Entry:
    """Harvest one partition and write its results; returns its entry of the manifest."""
    with _uncollected():
        tables = read_part(task.folder, task.part, task.hashes)
        found = harvest_partition(tables, task.as_of)
    return _written(task, found, _counts(found))


def rebalance_task(task: PartitionTask) -> Entry:
    """Rebalance one partition and write its results; returns its entry of the manifest."""
    from taxlots.workflows.rebalance_partition import rebalance_counts, rebalance_partition

    tables = read_part(task.folder, task.part, task.hashes)
    asked = NightAsked(tranches=task.tranches, schedule=task.schedule)
    found = rebalance_partition(tables, task.as_of, asked)
    return _written(task, found, rebalance_counts(found["households"]))


def _written(task: PartitionTask, found: dict[str, pa.Table], counts: dict[str, Any]) -> Entry:
    told = rows_of(found, BOOK_WARNINGS)
    del found[BOOK_WARNINGS]
    counts["told_of_book"] = [f"{row['where']}: {row['message']}" for row in told]
    return write_result(task.out, task.part, found, counts)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: nearly everything that is made stays until the end.

    What is there before is not looked at again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def failed_households(out: Path, manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    """The errors of the households that failed, with the household of each."""
    import pyarrow.parquet as pq

    found = []
    for entry in manifest["parts"]:
        if entry["failed"]:
            problems = pq.read_table(out / entry["part"] / "problems.parquet")
            found += problems.filter(pc.equal(problems.column("severity"), "error")).to_pylist()
    return found


def _tasks(
    book: Partitioned, out: Path, as_of: date, asked: NightAsked, done: set[str]
) -> list[PartitionTask]:
    """What is left to do.  Raises DataError where a shared file is damaged."""
    shared = book.manifest["shared"]
    for file, digest in shared.items():
        path = book.folder / SHARED_FOLDER / file
        if not path.is_file() or sha256_of(path) != digest:
            read_part(book.folder, SHARED_FOLDER, {SHARED_FOLDER: shared})
    return [
        PartitionTask(
            folder=book.folder.absolute(),
            part=part["part"],
            hashes={SHARED_FOLDER: shared, part["part"]: part["files"]},
            as_of=as_of,
            out=out.absolute(),
            tranches=asked.tranches,
            schedule=asked.schedule,
        )
        for part in book.parts
        if part["part"] not in done
    ]


def _counts(found: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry of the manifest counts: sums of the households, and verdicts by reason."""
    households = found["households"]
    is_failed = pc.equal(households.column("status"), FAILED)
    counts: dict[str, Any] = {
        name: pc.sum(households.column(name)).as_py() or 0
        for name in ("accounts", "transactions", "lots", "verdicts", "harvested", "orders")
    }
    reasons = pc.value_counts(found["verdicts"].column("reason")).to_pylist()
    counts["households"] = households.num_rows
    counts["households_failed"] = pc.sum(is_failed).as_py() or 0
    counts["failed"] = households.filter(is_failed).column("household").to_pylist()
    counts["verdicts_by_reason"] = dict(
        sorted((str(cell["values"]), cell["counts"]) for cell in reasons)
    )
    return counts


def _check_coverage(book: Partitioned, entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Every household and account that was partitioned is in one entry, done or failed."""
    for part in book.parts:
        entry = entries[part["part"]]
        if any(entry[name] != part[name] for name in ("households", "accounts")):
            raise AssertionError(f"{part['part']} is not covered")
