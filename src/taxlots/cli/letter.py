"""``taxlots letter``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taxlots.cli.options import JsonOption
from taxlots.cli.run_options import RunArgument, UrlArgument


def letter(
    book: UrlArgument,
    run: RunArgument,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE|DIR",
            help="The PDF to write, or a folder for a letter to each household.",
            show_default=False,
        ),
    ],
    household: Annotated[
        str, typer.Option("--household", metavar="NAME", help="The household it is written to.")
    ] = "",
    account: Annotated[
        str, typer.Option("--account", metavar="ID", help="Only the trades of this account.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Write the letter to a client about a recorded harvest or rebalance.

    What is sold and why, what it saves or costs in tax, what is bought, what must not be done and
    until when, and what is not known. Of signed and executed orders alone.
    """
    from taxlots.cli.printing import counted, print_json
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.letter import write_letter, write_letters
    from taxlots.workflows.run_answers import letter_json

    if out.suffix.lower() != ".pdf":
        if household or account:
            raise UsageError("a folder gets the letters to all households; name a FILE.pdf")
        letters = write_letters(book, run, out)
        if as_json:
            told = {name: letter_json(one, str(out / name)) for name, one in letters.items()}
            print_json({"out": str(out), "run": str(run), "letters": told})
            return
        label = next(iter(letters.values())).label if letters else f"run {run}"
        print(f"{counted(len(letters), 'letter')} on {label} in {out}")
        return
    done = write_letter(book, run, out, household=household, account=account)
    if as_json:
        print_json(letter_json(done, str(out)))
        return
    sold = counted(done.lots, "lot")
    print(f"The letter to the household {done.household}, on {sold}, is in {out}")
