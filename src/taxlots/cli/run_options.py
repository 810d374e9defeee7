"""Arguments and options of the commands that work on recorded harvests and rebalances."""

from typing import Annotated

import typer

UrlArgument = Annotated[
    str,
    typer.Argument(
        metavar="BOOK", help="A database by its URL (sqlite:///book.db).", show_default=False
    ),
]
RunArgument = Annotated[
    int,
    typer.Argument(metavar="RUN", help="The number of a recorded run.", show_default=False),
]
ByOption = Annotated[
    str, typer.Option("--by", metavar="WHO", help="Your name.", show_default=False)
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
DayOption = Annotated[
    str | None,
    typer.Option(
        "--day", metavar="DATE", help="Only the orders of that session, of trades in tranches."
    ),
]
