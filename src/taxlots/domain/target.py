"""Targets: what part of a household's holdings is to be in what, from ``targets.csv``.

Weights are parts of the whole in 1e-8, read exactly.  Classes may form a tree by ``parent``; the
weight of a part is of the whole, not of its parent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.domain.calendar import day_of
from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import scaled_value
from taxlots.domain.target_tree import tree_problems

PLACES: Final = 8
WHOLE: Final = 10**PLACES
"""All that a household holds, in the unit of weights."""

FILE: Final = "targets.csv"
COLUMNS: Final = (
    "household",
    "asset_class",
    "symbol",
    "parent",
    "weight",
    "band_low",
    "band_high",
    "tilt",
    "from",
    "to",
    "glide",
)


@dataclass(frozen=True, slots=True)
class GlidePoint:
    """The weight that a glide path reaches on a day."""

    day: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One row of ``targets.csv``: an asset class, or (``is_symbol``) a single security.

    ``weight``, ``band_low``, ``band_high`` and ``tilt`` are in 1e-8 of the whole.  The tilt is
    added to the weight from ``tilt_from`` to ``tilt_to``, both included; None is without end.
    ``glide`` are days and weights, in order, between which the weight moves in a straight line.
    ``where`` is the row's place in its file.
    """

    household: str
    name: str
    is_symbol: bool
    weight: int
    where: str
    parent: str = ""
    band_low: int | None = None
    band_high: int | None = None
    tilt: int = 0
    tilt_from: date | None = None
    tilt_to: date | None = None
    glide: tuple[GlidePoint, ...] = ()

    def tilt_on(self, day: date) -> int:
        """The tilt of a day; 0 outside its dates."""
        is_begun = self.tilt_from is None or self.tilt_from <= day
        is_over = self.tilt_to is not None and day > self.tilt_to
        return self.tilt if is_begun and not is_over else 0


def targets_from(
    rows: Sequence[Mapping[str, str]], file: str = FILE, first_line: int = 2
) -> tuple[tuple[Target, ...], list[Problem]]:
    """The targets of a book in the order of the file, and what is wrong or contradictory.

    Rows with a problem of their own are left out, and the tree of their household is then not
    looked at.
    """
    targets: list[Target] = []
    problems: list[Problem] = []
    spoiled = set()
    for line, row in enumerate(rows, first_line):
        cells = {key: value.strip() for key, value in row.items()}
        target, bad = _target(cells, f"{file}:{line}")
        problems += bad
        if target is None:
            spoiled.add(cells.get("household", ""))
        else:
            targets.append(target)
    for household in dict.fromkeys(target.household for target in targets):
        if household not in spoiled:
            problems += tree_problems([t for t in targets if t.household == household])
    return tuple(targets), problems


def _target(cells: Mapping[str, str], where: str) -> tuple[Target | None, list[Problem]]:
    problems = _names(cells, where)
    numbers = {}
    for column in ("weight", "band_low", "band_high", "tilt"):
        numbers[column], bad = _ratio(cells, column, where)
        problems += bad
    if not cells.get("weight"):
        problems.append(
            error(
                f"{where}:weight",
                "MISSING_CELL",
                "The weight is blank.",
                "Write 0.30 for 30 % of all that the household holds.",
            )
        )
    days = {}
    for column in ("from", "to"):
        days[column], bad = _day(cells, column, where)
        problems += bad
    glide, bad = _glide(cells.get("glide", ""), f"{where}:glide")
    problems += bad
    start, end = days["from"], days["to"]
    if start is not None and end is not None and start > end:
        problems.append(
            error(
                f"{where}:to",
                "BAD_DATES",
                f"The tilt ends on {end}, before it begins on {start}.",
                "Write the first and the last day of the tilt.",
            )
        )
    weight = numbers["weight"]
    if problems or weight is None:
        return None, problems
    symbol = cells.get("symbol", "")
    return Target(
        household=cells["household"],
        name=symbol or cells.get("asset_class", ""),
        is_symbol=bool(symbol),
        weight=weight,
        where=where,
        parent=cells.get("parent", ""),
        band_low=numbers["band_low"],
        band_high=numbers["band_high"],
        tilt=numbers["tilt"] or 0,
        tilt_from=start,
        tilt_to=end,
        glide=glide,
    ), []


def _names(cells: Mapping[str, str], where: str) -> list[Problem]:
    problems = []
    if not cells.get("household"):
        message, remedy = "The household is blank.", "Name a household of accounts.csv."
        problems.append(error(f"{where}:household", "MISSING_CELL", message, remedy))
    name = cells.get("asset_class", "")
    if bool(name) is bool(cells.get("symbol", "")):
        said = "both an asset class and a symbol" if name else "neither an asset class nor a symbol"
        remedy = "Write one of them; the class above a symbol stands in the column parent."
        problems.append(
            error(f"{where}:asset_class", "BAD_TARGET", f"The row names {said}.", remedy)
        )
    return problems


def _ratio(cells: Mapping[str, str], column: str, where: str) -> tuple[int | None, list[Problem]]:
    """A part of the whole in 1e-8; None where the cell is blank or bad."""
    cell = cells.get(column, "")
    if not cell:
        return None, []
    number = scaled_value(cell, PLACES)
    least = -WHOLE if column == "tilt" else 0
    if number is not None and least <= number <= WHOLE:
        return number, []
    lowest = "-1" if least else "0"
    return None, [
        error(
            f"{where}:{column}",
            "BAD_NUMBER",
            f"{cell!r} is no number from {lowest} to 1 with at most {PLACES} decimals.",
            "Write 0.05 for 5 % of all that the household holds.",
        )
    ]


def _day(cells: Mapping[str, str], column: str, where: str) -> tuple[date | None, list[Problem]]:
    cell = cells.get(column, "")
    if not cell:
        return None, []
    try:
        return date.fromisoformat(cell), []
    except ValueError:
        message, remedy = f"{cell!r} is no date.", "Write dates as YYYY-MM-DD."
        return None, [error(f"{where}:{column}", "BAD_DATE", message, remedy)]


def _glide(cell: str, where: str) -> tuple[tuple[GlidePoint, ...], list[Problem]]:
    """``2030-01-01:0.50;2040-01-01:0.30`` as points; dates rise."""
    points: list[GlidePoint] = []
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        text, _, number = part.partition(":")
        weight = scaled_value(number.strip(), PLACES)
        try:
            day = day_of(date.fromisoformat(text.strip()))
        except ValueError:
            weight, day = None, 0
        is_later = not points or day > points[-1].day
        if weight is None or not 0 <= weight <= WHOLE or not is_later:
            return (), [
                error(
                    where,
                    "BAD_GLIDE",
                    f"{part!r} is no later date with a weight from 0 to 1.",
                    "Write dates that rise, as 2030-01-01:0.50;2040-01-01:0.30.",
                )
            ]
        points.append(GlidePoint(day, weight))
    return tuple(points), []
