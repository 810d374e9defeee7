"""``taxlots import``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import JsonOption

if TYPE_CHECKING:
    from taxlots.workflows.import_files import ImportReport

UrlArgument = Annotated[
    str,
    typer.Argument(
        metavar="URL", help="The book's database (sqlite:///book.db).", show_default=False
    ),
]
PathsArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH...",
        help="Book folders, their files (CSV, Parquet), and custodians' files.",
        show_default=False,
    ),
]

COUNTS: Final = (("added", "added"), ("known", "already known"), ("changed", "changed"))


def import_files(
    book: UrlArgument,
    paths: PathsArgument,
    broker: Annotated[
        str | None,
        typer.Option(
            "--broker", metavar="NAME", help="Whose files: schwab (default: by their first lines)."
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--account", metavar="ID", help="The book's id of the account of a custodian's file."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", help="Day of a custodian's file that does not tell it."
        ),
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option("--actor", metavar="NAME", help="Who imports (default: the login name)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Put files into a book's database: all of them, or nothing.

    Importing a file again adds nothing, and a later export that overlaps adds what is new.
    """
    from taxlots.cli.outcome import list_problems
    from taxlots.cli.progress import working
    from taxlots.workflows import clock
    from taxlots.workflows.gather import day
    from taxlots.workflows.import_files import import_files as import_all

    day_given = None if as_of is None else day(as_of)
    with working(f"importing into {book}"):
        report = import_all(
            book,
            paths,
            actor=clock.actor() if actor is None else actor,
            now=clock.now(),
            broker=broker,
            account=account,
            as_of=day_given,
        )
    _print(report, book, as_json=as_json)
    list_problems(report.problems, book)


def _print(report: ImportReport, book: str, *, as_json: bool) -> None:
    from taxlots.cli.printing import counted, print_json, print_listings
    from taxlots.reports.terminal import Column, Listing

    if as_json:
        print_json(
            {
                "book": book,
                "recorded_at": report.recorded_at,
                "files": [asdict(one) for one in report.files],
                "lots_read": [
                    asdict(one) | {"as_of": one.as_of and one.as_of.isoformat()}
                    for one in report.lots
                ],
                "warnings": [asdict(one) for one in report.problems],
            }
        )
        return
    if report.files:
        columns = (
            Column("file", "file"),
            *(Column(key, name, is_number=True) for key, name in COUNTS),
        )
        rows = [{key: str(cell) for key, cell in asdict(one).items()} for one in report.files]
        print_listings(Listing(f"Imported into {book}", columns, rows))
    for one in report.lots:
        kind = one.kind.replace("_lots", " lot")
        when = f" as of {one.as_of}" if one.as_of else ""
        print(
            f"{one.file}: {counted(one.lots, kind)} of {one.broker}{when} read and checked; "
            "the ledger keeps no custodian's lots, so nothing of it was stored"
        )
