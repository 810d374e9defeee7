"""``taxlots approve``."""

from __future__ import annotations

from typing import Annotated

import typer

from taxlots.cli.options import JsonOption
from taxlots.cli.run_options import (
    ByOption,
    DayOption,
    ReasonOption,
    RunArgument,
    UrlArgument,
)


def approve(
    book: UrlArgument,
    run: RunArgument,
    by: ByOption,
    order: Annotated[
        list[str] | None,
        typer.Option(
            "--order", metavar="ID", help="Only this order, or trade ACCOUNT:SYMBOL; repeatable."
        ),
    ] = None,
    excepted: Annotated[
        list[str] | None,
        typer.Option(
            "--except",
            metavar="ID",
            help="All but this order, or trade ACCOUNT:SYMBOL; repeatable.",
        ),
    ] = None,
    session: DayOption = None,
    reason: ReasonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Sign the orders of a recorded harvest or rebalance.

    Who recorded or changed it cannot sign it. Nothing is sent and nothing is booked.
    """
    from taxlots.cli.printing import counted, print_json
    from taxlots.workflows.approve import approve
    from taxlots.workflows.clock import now
    from taxlots.workflows.gather import day
    from taxlots.workflows.run_answers import run_json

    chosen, left_out = order or (), excepted or ()
    named = {"orders": chosen, "excepted": left_out}
    on = day(session, "--day")
    done = approve(book, run, by=by, now=now(), reason=reason, day=on, **named)
    if as_json:
        print_json({"approved": list(done.signed), "run": run_json(done.reviewed)})
        return
    print(f"{by} approved {counted(len(done.signed), 'order')} of {done.reviewed.run.label}.")
