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
    """Hold fills against a recorded harvest or rebalance, lot by lot, and book them as confirmed.

    The same file, or a fill that is known, is not booked again.
    """
    from taxlots.cli.outcome import list_problems
    from taxlots.cli.printing import counted, print_json, print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.workflows.clock import now
    from taxlots.workflows.confirm import confirm
    from taxlots.workflows.run_answers import confirmed_json

    done = confirm(book, run, fills, by=by, now=now(), tolerance_percent=tolerance)
    told = confirmed_json(done)
    if as_json:
        print_json(told)
    else:
        known = f"; {counted(done.known, 'fill')} known before" if done.known else ""
        print(f"Booked {counted(done.booked, 'fill')} of {done.reviewed.run.label}{known}.")
        fine = "none: executed as it was signed"
        print_listings(listing("Breaks", BREAKS, told["breaks"], frozenset(BREAKS), fine))
    list_problems(done.problems, book)
