"""``taxlots orders``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taxlots.cli.options import JsonOption, OutOption
from taxlots.cli.run_options import DayOption, RunArgument, UrlArgument


def orders(
    book: UrlArgument,
    run: RunArgument,
    out: OutOption,
    fills: Annotated[
        Path | None,
        typer.Option("--block-fills", metavar="FILE", help="Fills of blocks, to be shared out."),
    ] = None,
    layout: Annotated[
        list[str] | None,
        typer.Option(
            "--layout",
            metavar="NAME",
            help="Also as a custodian takes them: schwab, fidelity, ibkr, etrade; once for each.",
        ),
    ] = None,
    session: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the signed orders of a recorded harvest or rebalance, to be sent.

    Writes orders, lot_instructions, blocks, allocations, the switch-backs of a harvest (CSV and
    calendar) and manifest.json into DIR. Of trades in tranches these are the orders of one session,
    by default of the first that is not done. Nothing is sent.
    """
    from taxlots.cli.printing import counted, print_json
    from taxlots.workflows.gather import day
    from taxlots.workflows.order_files import write_orders
    from taxlots.workflows.run_answers import layouts_json, on_json

    on = day(session, "--day")
    done = write_orders(book, run, out, fills=fills, layouts=layout or (), day=on)
    if as_json:
        files = {name.removesuffix(".csv"): list(rows) for name, rows in done.rows.items()}
        print_json(
            {"out": str(out), "run": str(run), **files, **layouts_json(done), **on_json(done)}
        )
        return
    count, blocks = len(done.rows["orders.csv"]), len(done.rows["blocks.csv"])
    print(f"{counted(count, 'signed order')} in {counted(blocks, 'block')}; the files are in {out}")
    if done.session is not None:
        before, after = done.signed_elsewhen
        print(
            f"They are for {done.session}; of earlier sessions {before} signed orders are not"
            f" executed, of later ones {after}"
        )
    if done.of_custodians is not None:
        for name, carried in done.of_custodians.carried.items():
            print(f"{counted(carried, 'order')} in the layout {name}")
        for row in done.of_custodians.unsendable:
            print(f"- {row['client_order_id']} is in no file of {row['layout']}: {row['reason']}")
