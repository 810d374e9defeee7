"""How long a night takes: every household of a population planned by two workers.

``python -m benchmarks batch`` runs small populations; ``TAXLOTS_NIGHT=25000,50000,100000`` names
the numbers of accounts to run instead.  Each is also killed half-way and resumed, and the bytes
are compared.
"""

import hashlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.population import AS_OF_DAY, accounts_in, write_population

ACCOUNTS: Final = os.environ.get("TAXLOTS_NIGHT", "250,500,1000")
AS_OF: Final = date(1970, 1, 1) + timedelta(AS_OF_DAY)
WORKERS: Final = 2
MOST_HOUSEHOLDS: Final = 250
"""Of a partition."""

KIBIBYTES_OF_GIGABYTE: Final = 1_000_000_000 // 1024


def command(*arguments: str) -> list[str]:
    """The command line of this installation."""
    return [sys.executable, "-m", "taxlots", *arguments]


def night(parts: Path, out: Path) -> list[str]:
    """The command of a whole run."""
    asked = ("--as-of", AS_OF.isoformat(), "--out", str(out), "--workers", str(WORKERS))
    return command("batch", str(parts), *asked)


def seconds(arguments: list[str]) -> float:
    """How long a command takes; it must succeed."""
    start = time.perf_counter()
    subprocess.run(arguments, check=True, capture_output=True)  # noqa: S603 (our own command)
    return time.perf_counter() - start


def kill_half_way(parts: Path, out: Path) -> int:
    """Start a run and kill it when half of its partitions are there; returns how many were."""
    half = len(list(parts.glob("part-*"))) // 2
    running = subprocess.Popen(  # noqa: S603 (our own command)
        night(parts, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while running.poll() is None and len(list(out.glob("part-*/entry.json"))) < half:
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    return len(list(out.glob("part-*/entry.json")))


def digest(folder: Path) -> str:
    """One hash of every file of a folder and its name."""
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(str(file.relative_to(folder)).encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def measured(accounts: int, folder: Path) -> Iterator[tuple[float, str]]:
    """Seconds and a line for each step of one population."""
    households = accounts * 2 // 5
    book, parts, out = folder / "book", folder / "parts", folder / "out"
    write_population(book, households)
    size = max(1, min(MOST_HOUSEHOLDS, households // 8))
    divide = command("partition", str(book), "--out", str(parts))
    took = seconds([*divide, "--households-per-partition", str(size)])
    what = f"{accounts_in(households):>7,} accounts"
    yield took, f"{what}: divided in {took:.1f} s"
    took = seconds(night(parts, out))
    yield took, f"{what}: planned in {took:.1f} s, {accounts / took:,.0f} accounts a second"
    again = folder / "again"
    done = kill_half_way(parts, again)
    resumed = seconds(night(parts, again))
    assert digest(out) == digest(again)
    yield resumed, f"{what}: killed after {done} partitions, resumed in {resumed:.1f} s, same bytes"


def lines() -> Iterator[str]:
    """The figures, one line each."""
    each = []
    for accounts in map(int, ACCOUNTS.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            for number, (took, line) in enumerate(measured(accounts, Path(folder))):
                if number == 1:
                    each.append(took / accounts)
                yield line
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KIBIBYTES_OF_GIGABYTE
    yield f"most memory of one worker: {most:.2f} GB"
    yield f"time per account, the largest against the smallest: {each[-1] / each[0]:.2f} ×"
