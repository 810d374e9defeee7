"""A book in partitions, what the pool makes of it, and a cluster of two executors."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.batch.many_households import AS_OF, write_book

from taxlots.batch.spark import spark_session
from taxlots.workflows.batch import run_batch
from taxlots.workflows.partition import partition

CLUSTER = "local-cluster[2,1,1024]"
"""Two executors with one core and 1,024 MiB each: programs apart from this one."""

QUICK_TO_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java compiles lightly and collects garbage simply: these runs are too short for more."""


@pytest.fixture(scope="session")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session", autouse=True)
def environment(rooms: Path) -> Iterator[None]:
    """Spark's own files go into a temporary folder, and not beside its jars."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SPARK_WORKER_DIR", str(rooms / "worker"))
        patched.setenv("SPARK_LOCAL_DIRS", str(rooms / "local"))
        patched.setenv("PYSPARK_PYTHON", sys.executable)
        patched.setenv("JAVA_TOOL_OPTIONS", QUICK_TO_START)
        yield


@pytest.fixture(scope="session")
def book(rooms: Path) -> Path:
    """Four households: the sample's, and three of the benchmarks'."""
    return write_book(rooms / "book")


@pytest.fixture(scope="session")
def parts(rooms: Path, book: Path) -> Path:
    """A household to a partition."""
    partition(str(book), rooms / "parts", households_per_partition=1)
    return rooms / "parts"


@pytest.fixture(scope="session")
def pooled(rooms: Path, parts: Path) -> Path:
    """The results of a run in this process."""
    run_batch(parts, rooms / "pooled", as_of=AS_OF)
    return rooms / "pooled"


@pytest.fixture(scope="session")
def cluster(environment: None) -> Iterator[Any]:
    assert environment is None
    with spark_session(CLUSTER) as session:
        yield session


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Every file of a folder, hidden ones and those below included, by its name."""

    def read(folder: Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
            for path in sorted(folder.rglob("*"))
        }

    return read
