"""``taxlots cash``."""

from __future__ import annotations

from typing import Annotated

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption

DepositOption = Annotated[
    str, typer.Option("--deposit", metavar="DOLLARS", help="Money that comes in today.")
]
WithdrawOption = Annotated[
    str, typer.Option("--withdraw", metavar="DOLLARS", help="Money that is needed.")
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="DATE", help="When it is needed, or how far to look ahead."),
]
CashAccountOption = Annotated[
    str | None,
    typer.Option("--account", metavar="ID", help="Where it comes in, or is taken from."),
]
HouseholdOption = Annotated[
    str | None, typer.Option("--household", metavar="NAME", help="Whose cash (default: the one).")
]
MinTradeOption = Annotated[
    str, typer.Option("--min-trade", metavar="DOLLARS", help="Buy nothing smaller.")
]
FractionsOption = Annotated[
    bool, typer.Option("--fractions", help="Fractions of a share too, of 0.0001.")
]


def cash(
    book: BookArgument,
    deposit: DepositOption = "",
    withdraw: WithdrawOption = "",
    by: ByOption = None,
    account: CashAccountOption = None,
    household: HouseholdOption = None,
    min_trade: MinTradeOption = "",
    fractions: FractionsOption = False,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Route cash: deposits and dividends to what is under target, withdrawals from what is over it.

    Flows pay before anything is sold; what is sold are the lots that cost least tax. Without
    --deposit and --withdraw the scheduled flows are routed. Nothing is booked.
    """
    from taxlots.cli.plan_pages import show
    from taxlots.cli.progress import working
    from taxlots.workflows.cash import route_cash
    from taxlots.workflows.cash_asked import CashAsked
    from taxlots.workflows.gather import day, moment

    asked = CashAsked(
        deposit=deposit,
        withdraw=withdraw,
        account=account,
        household=household,
        by=day(by, "--by"),
        min_trade=min_trade,
        has_fractions=fractions,
    )
    with working(f"routing cash of {book}"):
        page = route_cash(
            book,
            asked,
            as_of=day(as_of),
            known_at=moment(known_at),
        )
    show(page, book, as_json=as_json)
