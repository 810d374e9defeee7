"""Arguments and options of ``taxlots schedule``."""

from typing import Annotated

import typer

SymbolArgument = Annotated[
    str, typer.Argument(metavar="SYMBOL", help="What is traded.", show_default=False)
]
QuantityArgument = Annotated[
    str, typer.Argument(metavar="QTY", help="How many shares.", show_default=False)
]
OverOption = Annotated[
    int, typer.Option("--over", metavar="N", help="In so many sessions, one tranche each.")
]
ByOption = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="SCHEDULE",
        help="twap: even in time; vwap: by volume; almgren-chriss: least cost and risk.",
    ),
]
BuyOption = Annotated[bool, typer.Option("--buy", help="Buy instead of selling.")]
AdvOption = Annotated[
    str,
    typer.Option(
        "--adv", metavar="Q", help="Shares that trade on an average day (default: securities.csv)."
    ),
]
SpreadOption = Annotated[
    str,
    typer.Option(
        "--spread",
        metavar="RATE",
        help="Between bid and ask, 0.0003 for 0.03 % (default: securities.csv).",
    ),
]
VolatilityOption = Annotated[
    str,
    typer.Option(
        "--volatility", metavar="RATE", help="Of a year (default: that of the book's closes)."
    ),
]
VolumesOption = Annotated[
    str,
    typer.Option(
        "--volumes", metavar="Q,Q,...", help="Shares that are expected to trade in each session."
    ),
]
AversionOption = Annotated[
    str,
    typer.Option(
        "--risk-aversion", metavar="NUMBER", help="With almgren-chriss: relative, 3 by default."
    ),
]
