"""How a command ends: its exit status, and what it says when something is wrong.

Nobody is shown a traceback for what they typed or for what stands in their files.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final

import typer

from taxlots.domain.problem import DataError, Problem, Severity, UsageError

DONE: Final = 0
DATA_ERRORS: Final = 1
WRONG_USE: Final = 2
DEFECT: Final = 70
INTERRUPTED: Final = 130

EXIT_CODES: Final = "Exit status: 0 done; 1 the data has errors; 2 the command was used wrongly."

TRACEBACK: Final = "TAXLOTS_TRACEBACK"
"""An environment variable: when set, a defect of the program shows where it is."""


def told(command: Callable[..., None]) -> Callable[..., None]:
    """The command, with everything that may go wrong told in a sentence."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
            sys.stdout.flush()
        except (typer.Exit, typer.BadParameter):
            raise
        except UsageError as fault:
            say(str(fault))
            raise typer.Exit(WRONG_USE) from None
        except DataError as fault:
            list_problems(fault.problems, options.get("book"))
            raise typer.Exit(DATA_ERRORS) from None
        except BrokenPipeError:
            # Whoever closed the pipe has read what they wanted.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(DONE) from None
        except KeyboardInterrupt:
            say("interrupted; nothing was written")
            raise typer.Exit(INTERRUPTED) from None
        except OSError as fault:
            say(f"{fault.filename or 'the system'}: {fault.strerror or fault}")
            raise typer.Exit(WRONG_USE) from None
        except Exception as fault:
            if os.environ.get(TRACEBACK):
                raise
            _say_defect(fault)
            raise typer.Exit(DEFECT) from None

    return run


def say(message: str) -> None:
    """One line on standard error."""
    from taxlots.reports.terminal import clean

    print(f"taxlots: {clean(message)}", file=sys.stderr)


def list_problems(problems: Iterable[Problem], book: str | None = None) -> None:
    """Problems on standard error, errors first, account numbers of the book masked.

    One a line: ``where: CODE: what is wrong. What to do.``
    """
    from taxlots.reports.terminal import problem_line
    from taxlots.workflows.account_numbers import mask_of

    told = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)
    mask = mask_of(book if told else None)
    for problem in told:
        print(mask(problem_line(problem)), file=sys.stderr)


def count_warnings(problems: Iterable[Problem], book: str) -> None:
    """Say on standard error that there are warnings, and which command lists them."""
    count = sum(problem.severity is Severity.WARNING for problem in problems)
    if count:
        noun = "warning" if count == 1 else "warnings"
        say(f"{count} {noun}; `taxlots verify {book}` lists them")


def _say_defect(fault: Exception) -> None:
    say(
        f"the program failed ({type(fault).__name__}: {fault}). This is a defect of taxlots, not of"
        f" your book; nothing was written. Report it with what {TRACEBACK}=1 shows."
    )
