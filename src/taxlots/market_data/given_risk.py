"""A risk model that somebody gives: a folder with exposures, factor covariance, specific risk."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from taxlots.domain.problem import DataError, Problem, error
from taxlots.plan.risk import LEAST_SPECIFIC, Floats, RiskModel, floats

EXPOSURES: Final = "exposures.csv"
COVARIANCE: Final = "covariance.csv"
SPECIFIC: Final = "specific.csv"
SYMMETRY: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class GivenRisk:
    """The model, the exposures of each security by factor, and what had to be mended."""

    model: RiskModel
    exposures: Mapping[str, Mapping[str, float]]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """A table of numbers with a name in front of each row."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    numbers: Floats


def read_risk_model(folder: Path) -> GivenRisk:
    """The model of a folder.

    ``exposures.csv`` has a row for each ``symbol`` and a column for each factor; ``covariance.csv``
    a row and a column for each ``factor``, the annual covariance of returns; ``specific.csv`` the
    columns ``symbol, volatility``, the annual standard deviation that no factor explains, as a
    part of one.  A covariance that no returns can have, and a specific risk of none, are raised to
    the nearest that can be used, which is told.  Raises DataError for what cannot be read.
    """
    problems: list[Problem] = []
    exposures = _table(folder, EXPOSURES, "symbol", problems)
    covariance = _table(folder, COVARIANCE, "factor", problems)
    specific = _table(folder, SPECIFIC, "symbol", problems)
    if problems:
        raise DataError(problems)
    problems += _mismatches(exposures, covariance, specific)
    if problems:
        raise DataError(problems)
    told: list[str] = []
    order = [covariance.columns.index(name) for name in exposures.columns]
    rows = [covariance.rows.index(name) for name in exposures.columns]
    root = _root(floats(covariance.numbers[np.ix_(rows, order)]), told)
    places = {symbol: at for at, symbol in enumerate(specific.rows)}
    at = [places[symbol] for symbol in exposures.rows]
    own = _own(exposures.rows, floats(specific.numbers[at, 0] ** 2), told)
    model = RiskModel(exposures.rows, floats(exposures.numbers @ root), own)
    return GivenRisk(model, _by_factor(exposures), tuple(told))


def _table(folder: Path, name: str, first: str, problems: list[Problem]) -> _Table:
    """A table of the folder; what is wrong with it joins the problems."""
    nothing = _Table((), (), np.zeros((0, 0)))
    try:
        with (folder / name).open(newline="", encoding="utf-8-sig") as file:
            lines = [line for line in csv.reader(file) if line]
    except (OSError, UnicodeDecodeError):
        remedy = f"A risk model is a folder with {EXPOSURES}, {COVARIANCE} and {SPECIFIC}."
        problems.append(error(str(folder / name), "NO_FILE", "It cannot be read.", remedy))
        return nothing
    if not lines or lines[0][0] != first or len(lines[0]) == 1 or len(lines) == 1:
        message = f"It does not begin with the column {first!r}, with numbers beside and below."
        problems.append(error(f"{name}:1", "BAD_COLUMNS", message, f"Write {first},... there."))
        return nothing
    header, body = lines[0], lines[1:]
    found = []
    for number, line in enumerate(body, start=2):
        values = [_number(text) for text in line[1:]]
        numbers = [value for value in values if value is not None]
        if len(numbers) != len(header) - 1 or len(line) != len(header):
            message = f"The row of {line[0]} has something that is no number, or too few columns."
            remedy = f"Write {len(header) - 1} numbers after the name."
            problems.append(error(f"{name}:{number}", "NOT_A_NUMBER", message, remedy))
        else:
            found.append(numbers)
    names = [line[0] for line in body]
    for twice in sorted(name for name, count in Counter(names).items() if count > 1):
        message = f"{twice} has several rows."
        problems.append(error(f"{name}:{twice}", "TWICE", message, "Keep one of them."))
    if problems:
        return nothing
    return _Table(tuple(names), tuple(header[1:]), floats(found))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _mismatches(exposures: _Table, covariance: _Table, specific: _Table) -> list[Problem]:
    found = []
    factors = set(exposures.columns)
    if set(covariance.rows) != factors or set(covariance.columns) != factors:
        message = f"Its factors are not {', '.join(exposures.columns)}, as in {EXPOSURES}."
        remedy = "Give a row and a column for each factor."
        found.append(error(COVARIANCE, "FACTORS_DIFFER", message, remedy))
    else:
        order = [covariance.columns.index(name) for name in covariance.rows]
        matrix = covariance.numbers[:, order]
        if np.abs(matrix - matrix.T).max() > SYMMETRY * max(1e-12, np.abs(matrix).max()):
            message = "It is not symmetric."
            remedy = "Write the same covariance on both sides of the diagonal."
            found.append(error(COVARIANCE, "NOT_SYMMETRIC", message, remedy))
    for symbol, volatility in zip(specific.rows, specific.numbers[:, 0].tolist(), strict=True):
        if volatility < 0:
            message = f"The volatility of {symbol} is {volatility:g}."
            remedy = "Write a standard deviation, which is never below zero."
            found.append(error(f"{SPECIFIC}:{symbol}", "NEGATIVE_RISK", message, remedy))
    known = set(specific.rows)
    for symbol in exposures.rows:
        if symbol not in known:
            message = f"{symbol} has exposures and no specific risk."
            remedy = f"Add {symbol} and its annual volatility."
            found.append(error(SPECIFIC, "NO_RISK", message, remedy))
    return found


def _root(matrix: Floats, told: list[str]) -> Floats:
    """A root of the covariance; of the nearest that returns can have where it is indefinite.

    Nearest in the Frobenius norm: eigenvalues below zero become zero (Higham 1988).
    """
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    if values[0] < -SYMMETRY * max(abs(float(values[-1])), 1e-12):
        told.append(
            f"{COVARIANCE} is indefinite (smallest eigenvalue {values[0]:.3g}), so no returns can"
            " have it: the nearest covariance that they can have is taken"
        )
    return floats(vectors * np.sqrt(np.maximum(values, 0.0)))


def _own(symbols: Sequence[str], variance: Floats, told: list[str]) -> Floats:
    singular = [
        name for name, own in zip(symbols, variance.tolist(), strict=True) if own < LEAST_SPECIFIC
    ]
    if singular:
        told.append(
            f"{SPECIFIC} gives {', '.join(singular[:5])} no risk of its own, so the risk model is"
            f" singular: the nearest that can be used is taken, a volatility of"
            f" {100 * LEAST_SPECIFIC**0.5:g} %"
        )
    return np.maximum(variance, LEAST_SPECIFIC)


def _by_factor(exposures: _Table) -> dict[str, dict[str, float]]:
    return {
        factor: dict(zip(exposures.rows, column.tolist(), strict=True))
        for factor, column in zip(exposures.columns, exposures.numbers.T, strict=True)
    }
