"""Arguments and options of ``taxlots import``."""

from pathlib import Path
from typing import Annotated, Final

import typer

NO_TOLERANCE: Final = "0"

UrlArgument = Annotated[
    str,
    typer.Argument(
        metavar="URL", help="The book's database (sqlite:///book.db).", show_default=False
    ),
]
PathsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Book folders, their files (CSV, Parquet), and custodians' files.",
        show_default=False,
    ),
]
BrokerOption = Annotated[
    str | None,
    typer.Option(
        "--broker", metavar="NAME", help="Whose files: schwab, ... (default: by their content)."
    ),
]
FileAccountOption = Annotated[
    str | None,
    typer.Option(
        "--account", metavar="ID", help="The book's id of the account of a custodian's file."
    ),
]
StatementAccountOption = Annotated[
    str | None,
    typer.Option(
        "--statement-account",
        metavar="NUMBER",
        help="That account as a file of several accounts writes it.",
    ),
]
FileDayOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="Day of a custodian's file that does not tell it."
    ),
]
OpeningOption = Annotated[
    bool,
    typer.Option("--open-lots-as-opening", help="The open lots are what the account opens with."),
]
CheckOption = Annotated[
    bool,
    typer.Option("--check", help="Keep nothing: compare the lots booked with the custodian's own."),
]
CheckOutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="With --check: also write what was compared."),
]
ToleranceOption = Annotated[
    str,
    typer.Option(
        "--tolerance", metavar="DOLLARS", help="With --check: the difference that is no break."
    ),
]
RetirementOption = Annotated[
    bool,
    typer.Option("--with-retirement", help="With --check: compare retirement accounts too."),
]
ActorOption = Annotated[
    str | None,
    typer.Option("--actor", metavar="NAME", help="Who imports (default: the login name)."),
]
