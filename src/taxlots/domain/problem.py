"""Problems with data are values; errors of the caller are exceptions."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a problem stops the run."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the data: where, what, and what to do about it.

    ``where`` reads ``file:line:column`` or names an id; a key of ``book.toml`` is
    ``book.toml:table:key``.  ``code`` is stable and upper case.
    """

    severity: Severity
    where: str
    code: str
    message: str
    remedy: str


def error(where: str, code: str, message: str, remedy: str) -> Problem:
    """A problem that stops the run."""
    return Problem(Severity.ERROR, where, code, message, remedy)


def warning(where: str, code: str, message: str, remedy: str) -> Problem:
    """A problem that is told and stops nothing."""
    return Problem(Severity.WARNING, where, code, message, remedy)


class TaxlotsError(Exception):
    """The root of every exception that the package raises on purpose.

    TaxlotsError
    ├── UsageError      a command or function was called wrongly (exit status 2)
    └── DataError       the data has errors (exit status 1); ``problems`` lists them all
    """


class UsageError(TaxlotsError):
    """A command or function was called wrongly; the text says how to call it."""


class DataError(TaxlotsError):
    """The data has errors; ``problems`` holds every one of them."""

    def __init__(self, problems: "list[Problem]") -> None:
        self.problems = problems
        errors = [p for p in problems if p.severity is Severity.ERROR]
        first = errors[0] if errors else problems[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{first.where}: {first.message}{more}. {first.remedy}")
