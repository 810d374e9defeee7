"""How long a night takes: every household of a population planned by two workers.

``python -m benchmarks batch`` runs small populations; ``TAXLOTS_NIGHT=25000,50000,100000`` names
the numbers of accounts to run instead.  Each is also killed half-way and resumed, and the bytes
are compared.  Processor seconds are of all cores together: on a machine that does other work too,
they say what a night would take on two cores of its own.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.harvest_plan import SAMPLE, milliseconds
from benchmarks.population import AS_OF_DAY, accounts_in, write_population
from benchmarks.processes import Taken, taken_by
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.replay import replay

ACCOUNTS: Final = os.environ.get("TAXLOTS_NIGHT", "250,500,1000")
AS_OF: Final = date(1970, 1, 1) + timedelta(AS_OF_DAY)
WORKERS: Final = 2
MOST_HOUSEHOLDS: Final = 500
"""Of a partition."""

GIGABYTE: Final = 1_000_000_000


def command(*arguments: str) -> list[str]:
    """The command line of this installation."""
    return [sys.executable, "-m", "taxlots", *arguments]


def night(parts: Path, out: Path) -> list[str]:
    """The command of a whole run."""
    asked = ("--as-of", AS_OF.isoformat(), "--out", str(out), "--workers", str(WORKERS))
    return command("batch", str(parts), *asked)


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


def spoken(taken: Taken) -> str:
    """Time, processor time and memory in words."""
    memory = (
        f"{taken.most_bytes / GIGABYTE:.2f} GB in all" if taken.most_bytes else "memory unknown"
    )
    return f"{taken.seconds:.1f} s, {taken.processor_seconds:.1f} processor seconds, {memory}"


def losses_in(out: Path) -> str:
    """How many lots of a run stand below their cost, and how many are harvested."""
    manifest = json.loads((out / "manifest.json").read_text())
    reasons = manifest["verdicts_by_reason"]
    lots, deferred = manifest["totals"]["lots"], reasons.get("TAX_DEFERRED", 0)
    gains = sum(reasons.get(name, 0) for name in ("GAIN", "NO_LOSS"))
    below = (lots - deferred - gains) / max(1, lots - deferred)
    harvested = manifest["totals"]["harvested"] / max(1, lots - deferred)
    return (
        f"{lots:,} open lots; of those in taxable accounts {below:.1%} are below their cost "
        f"and {harvested:.1%} are harvested"
    )


def measured(accounts: int, folder: Path) -> Iterator[tuple[Taken | None, str]]:
    """What each step of one population takes, and a line on it."""
    households = accounts * 2 // 5
    book, parts, out = folder / "book", folder / "parts", folder / "out"
    write_population(book, households)
    size = max(1, min(MOST_HOUSEHOLDS, households // 8))
    divide = command("partition", str(book), "--out", str(parts))
    what = f"{accounts_in(households):>7,} accounts"
    divided = taken_by([*divide, "--households-per-partition", str(size)])
    yield None, f"{what}: divided in {spoken(divided)}"
    night_taken = taken_by(night(parts, out))
    rate = accounts / night_taken.seconds
    yield night_taken, f"{what}: planned in {spoken(night_taken)}; {rate:,.0f} accounts a second"
    yield None, f"{what}: {losses_in(out)}"
    again = folder / "again"
    done = kill_half_way(parts, again)
    resumed = taken_by(night(parts, again))
    assert digest(out) == digest(again)
    yield None, f"{what}: killed after {done} partitions, resumed in {spoken(resumed)}, same bytes"


def lines() -> Iterator[str]:
    """The figures, one line each."""
    situation, _ = situation_of(replay(str(SAMPLE)))
    median, slowest = milliseconds(situation)
    yield f"one household of {len(situation.lots)} lots: {median:.1f} ms, slowest {slowest:.1f} ms"
    each = []
    for accounts in map(int, ACCOUNTS.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            for taken, line in measured(accounts, Path(folder)):
                if taken is not None:
                    each.append(taken.processor_seconds / accounts)
                yield line
    growth = each[-1] / each[0]
    yield f"processor time of an account, with the most accounts to the fewest: {growth:.2f} ×"
