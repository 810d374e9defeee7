"""A run that is killed in the middle is resumed by starting it again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.batch.many_households import AS_OF, write_book
from tests.cli.running import files_in

from taxlots.workflows.batch import run_batch
from taxlots.workflows.partition import partition

LONGEST_WAIT = 60.0


def started(parts: Path, out: Path) -> subprocess.Popen[bytes]:
    command = ("batch", str(parts), "--as-of", str(AS_OF), "--out", str(out), "--workers", "2")
    return subprocess.Popen(
        [sys.executable, "-m", "taxlots", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
def test_a_run_that_is_killed_is_resumed_to_the_same_bytes(tmp_path: Path) -> None:
    book = write_book(tmp_path / "book")
    parts, out, plain = tmp_path / "parts", tmp_path / "out", tmp_path / "plain"
    partition(str(book), parts, households_per_partition=1)
    running = started(parts, out)
    until = time.monotonic() + LONGEST_WAIT
    while not list(out.glob("part-*/entry.json")) and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    done = {path.name: path.stat().st_ino for path in out.glob("part-*")}
    assert done, "it was killed after its first partition"
    assert not (out / "manifest.json").exists(), "and before its last"

    run_batch(parts, out, as_of=AS_OF)
    run_batch(parts, plain, as_of=AS_OF)

    kept = {path.name: path.stat().st_ino for path in out.glob("part-*")}
    assert done.items() <= kept.items(), "what was done is not done again"
    assert files_in(out) == files_in(plain)
    for name in files_in(plain):
        if (plain / name).is_file():
            assert (out / name).read_bytes() == (plain / name).read_bytes(), name
    totals = json.loads((out / "manifest.json").read_text())["totals"]
    assert totals["lots"] == totals["verdicts"]
