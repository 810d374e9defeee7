"""A sign of life on standard error for whatever takes longer than a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Final

WAIT_SECONDS: Final = 1.0
LOG_WAIT_SECONDS: Final = 10.0
"""What is no terminal gets one line, and only for what takes really long."""

FRAME_SECONDS: Final = 0.1
FRAMES: Final = "|/-\\"
COMPILER: Final = "taxlots.book.compiled"


@contextmanager
def working(what: str) -> Iterator[None]:
    """Tell what is being done while it is being done.

    A terminal gets a line that moves, after a second, and goes away; anything else gets one plain
    line, after ten.  Commands make no DataFrame, so pandas is not waited for either.
    """
    from taxlots.book.arrow import leave_pandas_out

    leave_pandas_out()
    done = threading.Event()
    spinner = threading.Thread(target=_spin, args=(what, done), daemon=True)
    spinner.start()
    try:
        yield
    finally:
        done.set()
        spinner.join()


def _spin(what: str, done: threading.Event) -> None:
    is_terminal = sys.stderr.isatty()
    if done.wait(WAIT_SECONDS if is_terminal else LOG_WAIT_SECONDS):
        return
    if not is_terminal:
        print(f"taxlots: {_stage(what)} ...", file=sys.stderr, flush=True)
        return
    width = 0
    for frame in cycle(FRAMES):
        line = f"{frame} {_stage(what)}"
        width = max(width, len(line))
        print(f"\r{line:{width}}", end="", file=sys.stderr, flush=True)
        if done.wait(FRAME_SECONDS):
            break
    print(f"\r{'':{width}}\r", end="", file=sys.stderr, flush=True)


def _stage(what: str) -> str:
    """What is being done; the compiler, when it runs, is why the user waits."""
    if COMPILER in sys.modules and sys.modules[COMPILER].is_compiling():
        return f"{what}: compiling the engine for this machine (once; later runs start at once)"
    return what
