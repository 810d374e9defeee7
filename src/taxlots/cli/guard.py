"""``taxlots guard``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption

if TYPE_CHECKING:
    from taxlots.plan.trade_check import TradeCheck


class Side(StrEnum):
    """What somebody thinks of doing."""

    BUY = "buy"
    SELL = "sell"


SideArgument = Annotated[
    Side, typer.Argument(metavar="buy|sell", help="What you think of doing.", show_default=False)
]
SymbolArgument = Annotated[
    str, typer.Argument(metavar="SYMBOL", help="The security.", show_default=False)
]
QuantityArgument = Annotated[
    str,
    typer.Argument(
        metavar="QTY", help="How many shares (default: any to buy, the whole position to sell)."
    ),
]
AccountOption = Annotated[
    str, typer.Option("--account", metavar="ID", help="The account that trades.")
]
PriceOption = Annotated[
    str, typer.Option("--price", metavar="P", help="Dollars a share (default: the last close).")
]
MethodOption = Annotated[
    str,
    typer.Option("--method", metavar="M", help="A relief method (default: that of the account)."),
]
LotsOption = Annotated[
    str, typer.Option("--lots", metavar="LOT:QTY;...", help="The lots that the sale names.")
]

COLUMNS: Final = {
    "id": "because of",
    "what": "",
    "account": "account",
    "date": "date",
    "lot_id": "loss on lot",
    "quantity": "shares",
    "loss": "loss",
    "permanent": "for good",
    "reading": "reading",
    "until": "until",
}
TEXTS: Final = frozenset({"id", "what", "account", "date", "lot_id", "reading", "until"})


def guard(
    book: BookArgument,
    side: SideArgument,
    symbol: SymbolArgument,
    account: AccountOption,
    quantity: QuantityArgument = "",
    price: PriceOption = "",
    method: MethodOption = "",
    lots: LotsOption = "",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask before an order which losses a purchase or a sale of this day would have disallowed.

    It looks at every account of the household, thirty days back and ahead, and reads open
    questions strictly. It refuses nothing, and nothing is booked.
    """
    from taxlots.cli.outcome import list_problems
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.plan.trade_check import TradeSide
    from taxlots.reports.guard import guard_json
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.guard import TradeAsked, guard_trade

    asked = TradeAsked(
        side=TradeSide(side.value),
        account=account,
        symbol=symbol,
        quantity=quantity,
        price=price,
        method=method.upper(),
        lots=lots,
    )
    with working(f"asking the guard of {symbol}"):
        run = guard_trade(
            book,
            asked,
            as_of=day(as_of),
            known_at=moment(known_at),
        )
    (check,) = run.checks
    if as_json:
        print_json(guard_json(check))
    else:
        _print(check)
    list_problems(list(run.problems), book)


def _print(check: TradeCheck) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.reports.guard import because_rows, headline
    from taxlots.reports.plan_figures import listing

    if check.because:
        print_listings(listing(headline(check), COLUMNS, because_rows(check), TEXTS))
    else:
        print(headline(check))
    for title, sentences in (("Not known", check.unknown), ("Note", check.told)):
        for sentence in sentences:
            print(f"{title}: {sentence}.")
