"""What a command and all processes that it starts take: time, processor time and memory."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BYTES_OF_KIBIBYTE: Final = 1024
LOOKED_AT_EVERY: Final = 0.1
"""Seconds."""

PROCESSES: Final = Path("/proc")


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
