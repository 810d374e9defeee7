"""What runs and commands take: time, processor time and memory of all their processes."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

BYTES_OF_KIBIBYTE: Final = 1024
LOOKED_AT_EVERY: Final = 0.1
"""Seconds."""

PROCESSES: Final = Path("/proc")
THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What linear algebra reads when it is loaded."""


@dataclass(frozen=True, slots=True)
class Taken:
    """``processor_seconds`` are of all cores together, ``most_bytes`` of all processes at a time.

    Memory that processes share counts for each of them; 0 where the system does not tell.
    """

    seconds: float
    processor_seconds: float
    most_bytes: int


def taken_by(arguments: list[str]) -> Taken:
    """Run a command, which must succeed."""
    before = _processor_seconds()
    start = time.perf_counter()
    most = 0
    running = subprocess.Popen(  # noqa: S603 (our own command)
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while running.poll() is None:
        most = max(most, sum(_resident_bytes(pid) for pid in _family(running.pid)))
        time.sleep(LOOKED_AT_EVERY)
    seconds = time.perf_counter() - start
    if running.returncode:
        sys.exit(f"{' '.join(arguments)} failed")
    return Taken(seconds, _processor_seconds() - before, most)


def milliseconds(run: Callable[[], Any], rounds: int) -> float:
    """The processor's time of a run, the shortest of some: other work only adds to it."""
    run()
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        taken.append(1e3 * (time.process_time() - start))
    return min(taken)


def told_by_one_thread(module: str) -> Iterator[str]:
    """The lines of a module's ``measured()``, from a process with one thread."""
    script = f"from {module} import measured\nfor one in measured(): print(one, flush=True)"
    ran = subprocess.Popen(  # noqa: S603 (our own script)
        [sys.executable, "-c", script],
        env=os.environ | dict.fromkeys(THREADS, "1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert ran.stdout is not None
    for line in ran.stdout:
        yield line.rstrip()
    assert ran.wait() == 0


def _processor_seconds() -> float:
    """Of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _family(pid: int) -> Iterator[int]:
    """A process and those that it started."""
    yield pid
    for file in PROCESSES.glob(f"{pid}/task/*/children"):
        try:
            children = file.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _resident_bytes(pid: int) -> int:
    try:
        status = (PROCESSES / str(pid) / "status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * BYTES_OF_KIBIBYTE
    return 0
