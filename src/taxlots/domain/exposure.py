"""What is known of a security's exposures, as a row of ``exposures.csv`` says it on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.domain.problem import Problem
from taxlots.domain.row_cells import PLACES, RowCells

FILE: Final = "exposures.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedExposure:
    """Beta, duration (years) and hedged part of a currency in 1e-8; None is not stated."""

    symbol: str
    day: date | None = None
    beta: int | None = None
    duration: int | None = None
    currency: str = ""
    hedged: int | None = None


def exposures_from(
    rows: Iterable[Mapping[str, str]], file: str = FILE
) -> tuple[list[StatedExposure], list[Problem]]:
    """The stated exposures, and a problem for each cell that can't be read; its row is left out."""
    found = []
    problems = []
    for line, cells in enumerate(rows, 2):
        row = RowCells(cells, f"{file}:{line}")
        one = StatedExposure(
            symbol=row.needed("symbol"),
            day=row.day("date"),
            beta=row.number("beta", least=None),
            duration=row.number("duration", least=None),
            currency=row.text("currency").upper(),
            hedged=row.number("hedged", most=10**PLACES),
        )
        problems += row.problems
        if not row.problems:
            found.append(one)
    return found, problems


def exposures_on(rows: Sequence[StatedExposure], as_of: date) -> dict[str, StatedExposure]:
    """The last row of each symbol on or before a day; rows without a date are the oldest."""
    found: dict[str, StatedExposure] = {}
    for row in sorted(rows, key=lambda row: row.day or date.min):
        if row.day is None or row.day <= as_of:
            found[row.symbol] = row
    return found
