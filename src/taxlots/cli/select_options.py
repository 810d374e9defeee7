"""Options of the commands that consider a sale."""

from typing import Annotated

import typer

SellingAccountOption = Annotated[
    str, typer.Option("--account", metavar="ID", help="The account that sells.")
]
SoldSymbolOption = Annotated[
    str, typer.Option("--symbol", metavar="SYMBOL", help="The security that it sells.")
]
QuantityOption = Annotated[
    str, typer.Option("--quantity", metavar="Q", help="How many shares to sell.")
]
ProceedsOption = Annotated[
    str,
    typer.Option(
        "--proceeds", metavar="X", help="Or as many as bring these dollars, in whole shares."
    ),
]
PriceOption = Annotated[
    str, typer.Option("--price", metavar="P", help="Dollars a share (default: the last close).")
]
MethodOption = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="M",
        help="A relief method, or TAX_OPTIMAL (default: that of the account).",
    ),
]
CompareOption = Annotated[bool, typer.Option("--compare", help="Every method side by side.")]
FractionsOption = Annotated[
    bool, typer.Option("--fractions", help="With --proceeds: fractions of a share too.")
]
