"""What a failed run leaves: a folder with ``problems.csv`` alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taxlots.domain.problem import DataError
from taxlots.reports.books_files import problem_table
from taxlots.reports.folders import FAILURE, RESULTS, check_folder, write_folder


@contextmanager
def problems_alone(out: Path | None, results: frozenset[str] = RESULTS) -> Iterator[None]:
    """Do what may raise DataError: its problems are then all that ``out``, if given, holds.

    The folder is checked first.  Raises UsageError as ``check_folder`` does, and DataError again.
    """
    if out is not None:
        check_folder(out, results)
    try:
        yield
    except DataError as failure:
        if out is not None:
            write_folder(out, {FAILURE: problem_table(failure.problems)}, results=results)
        raise
