"""Problems as they are found in one file, in the order of its lines."""

from dataclasses import dataclass, field
from typing import Final

from taxlots.brokers.text import masked
from taxlots.domain.problem import Problem, Severity

QUOTE_CHARS: Final = 60
AGAIN: Final = "Download the file again and import it as it is."
"""The remedy where a file is not what the custodian writes."""


def quoted(cell: str) -> str:
    """A cell for a message: short, on one line, its account numbers masked."""
    line = " ".join(masked(cell).split())
    return f"'{line[:QUOTE_CHARS]}…'" if len(line) > QUOTE_CHARS else f"'{line}'"


@dataclass(slots=True)
class Findings:
    """Collects what is wrong with ``file``."""

    file: str
    found: list[tuple[int, Problem]] = field(default_factory=list)

    def error(self, line: int, column: str, code: str, message: str, remedy: str) -> None:
        """Note a problem that keeps the file out of the book."""
        self._add(Severity.ERROR, line, column, code, message, remedy)

    def warning(self, line: int, column: str, code: str, message: str, remedy: str) -> None:
        """Note a problem that is told and stops nothing."""
        self._add(Severity.WARNING, line, column, code, message, remedy)

    @property
    def has_errors(self) -> bool:
        """Whether something keeps the file out of the book."""
        return any(problem.severity is Severity.ERROR for _, problem in self.found)

    def in_order(self) -> tuple[Problem, ...]:
        """Every problem, by line and then as found."""
        return tuple(problem for _, problem in sorted(self.found, key=lambda pair: pair[0]))

    def _add(
        self, severity: Severity, line: int, column: str, code: str, message: str, remedy: str
    ) -> None:
        where = f"{self.file}:{line}:{column}" if column else f"{self.file}:{line}"
        self.found.append((line, Problem(severity, where, code, message, remedy)))
