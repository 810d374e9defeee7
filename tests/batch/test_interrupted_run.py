"""A run that is killed in the middle is resumed by starting it again."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from tests.batch import households_with_targets as with_targets
from tests.batch.many_households import AS_OF, write_book
from tests.cli.running import files_in

from taxlots.workflows.batch import run_batch
from taxlots.workflows.partition import partition

LONGEST_WAIT = 60.0


def started(parts: Path, out: Path, day: date, *options: str) -> subprocess.Popen[bytes]:
    command = ("batch", str(parts), "--as-of", str(day), "--out", str(out), "--workers", "2")
    return subprocess.Popen(
        [sys.executable, "-m", "taxlots", *command, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def killed_after_its_first_partition(parts: Path, out: Path, day: date, *options: str) -> None:
    running = started(parts, out, day, *options)
    until = time.monotonic() + LONGEST_WAIT
    while not list(out.glob("part-*/entry.json")) and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()


def resumed(parts: Path, out: Path, day: date, plan: str) -> dict[str, int]:
    """Resume a run, hold it to the bytes of one that was not killed; returns its totals."""
    plain = out.with_name("plain")
    done = {path.name: path.stat().st_ino for path in out.glob("part-*")}
    assert done, "it was killed after its first partition"
    assert not (out / "manifest.json").exists(), "and before its last"

    run_batch(parts, out, as_of=day, plan=plan)
    run_batch(parts, plain, as_of=day, plan=plan)

    kept = {path.name: path.stat().st_ino for path in out.glob("part-*")}
    assert done.items() <= kept.items(), "what was done is not done again"
    assert files_in(out) == files_in(plain)
    for name in files_in(plain):
        if (plain / name).is_file():
            assert (out / name).read_bytes() == (plain / name).read_bytes(), name
    totals: dict[str, int] = json.loads((out / "manifest.json").read_text())["totals"]
    return totals


@pytest.mark.slow
def test_a_run_that_is_killed_is_resumed_to_the_same_bytes(tmp_path: Path) -> None:
    parts, out = tmp_path / "parts", tmp_path / "out"
    partition(str(write_book(tmp_path / "book")), parts, households_per_partition=1)

    killed_after_its_first_partition(parts, out, AS_OF)

    totals = resumed(parts, out, AS_OF, "harvest")
    assert totals["lots"] == totals["verdicts"]


@pytest.mark.slow
def test_a_night_of_rebalances_that_is_killed_is_resumed_to_the_same_bytes(tmp_path: Path) -> None:
    parts, out, day = tmp_path / "parts", tmp_path / "out", with_targets.AS_OF
    book = with_targets.write_book(tmp_path / "book", seed=6, households=8)
    partition(str(book), parts, households_per_partition=1)

    killed_after_its_first_partition(parts, out, day, "--rebalance")

    totals = resumed(parts, out, day, "rebalance")
    assert totals["households_done"] == totals["households"] == 8
