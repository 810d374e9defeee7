"""Options of ``taxlots overlay``."""

from typing import Annotated

import typer

ContractOption = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="SYMBOL",
        help="The contract of contracts.csv; several for greeks and synthetic positions.",
        show_default=False,
    ),
]
DeltaOption = Annotated[
    str, typer.Option("--delta", metavar="SHARES", help="By options: the delta that is wanted.")
]
GammaOption = Annotated[
    str, typer.Option("--gamma", metavar="SHARES", help="Shares for a dollar's move.")
]
VegaOption = Annotated[
    str, typer.Option("--vega", metavar="DOLLARS", help="Dollars for a point of volatility.")
]
SyntheticOption = Annotated[
    bool, typer.Option("--synthetic", help="A call and a put instead of --dollars of shares.")
]
CurveOption = Annotated[
    str,
    typer.Option(
        "--curve", metavar="UNDERLYING", help="The term structure of the futures on it, alone."
    ),
]
ToBetaOption = Annotated[
    str, typer.Option("--to-beta", metavar="NUMBER", help="The beta that is wanted.")
]
ToDurationOption = Annotated[
    str, typer.Option("--to-duration", metavar="YEARS", help="The duration that is wanted.")
]
DollarsOption = Annotated[
    str,
    typer.Option(
        "--dollars",
        metavar="X",
        help="Or so many dollars of exposure; less than zero takes them away.",
    ),
]
RateOption = Annotated[
    str, typer.Option("--rate", metavar="RATE", help="What cash earns, to price a roll: 0.05.")
]
IncomeOption = Annotated[
    str, typer.Option("--income", metavar="RATE", help="What the underlying pays a year: 0.015.")
]
DailyMoveOption = Annotated[
    str,
    typer.Option(
        "--daily-move",
        metavar="RATE",
        help="Volatility of a day, for the reserve beside the margin (default: 0.01).",
    ),
]
ReserveDaysOption = Annotated[
    int | None,
    typer.Option(
        "--reserve-days", metavar="N", help="For how many days the reserve lasts (default: 5)."
    ),
]
InsteadOfOption = Annotated[
    str,
    typer.Option(
        "--instead-of",
        metavar="SYMBOL",
        help="Weigh carrying the overlay against selling this security of --account.",
    ),
]
