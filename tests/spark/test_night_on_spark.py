"""A night on a cluster is a night in the pool: the same files, byte for byte."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.batch.many_households import AS_OF, read, write

from taxlots.batch import spark
from taxlots.batch.partition_task import Entry, PartitionTask
from taxlots.batch.progress import Progress
from taxlots.domain.problem import DataError, UsageError
from taxlots.workflows import batch
from taxlots.workflows.batch import harvest_task, run_batch
from taxlots.workflows.partition import partition

Contents = Callable[[Path], dict[str, bytes]]
Work = Callable[[PartitionTask], Entry]


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], None]:
    """Lets executors do something else; functions of a test are sent as they are."""

    def done(work: Work) -> None:
        monkeypatch.setattr(batch, "harvest_task", work)

    return done


def test_a_cluster_writes_what_the_pool_writes(
    cluster: Any, parts: Path, pooled: Path, contents: Contents, tmp_path: Path
) -> None:
    told: list[Progress] = []

    manifest = run_batch(parts, tmp_path / "out", as_of=AS_OF, spark=cluster, report=told.append)

    assert contents(tmp_path / "out") == contents(pooled)
    assert manifest["totals"]["households"] == len(manifest["parts"]) == 4
    assert [progress.parts for progress in told] == [1, 2, 3, 4]
    assert told[-1].accounts == told[-1].all_accounts == manifest["totals"]["accounts"]


def test_executors_are_other_programs_in_other_folders(
    cluster: Any, parts: Path, tmp_path: Path, instead: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths that are relative here mean the same there."""
    seen = tmp_path / "seen"
    seen.mkdir()

    def watched(task: PartitionTask) -> Entry:
        (seen / f"{os.getpid()}").write_text(str(Path.cwd()))
        return harvest_task(task)

    instead(watched)
    monkeypatch.chdir(parts.parent)
    run_batch(Path(parts.name), Path(os.path.relpath(tmp_path / "out")), as_of=AS_OF, spark=cluster)

    assert str(os.getpid()) not in {path.name for path in seen.iterdir()}
    assert str(parts.parent) not in {path.read_text() for path in seen.iterdir()}
    assert (tmp_path / "out" / "manifest.json").is_file()


@pytest.mark.parametrize("begun_on", ["pool", "cluster"])
def test_a_run_is_resumed_where_the_other_was_stopped(
    cluster: Any, parts: Path, pooled: Path, contents: Contents, tmp_path: Path, begun_on: str
) -> None:
    out = tmp_path / "out"
    first, second = (None, cluster) if begun_on == "pool" else (cluster, None)

    def interrupted(progress: Progress) -> None:
        if progress.parts == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(parts, out, as_of=AS_OF, spark=first, report=interrupted)
    assert not (out / "manifest.json").exists()
    kept = {path.name: path.stat().st_ino for path in out.glob("part-*")}
    assert kept
    told: list[Progress] = []
    run_batch(parts, out, as_of=AS_OF, spark=second, report=told.append)

    assert len(told) == 4 - len(kept), "what was done is not done again"
    assert kept.items() <= {path.name: path.stat().st_ino for path in out.glob("part-*")}.items()
    assert contents(out) == contents(pooled)


def test_a_partition_of_an_executor_that_dies_is_done_by_another(
    cluster: Any, parts: Path, pooled: Path, contents: Contents, tmp_path: Path, instead: Any
) -> None:
    """It dies half-way, and leaves half a partition."""
    died = tmp_path / "died"

    def dying(task: PartitionTask) -> Entry:
        if task.part == "part-00002" and not died.exists():
            died.touch()
            (task.out / ".part-00002.half").mkdir()
            os.kill(os.getpid(), signal.SIGKILL)
        return harvest_task(task)

    instead(dying)
    run_batch(parts, tmp_path / "out", as_of=AS_OF, spark=cluster)

    assert died.exists()
    assert contents(tmp_path / "out") == contents(pooled)


