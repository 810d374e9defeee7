"""The rows of one small file that a command names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from taxlots.domain.problem import DataError, Problem, UsageError

Kind = TypeVar("Kind")
Parse = Callable[[list[Mapping[str, str]], str], tuple[list[Kind], list[Problem]]]


def rows_of_file(path: Path, needed: tuple[str, ...], parse: Parse[Kind]) -> list[Kind]:
    """What ``parse`` makes of the rows of a CSV file with the ``needed`` columns.

    Raises UsageError for a file that is not there or has no rows, DataError for what cannot be
    read.
    """
    from taxlots.ledger.folder import Folder

    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    if path.suffix != ".csv":
        raise UsageError(f"{path} is no CSV file; write one with {', '.join(needed)}")
    folder = Folder(path.parent)
    found = folder.typed(path.stem, needed, parse)
    if folder.problems:
        raise DataError(folder.problems)
    if not found:
        raise UsageError(f"{path} has no rows; write {', '.join(needed)}")
    return found
