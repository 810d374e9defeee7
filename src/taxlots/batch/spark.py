"""A cluster of Apache Spark in the place of the pool: each row of a frame is a partition's path.

An executor does what a worker of the pool does, with the same function, and writes the results
itself into the folder of the run, which all machines see.  Were the tables sent back as Arrow
batches, Spark's own Parquet writer would write them: other bytes than those of the pool, files
that appear one by one, and nothing that another run could resume.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import astuple
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pyarrow as pa

from taxlots.batch.partition_task import Entry, PartitionTask, Work
from taxlots.batch.result_files import finished_entry
from taxlots.domain.problem import DataError, Problem, Severity, UsageError
from taxlots.version import __version__

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOOK_SECONDS: Final = 0.5
"""How often the folder of results is looked at while Spark works."""

SHOW_SECONDS: Final = 30.0
"""How long results may take to show on this computer: network file systems remember for a while."""

COLUMNS: Final = "partition string, refusal string"
"""What comes back of each partition: its path, and why it was refused (JSON; blank if it was not).
The entry itself stands in the folder of results, with the files that it counts."""

Batches = Iterator[pa.RecordBatch]


@contextmanager
def spark_session(master: str) -> Iterator[SparkSession]:
    """A session of our own on a master such as ``local[4]`` or ``spark://host:7077``.

    On this computer (``local…``) workers run the interpreter that runs this, and nothing listens
    to other computers.  Raises UsageError where Spark is missing or does not start.
    """
    try:
        with _unwarned():
            from pyspark.sql import SparkSession
    except ModuleNotFoundError as cause:
        raise UsageError(
            "that needs Apache Spark, which is not installed; "
            "install it with: pip install 'taxlots[spark]' (and Java 17 or newer)"
        ) from cause
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    asked = SparkSession.builder.master(master).appName("taxlots")
    asked = asked.config("spark.ui.showConsoleProgress", "false")
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        asked = asked.config("spark.driver.host", "127.0.0.1")
        asked = asked.config("spark.driver.bindAddress", "127.0.0.1")
        asked = asked.config("spark.ui.enabled", "false")
    try:
        with _unwarned():
            session = asked.getOrCreate()
    except (PySparkException, Py4JError) as fault:
        raise UsageError(
            f"Spark does not start on {master}: {_said(fault)}; "
            "it needs Java 17 or newer, and a master that can be reached"
        ) from fault
    try:
        session.sparkContext.setLogLevel("ERROR")
        yield session
    finally:
        session.stop()


def spark_answers(
    session: SparkSession, work: Work, tasks: Sequence[PartitionTask]
) -> Iterator[Entry]:
    """The entry of each partition as its results appear, harvested on a cluster.

    ``work`` is a function of a module that the executors have too, in the same version, and the
    folders of the tasks are absolute paths that every machine sees.  Raises what ``work`` raises
    of DataError and UsageError, and UsageError where Spark gives up; what is done stays.
    """
    waiting = list(tasks)
    tag = f"taxlots {uuid4()}"
    with ThreadPoolExecutor(1) as driver:
        job: Future[list[str]] = driver.submit(_refusals, session, tag, work, tasks)
        try:
            while not wait([job], LOOK_SECONDS).done:
                yield from _appeared(waiting)
            _raise_refused(_told(job))
            shown_by = time.monotonic() + SHOW_SECONDS
            yield from _appeared(waiting)
            while waiting and time.monotonic() < shown_by:
                time.sleep(LOOK_SECONDS)
                yield from _appeared(waiting)
        finally:
            if not job.done():
                session.interruptTag(tag)
    if waiting:
        raise UsageError(
            f"the executors wrote {waiting[0].part} where this computer does not see it; "
            f"let RESULTS be a folder that all machines share ({waiting[0].out} is not)"
        )


def _appeared(waiting: list[PartitionTask]) -> Iterator[Entry]:
    """The entries of partitions whose results are there by now; they wait no longer."""
    for task in tuple(waiting):
        entry = finished_entry(task.out, task.part)
        if entry is not None:
            waiting.remove(task)
            yield entry


def _refusals(
    session: SparkSession, tag: str, work: Work, tasks: Sequence[PartitionTask]
) -> list[str]:
    """Harvest all partitions, each a task of Spark's; returns what executors refused, as JSON."""
    session.addTag(tag)
    by_path = {str(task.folder / task.part): task for task in tasks}
    with _unwarned():
        answered = _paths(session, list(by_path)).mapInArrow(_harvester(work, by_path), COLUMNS)
        return [row.refusal for row in answered.collect() if row.refusal]


def _paths(session: SparkSession, paths: Sequence[str]) -> DataFrame:
    """A frame with a row for each path, and each row in a partition of its own."""
    from pyspark.sql import functions as sql

    numbers = session.range(0, len(paths), 1, len(paths))
    place = (sql.col("id") + 1).cast("int")
    listed = sql.array(*[sql.lit(path) for path in paths])
    return numbers.select(sql.element_at(listed, place).alias("partition"))


def _harvester(work: Work, by_path: dict[str, PartitionTask]) -> Callable[[Batches], Batches]:
    """What an executor does with batches of paths."""
    expected = __version__

    def harvested(batches: Batches) -> Batches:
        for batch in batches:
            for path in batch.column("partition").to_pylist():
                refusal = _refused(work, by_path[path], expected)
                yield pa.RecordBatch.from_pydict({"partition": [path], "refusal": [refusal]})

    return harvested


def _refused(work: Work, task: PartitionTask, expected: str) -> str:
    """Harvest a partition on an executor; returns why it was refused, blank if it was not."""
    if __version__ != expected:
        told = f"an executor has taxlots {__version__}, and this computer has {expected}; "
        return json.dumps({"usage": told + "install the same version on all"})
    try:
        work(task)
    except DataError as fault:
        return json.dumps({"problems": [astuple(problem) for problem in fault.problems]})
    except UsageError as fault:
        return json.dumps({"usage": str(fault)})
    return ""


def _raise_refused(refusals: Sequence[str]) -> None:
    told = [json.loads(refusal) for refusal in refusals]
    for one in told:
        if "usage" in one:
            raise UsageError(one["usage"])
    problems = [cells for one in told for cells in one["problems"]]
    if problems:
        raise DataError([Problem(Severity(severity), *rest) for severity, *rest in problems])


def _told(job: Future[list[str]]) -> list[str]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return job.result()
    except (PySparkException, Py4JError) as fault:
        raise UsageError(
            f"Spark gave up: {_said(fault)}; what is done is kept: mend the cluster, "
            "or take fewer households to a partition, and run the same command again"
        ) from fault


def _said(fault: Exception) -> str:
    """What Spark says in one line: the exception of an executor, where there is one."""
    lines = [line.rstrip() for line in str(fault).splitlines() if line.strip()]
    of_java = [line for line in lines if line.startswith(": ")]
    marks = [place for place, line in enumerate(lines) if line.startswith("Traceback (most")]
    of_python = [line for line in lines[marks[0] + 1 :] if not line[0].isspace()] if marks else []
    said = (of_python or of_java or lines or [type(fault).__name__])[0]
    return said.removeprefix(": ").rstrip(".:")


@contextmanager
def _unwarned() -> Iterator[None]:
    """Nothing here becomes a pandas object, so that the version of pandas does not matter."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r".*pandas", FutureWarning)
        yield
