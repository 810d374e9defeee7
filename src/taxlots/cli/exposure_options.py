"""Options of the commands about exposures, schedules and overlays."""

from pathlib import Path
from typing import Annotated

import typer

HouseholdOption = Annotated[
    str | None,
    typer.Option("--household", metavar="NAME", help="Whose, where the book has several."),
]
MarketOption = Annotated[
    Path | None,
    typer.Option(
        "--market",
        metavar="DIR",
        help="Where holdings_of_funds.csv, exposures.csv and contracts.csv stand (default: BOOK).",
    ),
]
TradeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trade", metavar="SYMBOL:DOLLARS", help="What would it change? A sale is below zero."
    ),
]
CompensateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--compensate-with", metavar="SYMBOL", help="A future of contracts.csv against the change."
    ),
]
BenchmarkOption = Annotated[
    str,
    typer.Option(
        "--benchmark",
        metavar="SYMBOL",
        help="Estimate betas that are not stated from weekly closes against this security.",
    ),
]
