"""``taxlots override``."""

from __future__ import annotations

from typing import Annotated

import typer

from taxlots.cli.options import JsonOption
from taxlots.cli.run_options import ByOption, RunArgument, UrlArgument
from taxlots.domain.harvest_run import OverrideAction


def override(
    book: UrlArgument,
    run: RunArgument,
    by: ByOption,
    action: Annotated[
        OverrideAction,
        typer.Option("--action", help="What to do with the order or lot.", show_default=False),
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why.", show_default=False)
    ],
    order: Annotated[str, typer.Option("--order", metavar="ID", help="Or ACCOUNT:SYMBOL.")] = "",
    lot: Annotated[str, typer.Option("--lot", metavar="ID", help="The lot.")] = "",
    quantity: Annotated[
        str, typer.Option("--quantity", metavar="Q", help="What a cap leaves, or is forced.")
    ] = "",
    symbol: Annotated[
        str, typer.Option("--with", metavar="SYMBOL", help="What to buy instead (replace).")
    ] = "",
    until: Annotated[
        str,
        typer.Option("--until", metavar="DATE", help="Later runs leave the lot alone until then."),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Change a recorded harvest or rebalance: exclude, cap, replace or force an order or a lot.

    What is kept: who, why and when. An order that was signed must be signed again.
    """
    from taxlots.cli.printing import print_json
    from taxlots.workflows.clock import now
    from taxlots.workflows.gather import day
    from taxlots.workflows.override import AskedOverride, override
    from taxlots.workflows.run_answers import order_json, run_json

    asked = AskedOverride(
        action=action,
        by=by,
        reason=reason,
        order=order,
        lot=lot,
        quantity=quantity,
        symbol=symbol,
        until=day(until, "--until") if until else None,
    )
    done = override(book, run, asked, now=now())
    if as_json:
        told = {"changed": list(done.changed), "told": list(done.told)}
        print_json({**told, "run": run_json(done.reviewed)})
        return
    for name in done.changed:
        cells = order_json(done.reviewed.order(name))
        print(
            f"{name}: {cells['action']} {cells['quantity']} {cells['symbol']} in"
            f" {cells['account']} ({cells['state']}; {cells['planned']} were planned)"
        )
    for sentence in done.told:
        print(f"Note: {sentence}")
