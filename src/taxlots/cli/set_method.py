"""``taxlots set-method``."""

from __future__ import annotations

from typing import Annotated

import typer

from taxlots.cli.options import BookArgument, JsonOption


def set_method(
    book: BookArgument,
    account: Annotated[
        str, typer.Option("--account", metavar="ID", help="The account whose order changes.")
    ],
    method: Annotated[str, typer.Option("--method", metavar="M", help="The relief method.")],
    start: Annotated[
        str, typer.Option("--from", metavar="DATE", help="Sales of this day and later go by it.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who says so.")],
    symbol: Annotated[
        str, typer.Option("--symbol", metavar="SYMBOL", help="For this security alone.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Change the standing relief method of an account, or of one of its securities.

    Appends a row to the journal of a database, which keeps who changed it and when. Sales before
    that day stay as they are booked.
    """
    from taxlots.cli.printing import print_json
    from taxlots.workflows.clock import now
    from taxlots.workflows.gather import day
    from taxlots.workflows.set_method import NewMethod, set_method

    asked = NewMethod(
        account=account,
        symbol=symbol,
        method=method.upper(),
        start=day(start, "--from"),
        by=by,
        reason=reason,
    )
    change = set_method(book, asked, now=now())
    if as_json:
        print_json(
            {
                "id": change.id,
                "account": account,
                "symbol": symbol,
                "method": asked.method,
                "was": change.was,
                "from": asked.start.isoformat(),
                "by": by,
            }
        )
        return
    scope = f"{symbol} in {account}" if symbol else account
    print(f"From {asked.start} {scope} sells by {asked.method} (was {change.was}).")
