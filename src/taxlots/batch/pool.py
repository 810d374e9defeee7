"""A pool of operating-system workers that end with the program that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TypeVar

from taxlots.book.arrow import leave_pandas_out
from taxlots.domain.problem import UsageError

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def answers(
    work: Callable[[Task], Answer], tasks: Sequence[Task], workers: int
) -> Iterator[Answer]:
    """What ``work`` makes of each task, as it gets ready, in so many workers.

    ``work`` is a function of a module, and tasks and answers are small: they are sent between
    programs.  Raises UsageError when the system ends a worker, mostly for want of memory.
    """
    if workers == 1:
        yield from map(work, tasks)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker)
    try:
        for future in as_completed([pool.submit(work, task) for task in tasks]):
            yield future.result()
    except BrokenProcessPool as cause:
        raise UsageError(
            "the system ended a worker, mostly for want of memory; run the same command again "
            "(what is done is kept) with fewer workers, or partition into fewer households each"
        ) from cause
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def begin_worker() -> None:
    """What a worker does first: it is a program of our own, which makes no pandas objects."""
    end_with_parent()
    leave_pandas_out()


def end_with_parent() -> None:
    """End this worker when its parent ends, however that ends: its work belongs to nobody.

    An interruption from the keyboard, which reaches workers too, ends it without a word.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_await, args=(parent.sentinel,), daemon=True).start()


def _await(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
