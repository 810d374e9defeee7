"""Whole commands, as a user would time them: start-up and files included."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.histories import write_book

SAMPLE = Path(__file__).parents[1] / "ledger" / "sample"
REPEATS = 5


def seconds(*arguments: str, repeats: int = REPEATS) -> float:
    """The median of several runs of a command, after one to warm up."""
    taken = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        command = [sys.executable, "-m", "taxlots", *arguments]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 (our own command)
        taken.append(time.perf_counter() - start)
    return sorted(taken[1:])[repeats // 2]


def lines() -> Iterator[str]:
    """The figures, one line each."""
    bare = _interpreter()
    yield f"the interpreter alone: {bare:.2f} s"
    yield f"taxlots --help: {seconds('--help'):.2f} s"
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out")
        sample = seconds("harvest", str(SAMPLE), "--out", out)
        yield f"taxlots harvest ledger/sample: {sample:.2f} s"
        book = Path(folder) / "million"
        write_book(book, 1_000_000)
        for form in ("parquet", "csv"):
            taken = seconds("replay", str(book), "--out", out, "--format", form, repeats=3)
            yield f"taxlots replay, 1,000,000 transactions from Parquet to {form}: {taken:.1f} s"


def _interpreter() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - start
