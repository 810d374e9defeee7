"""The cells of one row of a small table, read exactly, with a problem for each that is bad."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import scaled_value

PLACES = 8
"""Decimals of a number: figures are whole numbers of 1e-8."""

TRUE = frozenset({"true", "yes", "1"})
FALSE = frozenset({"false", "no", "0", ""})


@dataclass(slots=True)
class RowCells:
    """One row: ``cells`` by column, and ``where`` it stands.  ``problems`` collects what is bad."""

    cells: Mapping[str, str]
    where: str
    problems: list[Problem] = field(default_factory=list)

    def text(self, column: str) -> str:
        """A cell without blanks around it; blank where there is none."""
        return self.cells.get(column, "").strip()

    def needed(self, column: str) -> str:
        """A cell that must be filled in."""
        found = self.text(column)
        if not found:
            self.note(column, "MISSING_CELL", f"The {column} is blank.", "Fill it in.")
        return found

    def choice(self, column: str, names: Collection[str]) -> str:
        """One of a fixed list of names; a blank or another name is a problem."""
        found = self.text(column)
        if found not in names:
            remedy = f"Use one of {', '.join(names)}."
            self.note(column, f"UNKNOWN_{column.upper()}", f"{found!r} is no {column}.", remedy)
        return found

    def day(self, column: str) -> date | None:
        """A date; None where blank or bad."""
        found = self.text(column)
        if not found:
            return None
        try:
            return date.fromisoformat(found)
        except ValueError:
            self.note(column, "BAD_DATE", f"{found!r} is no date.", "Write dates as YYYY-MM-DD.")
            return None

    def number(self, column: str, least: int | None = 0, most: int | None = None) -> int | None:
        """A number in 1e-8 within its bounds, in 1e-8 too (None is no bound); None if blank."""
        found = self.text(column)
        if not found:
            return None
        number = scaled_value(found, PLACES)
        is_low = number is not None and least is not None and number < least
        if number is None or is_low or (most is not None and number > most):
            bounds = [] if least is None else [f"of {least // 10**PLACES} or more"]
            bounds += [] if most is None else [f"of {most // 10**PLACES} or less"]
            said = " and ".join([f"with at most {PLACES} decimals", *bounds])
            remedy = "Write a plain number, or leave it blank if it is not known."
            self.note(column, "BAD_NUMBER", f"{found!r} is no number {said}.", remedy)
            return None
        return number

    def flag(self, column: str) -> bool:
        """A true or false cell; blank is false."""
        found = self.text(column).lower()
        if found not in TRUE | FALSE:
            said = f"{found!r} is neither true nor false."
            self.note(column, "BAD_FLAG", said, "Write one of them.")
        return found in TRUE

    def note(self, column: str, code: str, message: str, remedy: str) -> None:
        """Add a problem of one cell."""
        self.problems.append(error(f"{self.where}:{column}", code, message, remedy))
