"""``taxlots replay``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption, OutOption

SameDayOption = Annotated[
    str | None,
    typer.Option(
        "--same-day",
        metavar="READING",
        help="Of a broker: do shares sold by the order of a loss replace it? held (no, the "
        "default) or literal (yes).",
    ),
]


def replay(
    book: BookArgument,
    out: OutOption,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    view: Annotated[
        str, typer.Option("--view", metavar="VIEW", help="Whose books: taxpayer or broker.")
    ] = "taxpayer",
    same_day: SameDayOption = None,
    file_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="Of the files: csv or parquet.")
    ] = "csv",
    as_json: JsonOption = False,
) -> None:
    """Book every transaction and write realized gains, open lots and wash sales.

    Writes realized, lots, wash_sales, problems and manifest.json into DIR, all of them or none;
    if the book has errors, problems.csv alone.
    """
    from taxlots.cli.outcome import list_problems
    from taxlots.cli.printing import counted, print_json
    from taxlots.cli.progress import working
    from taxlots.reports.folders import MANIFEST
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.replay import write_replay

    day_given = day(as_of)
    known = moment(known_at)
    with working(f"booking {book}"):
        books = write_replay(
            book,
            out,
            as_of=day_given,
            known_at=known,
            view=view,
            same_day=same_day,
            file_format=file_format,
        )
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    if as_json:
        print_json({"out": str(out), **manifest})
    else:
        rows = manifest["rows"]
        print(
            f"{manifest['book'] or book}, booked as of {manifest['as_of']}: "
            f"{counted(rows['realized'], 'realized piece')}, "
            f"{counted(rows['lots'], 'open lot')}, "
            f"{counted(rows['wash_sales'], 'wash sale match', 'wash sale matches')}, "
            f"{counted(manifest['warnings'], 'warning')}"
        )
        print(f"The files are in {out}")
    list_problems(books.problems, book)
