"""Arguments and options of ``taxlots schedule``."""

from pathlib import Path
from typing import Annotated

import typer

SymbolArgument = Annotated[
    str, typer.Argument(metavar="SYMBOL", help="What is traded.", show_default=False)
]
QuantityArgument = Annotated[
    str, typer.Argument(metavar="QTY", help="How many shares.", show_default=False)
]
OverOption = Annotated[
    int | None,
    typer.Option("--over", metavar="N", help="In so many sessions, one tranche each (default: 5)."),
]
ByOption = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="SCHEDULE",
        help="twap (default): even in time; vwap: by volume; almgren-chriss: least cost and risk.",
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
QuotesOption = Annotated[
    Path | None,
    typer.Option(
        "--quotes",
        metavar="FILE",
        help="Slices of one day, by quotes: time, bid, ask, bid_size, ask_size, volume.",
    ),
]
BlockOption = Annotated[
    str,
    typer.Option(
        "--block", metavar="RATE", help="What a dealer asks for all of it now: 0.012 for 1.2 %."
    ),
]
CurrencyOption = Annotated[
    str, typer.Option("--currency", metavar="CODE", help="The security's currency, with --rates.")
]
RatesOption = Annotated[
    Path | None,
    typer.Option("--rates", metavar="FILE", help="Currency pairs: base, quote, rate, spread, fee."),
]
ForcedOption = Annotated[
    str | None,
    typer.Option("--forced-by", metavar="DATE", help="When the money of the sale must be there."),
]
OrderlyOption = Annotated[
    str | None,
    typer.Option(
        "--orderly-by",
        metavar="DATE",
        help="With --forced-by: when an orderly sale would be done (default: by volume).",
    ),
]
