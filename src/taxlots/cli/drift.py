"""``taxlots drift``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption

if TYPE_CHECKING:
    from taxlots.workflows.drift import DriftRun

HouseholdOption = Annotated[
    str | None, typer.Option("--household", metavar="NAME", help="Only this household.")
]
COLUMNS: Final = {
    "name": "class",
    "value": "value",
    "target": "target %",
    "weight": "weight %",
    "drift": "drift",
    "band": "band %",
    "breach": "breach",
    "destination": "to %",
    "trade": "trade",
}
TEXTS: Final = frozenset({"name", "breach"})


def drift(
    book: BookArgument,
    household: HouseholdOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how far each household is from its targets, and what its bands set off.

    Targets stand in targets.csv; bands, targets that move and timing in book.toml.
    """
    from taxlots.cli.outcome import count_warnings, list_problems
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.workflows.drift import drift as measure
    from taxlots.workflows.gather import day, moment

    with working(f"measuring the drift of {book}"):
        run = measure(
            book,
            household=household,
            as_of=day(as_of),
            known_at=moment(known_at),
        )
    if as_json:
        print_json(run.json)
    else:
        _print(run)
    list_problems(run.problems, book)
    count_warnings(run.of_books, book)


def _print(run: DriftRun) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.reports.drift import drift_rows, sentences
    from taxlots.reports.plan_figures import listing

    for place, one in enumerate(run.households):
        if place:
            print()
        title = f"Drift of {one.name} in {run.book} on {run.as_of}"
        print_listings(listing(title, COLUMNS, drift_rows(one), TEXTS))
        print()
        for sentence in sentences(one):
            print(f"{sentence}.")
