"""``taxlots confirm``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from taxlots.cli.options import JsonOption
from taxlots.cli.run_options import ByOption, RunArgument, UrlArgument

BREAKS: Final = {
    "kind": "break",
    "client_order_id": "order",
    "account": "account",
    "symbol": "symbol",
    "lot_id": "lot",
    "planned": "planned",
    "confirmed": "confirmed",
    "detail": "what it means",
}


def confirm(
    book: UrlArgument,
    run: RunArgument,
    fills: Annotated[
        Path, typer.Argument(metavar="FILLS", help="A CSV file of fills.", show_default=False)
    ],
    by: ByOption,
    tolerance: Annotated[
        int,
        typer.Option("--tolerance", metavar="PERCENT", help="How far prices may be from plan."),
    ] = 2,
    as_json: JsonOption = False,
) -> None:
    """Hold fills against a recorded harvest, lot by lot, and book them as they were confirmed.

    The same file, or a fill that is known, is not booked again.
    """
    from dataclasses import fields

    from taxlots.cli.outcome import list_problems
    from taxlots.cli.printing import counted, print_json, print_listings
    from taxlots.cli.runs import run_json
    from taxlots.domain.harvest_run import FillBreak
    from taxlots.reports.terminal import Column, Listing
    from taxlots.workflows.clock import now
    from taxlots.workflows.confirm import confirm

    done = confirm(book, run, fills, by=by, now=now(), tolerance_percent=tolerance)
    names = [field.name for field in fields(FillBreak)]
    rows = [{name: str(getattr(one, name)) for name in names} for one in done.breaks]
    if as_json:
        told = {"booked": str(done.booked), "known": str(done.known), "breaks": rows}
        print_json({**told, "run": run_json(done.reviewed)})
    else:
        known = f"; {counted(done.known, 'fill')} known before" if done.known else ""
        print(f"Booked {counted(done.booked, 'fill')} of harvest {run}{known}.")
        columns = tuple(Column(key, name) for key, name in BREAKS.items())
        print_listings(Listing("Breaks", columns, rows, "none: executed as it was signed"))
    list_problems(done.problems, book)
