"""Options of ``taxlots tax``: the figures of a return, where there is no book."""

from typing import Annotated

import typer

BookOption = Annotated[
    str | None,
    typer.Argument(
        metavar="[BOOK]",
        help="A book: a folder, or a database URL. Without it, options tell the figures.",
        show_default=False,
    ),
]
YearOption = Annotated[int, typer.Option("--year", metavar="YYYY", help="The tax year.")]
StatusOption = Annotated[
    str | None, typer.Option("--status", metavar="STATUS", help="single, mfj, mfs, hoh or qss.")
]
OrdinaryIncomeOption = Annotated[
    str | None,
    typer.Option(
        "--ordinary-income",
        metavar="DOLLARS",
        help="Taxable ordinary income after deductions, before every capital item.",
    ),
]
ShortTermOption = Annotated[
    str | None,
    typer.Option("--short-term", metavar="DOLLARS", help="Net short-term gain of the year."),
]
LongTermOption = Annotated[
    str | None,
    typer.Option("--long-term", metavar="DOLLARS", help="Net long-term gain of the year."),
]
CarryShortOption = Annotated[
    str | None,
    typer.Option("--carry-short", metavar="DOLLARS", help="Short-term loss carried in."),
]
CarryLongOption = Annotated[
    str | None,
    typer.Option("--carry-long", metavar="DOLLARS", help="Long-term loss carried in."),
]
QualifiedDividendsOption = Annotated[
    str | None,
    typer.Option(
        "--qualified-dividends",
        metavar="DOLLARS",
        help="Qualified dividends, which the ordinary income leaves out.",
    ),
]
CollectiblesOption = Annotated[
    str | None,
    typer.Option(
        "--collectibles", metavar="DOLLARS", help="28 % gain within the long-term gain, net."
    ),
]
Unrecaptured1250Option = Annotated[
    str | None,
    typer.Option(
        "--unrecaptured-1250", metavar="DOLLARS", help="25 % gain within the long-term gain."
    ),
]
DeductionsOption = Annotated[
    str | None,
    typer.Option(
        "--deductions",
        metavar="DOLLARS",
        help="What the ordinary income is after (default: the standard deduction).",
    ),
]
ItemizedOption = Annotated[
    bool, typer.Option("--itemized", help="The deductions are itemized ones.")
]
StateLocalTaxesOption = Annotated[
    str | None,
    typer.Option(
        "--state-local-taxes",
        metavar="DOLLARS",
        help="Taxes paid, not among the deductions; they are itemized as far as the cap allows.",
    ),
]
MagiOption = Annotated[
    str | None,
    typer.Option(
        "--magi",
        metavar="DOLLARS",
        help="Modified adjusted gross income, capital items included.",
    ),
]
NetInvestmentIncomeOption = Annotated[
    str | None,
    typer.Option(
        "--net-investment-income",
        metavar="DOLLARS",
        help="Net investment income, the net gain included.",
    ),
]
StateOption = Annotated[
    str | None, typer.Option("--state", metavar="XX", help="State of residence, like CA.")
]
StateRateOption = Annotated[
    str | None,
    typer.Option("--state-rate", metavar="RATE", help="Its rate on ordinary income, like 0.093."),
]
TaxTableOption = Annotated[
    bool,
    typer.Option("--tax-table", help="Below 100,000, take tax from the printed Tax Table."),
]
