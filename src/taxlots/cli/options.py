"""Arguments and options that several commands share: one name, one meaning, one help text."""

from pathlib import Path
from typing import Annotated

import typer

BookArgument = Annotated[
    str,
    typer.Argument(
        metavar="BOOK",
        help="A book: a folder, or a database URL (sqlite:///book.db).",
        show_default=False,
    ),
]
OutOption = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder for the results: new, empty, or a previous result, which is replaced.",
        show_default=False,
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="Book up to this day (default: the journal's last date)."
    ),
]
KnownAtOption = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="TIME",
        help="As the database knew the book at this moment: 2024-12-31 or 2024-12-31T18:00 (UTC).",
    ),
]
AccountOption = Annotated[
    str | None, typer.Option("--account", metavar="ID", help="Only this account.")
]
SymbolOption = Annotated[
    str | None, typer.Option("--symbol", metavar="SYMBOL", help="Only this security.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON; money and quantities are strings.")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet.")]