def test_a_damaged_partition_is_told_as_in_the_pool_and_the_others_are_done(
    cluster: Any, parts: Path, tmp_path: Path
) -> None:
    shutil.copytree(parts, tmp_path / "parts")
    (tmp_path / "parts" / "part-00001" / "transactions.parquet").write_bytes(b"damaged")

    with pytest.raises(DataError) as of_pool:
        run_batch(tmp_path / "parts", tmp_path / "pool", as_of=AS_OF)
    with pytest.raises(DataError) as of_cluster:
        run_batch(tmp_path / "parts", tmp_path / "out", as_of=AS_OF, spark=cluster)

    assert of_cluster.value.problems == of_pool.value.problems
    done = {path.name for path in (tmp_path / "out").glob("part-*")}
    assert done == {"part-00000", "part-00002", "part-00003"}


def test_a_household_that_fails_is_reported_and_the_rest_is_done(
    cluster: Any, book: Path, contents: Contents, tmp_path: Path
) -> None:
    shutil.copytree(book, tmp_path / "book")
    journal = read(book / "transactions.csv")
    next(row for row in journal if row["account"] == "a2")["quantity"] = "many"
    write(tmp_path / "book" / "transactions.csv", journal)
    partition(str(tmp_path / "book"), tmp_path / "parts", households_per_partition=2)

    run_batch(tmp_path / "parts", tmp_path / "pool", as_of=AS_OF)
    found = run_batch(tmp_path / "parts", tmp_path / "out", as_of=AS_OF, spark=cluster)

    assert found["failed"] == ["h1"]
    assert contents(tmp_path / "out") == contents(tmp_path / "pool")


def test_what_fails_on_every_executor_is_told_and_what_is_done_is_kept(
    cluster: Any, parts: Path, tmp_path: Path, instead: Any
) -> None:
    def failing(task: PartitionTask) -> Entry:
        if task.part == "part-00003":
            raise OSError(28, "No space left on device")
        return harvest_task(task)

    instead(failing)
    with pytest.raises(UsageError, match=r"Spark gave up: .*No space left on device.*is kept"):
        run_batch(parts, tmp_path / "out", as_of=AS_OF, spark=cluster)

    assert list((tmp_path / "out").glob("part-*/entry.json"))


def test_executors_with_another_version_are_refused(
    cluster: Any, parts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "__version__", "0.0.0")

    with pytest.raises(UsageError, match=r"an executor has taxlots .*this computer has 0\.0\.0"):
        run_batch(parts, tmp_path / "out", as_of=AS_OF, spark=cluster)

    assert not list((tmp_path / "out").glob("part-*"))


def test_a_folder_that_machines_do_not_share_is_told(
    cluster: Any, parts: Path, tmp_path: Path, instead: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An executor that wrote on its own disk believes that all is well."""

    def elsewhere(task: PartitionTask) -> Entry:
        return {"part": task.part}

    instead(elsewhere)
    monkeypatch.setattr(spark, "SHOW_SECONDS", 0.0)

    with pytest.raises(UsageError, match="let RESULTS be a folder that all machines share"):
        run_batch(parts, tmp_path / "out", as_of=AS_OF, spark=cluster)

    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_session_that_others_use_too_goes_on_knowing_pandas(cluster: Any) -> None:
    """Workers of the pool let Arrow forget pandas; executors belong to somebody else."""

    def converted(batches: Any) -> Any:
        for each in batches:
            frame = pa.Table.from_batches([each]).to_pandas()
            yield pa.RecordBatch.from_pandas(frame, preserve_index=False)

    with spark._unwarned():
        rows = cluster.range(4).mapInArrow(converted, "id long").collect()

    assert sorted(row.id for row in rows) == [0, 1, 2, 3]


def test_results_are_read_as_one_table(cluster: Any, pooled: Path) -> None:
    """Whoever goes on with Spark reads the files of all partitions at once."""
    found = cluster.read.parquet(str(pooled / "part-*" / "verdicts.parquet"))

    files = sorted(pooled.glob("part-*/verdicts.parquet"))
    assert found.count() == sum(pq.read_metadata(file).num_rows for file in files)
