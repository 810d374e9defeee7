"""A linear program, with integers if need be, written row by row and solved by HiGHS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OPTIONS: Final[dict[str, Any]] = {
    "output_flag": False,
    "random_seed": 0,
    "time_limit": 30.0,
    "mip_rel_gap": 1e-7,
}
UNLIMITED: Final = float("inf")


@dataclass(slots=True)
class Program:
    """Columns with bounds and costs, rows with bounds; minimized."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    integers: list[int] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def column(self, upper: float, cost: float = 0.0, *, is_whole: bool = False) -> int:
        """A variable from 0 up; returns its place."""
        self.lower.append(0.0)
        self.upper.append(upper)
        self.costs.append(cost)
        if is_whole:
            self.integers.append(len(self.costs) - 1)
        return len(self.costs) - 1

    def row(self, terms: Mapping[int, float], lower: float, upper: float) -> None:
        """A sum of variables between two bounds."""
        self.rows.append((dict(terms), lower, upper))


def solve(program: Program, costs: Floats | None = None) -> Floats | None:
    """The best values of the variables; None where no values keep all bounds.

    ``costs`` stand for those of the program.  Raises AssertionError where HiGHS ends otherwise.
    """
    import highspy

    engine: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in OPTIONS.items():
        engine.setOptionValue(option, value)
    engine.passModel(_model(program, costs))
    engine.run()
    status = engine.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit):
        message = f"HiGHS ends with {engine.modelStatusToString(status)}"
        raise AssertionError(message)
    return np.array(engine.getSolution().col_value, np.float64)


def _model(program: Program, costs: Floats | None) -> Any:
    import highspy

    model = highspy.HighsLp()
    model.num_col_ = len(program.costs)
    model.num_row_ = len(program.rows)
    model.col_cost_ = np.array(program.costs if costs is None else costs, np.float64)
    model.col_lower_ = np.array(program.lower)
    model.col_upper_ = np.array(program.upper)
    model.row_lower_ = np.array([lower for _, lower, _ in program.rows])
    model.row_upper_ = np.array([upper for _, _, upper in program.rows])
    starts, places, values = [0], [], []
    for terms, _, _ in program.rows:
        places += list(terms)
        values += list(terms.values())
        starts.append(len(places))
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts, np.int32)
    model.a_matrix_.index_ = np.array(places, np.int32)
    model.a_matrix_.value_ = np.array(values, np.float64)
    if program.integers:
        kinds = [highspy.HighsVarType.kContinuous] * len(program.costs)
        for place in program.integers:
            kinds[place] = highspy.HighsVarType.kInteger
        model.integrality_ = kinds
    return model
