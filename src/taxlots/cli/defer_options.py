"""Options of ``taxlots defer``."""

from typing import Annotated

import typer

ZeroBracketOption = Annotated[
    bool, typer.Option("--zero-bracket", help="Instead: long-term gain that costs no federal tax.")
]
DonateOption = Annotated[
    str | None,
    typer.Option("--donate", metavar="DOLLARS", help="Instead: lots to give, up to this value."),
]
SplitOption = Annotated[
    str | None,
    typer.Option(
        "--split", metavar="SYMBOL:QTY", help="Instead: sell this year, next year, or in both."
    ),
]
BudgetOption = Annotated[
    bool, typer.Option("--budget", help="Instead: gains against [rebalance.budget].")
]
DeductionRateOption = Annotated[
    str | None,
    typer.Option(
        "--deduction-rate", metavar="RATE", help="With --donate: what a deducted dollar saves."
    ),
]
SplitPriceOption = Annotated[
    str, typer.Option("--price", metavar="P", help="With --split (default: the last close).")
]
SplitMethodOption = Annotated[
    str, typer.Option("--method", metavar="M", help="With --split (default: the account's).")
]
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
