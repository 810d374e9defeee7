"""``taxlots verify``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from taxlots.cli.options import BookArgument, JsonOption

if TYPE_CHECKING:
    from taxlots.ledger.booked_run import FigureChange
    from taxlots.workflows.verify import Verification


def verify(
    book: BookArgument,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Record figures that a new version books differently."),
    ] = False,
    actor: Annotated[
        str | None,
        typer.Option("--actor", metavar="NAME", help="Who verifies (default: the login name)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check that a book is intact and adds up.

    Recomputes the hash chain of a database, books the journal anew, tests the identity between
    proceeds, basis and gain, and compares the figures with those booked before: a new version
    that books other figures shows them, and fails until --accept records them. In a folder only
    the books and the identity can be checked. Exit status 1 if a check fails.
    """
    from taxlots.cli.outcome import DATA_ERRORS, list_problems
    from taxlots.cli.progress import working
    from taxlots.workflows import clock
    from taxlots.workflows.verify import verify as verify_book

    name = clock.actor() if actor is None else actor
    with working(f"verifying {book}"):
        found = verify_book(book, accept=accept, actor=name, now=clock.now())
    _print(found, as_json=as_json)
    list_problems(found.problems, book)
    if not found.has_passed:
        raise typer.Exit(DATA_ERRORS)


def _print(found: Verification, *, as_json: bool) -> None:
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.reports.terminal import Column, Listing
    from taxlots.workflows.verify import identity_cells

    changes = [_change(change) for change in found.changes]
    if as_json:
        print_json(
            {
                "book": found.book,
                "as_of": found.as_of,
                "passed": found.has_passed,
                "checks": [asdict(check) for check in found.checks],
                "identity": identity_cells(found.identity) if found.identity else {},
                "differences": changes,
                "problems": [asdict(problem) for problem in found.problems],
            }
        )
        return
    when = f" as of {found.as_of}" if found.as_of else ""
    print(f"{found.book}{when}")
    for check in found.checks:
        print(f"{check.outcome}  {check.name:8}  {check.text}")
    if changes:
        columns = tuple(Column(key, key, key in ("before", "after")) for key in changes[0])
        print()
        print_listings(Listing("Figures that this version books differently", columns, changes))


def _change(change: FigureChange) -> dict[str, str]:
    from taxlots.domain.money import dollars

    return {
        "household": change.household,
        "figure": change.figure,
        "before": dollars(change.before_cents),
        "after": dollars(change.after_cents),
    }
