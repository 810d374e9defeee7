"""Options of ``taxlots defer``."""

from typing import Annotated

import typer

VolatilityOption = Annotated[
    str | None,
    typer.Option("--volatility", metavar="RATE", help="Of a price in a year (by its closes)."),
]
AversionOption = Annotated[
    str | None,
    typer.Option("--risk-aversion", metavar="NUMBER", help="What risk costs (3)."),
]
ReturnOption = Annotated[
    str | None,
    typer.Option(
        "--expected-return",
        metavar="RATE",
        help="What a lot earns a year beyond what its proceeds would (0).",
    ),
]
DiscountOption = Annotated[
    str | None,
    typer.Option("--discount", metavar="RATE", help="What a dollar a year later is less worth."),
]
