"""``taxlots cpa-pack``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taxlots.cli.options import AsOfOption, JsonOption
from taxlots.cli.run_options import RunArgument, UrlArgument


def cpa_pack(
    book: UrlArgument,
    run: RunArgument,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DIR|ZIP", help="A folder, or one .zip file.", show_default=False
        ),
    ],
    household: Annotated[
        str, typer.Option("--household", metavar="NAME", help="Whose pack it is.")
    ] = "",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what a tax preparer needs of a recorded harvest or rebalance.

    Realized lots with their journal rows, wash sales and open windows, restrictions, the effect on
    Schedule D line by line, and confirmations against plan: CSV, a summary as PDF and a README.
    """
    from taxlots.cli.printing import counted, print_json
    from taxlots.workflows.cpa_pack import write_cpa_pack
    from taxlots.workflows.gather import day
    from taxlots.workflows.run_answers import pack_json

    last = day(as_of)
    done = write_cpa_pack(book, run, out, household=household, as_of=last)
    if as_json:
        print_json(pack_json(done, str(out)))
        return
    realized = counted(len(done.lists["realized_lots.csv"]), "realized lot")
    state = "final" if done.is_final else "provisional"
    label = f"{done.kind} {run}"
    print(f"{realized} of {label}, booked as of {done.as_of}, {state}; the pack is in {out}")
    for remark in done.remarks:
        print(f"- {remark}")
