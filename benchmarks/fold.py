"""How fast the fold books, and whether its time grows with the number of transactions alone."""

import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.histories import Table, fold_tables
from taxlots.book import kinds
from taxlots.book.state import begin
from taxlots.domain.policy import Policy

SIZES = (100_000, 1_000_000, 10_000_000)
WARM_UP = "from benchmarks import fold; fold.seconds(fold.fold_tables(1_000), 1)"
"""What compiles the fold: in a process of its own, as it is for all runs but the very first."""

REPEATS = {100_000: 15, 1_000_000: 5, 10_000_000: 3}


def seconds(tables: dict[str, Table], repeats: int) -> float:
    """The best of several folds over the same tables, the state made anew each time."""
    best = float("inf")
    for _ in range(repeats):
        state = begin(tables, Policy(), compiled=True)
        start = time.perf_counter()
        state.advance()
        best = min(best, time.perf_counter() - start)
    return best


def lines() -> Iterator[str]:
    """The figures, one line each."""
    for what in ("compiling, unless that was done before", "loading what is compiled"):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", WARM_UP], check=True)  # noqa: S603 (our own code)
        yield f"{what}: {time.perf_counter() - start:.1f} s"
    each = {}
    for size in SIZES:
        each[size] = seconds(fold_tables(size), REPEATS[size]) / size
        millions = 1e-6 / each[size]
        yield f"FIFO, {size:>10,} transactions: {millions:5.1f} million a second"
    growth = each[SIZES[-1]] / each[SIZES[0]]
    yield f"time per transaction, {SIZES[-1]:,} against {SIZES[0]:,}: {growth:.2f} ×"
    for name, method in (("HIFO", kinds.HIFO), ("MINTAX", kinds.MINTAX)):
        ratio = seconds(fold_tables(SIZES[1], method), 3) / SIZES[1] / each[SIZES[1]]
        yield f"{name} against FIFO, {SIZES[1]:,} transactions: {ratio:.1f} ×"
