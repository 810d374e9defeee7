"""``taxlots init``."""

from __future__ import annotations

from typing import Annotated

import typer

from taxlots.cli.options import JsonOption

TargetArgument = Annotated[
    str,
    typer.Argument(
        metavar="DIR|URL",
        help="A folder that is not there yet, or a database URL (sqlite:///book.db).",
        show_default=False,
    ),
]


def init(
    target: TargetArgument,
    sample: Annotated[
        bool, typer.Option("--sample", help="With the sample household in it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Start a book: an empty one, or the sample household.

    A folder gets book.toml, accounts.csv, transactions.csv and a README.md that says how to fill
    them. Nothing that is there already is touched.
    """
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.workflows.clock import actor, now
    from taxlots.workflows.gather import is_database
    from taxlots.workflows.init import init_book

    with working(f"making {target}"):
        files = init_book(target, sample=sample, actor=actor(), now=now())
    if as_json:
        print_json({"book": target, "sample": sample, "files": files})
        return
    what = "the sample household" if sample else "an empty book"
    print(f"{target} holds {what}.")
    if sample:
        print(f"Next: taxlots harvest {target} --out plan")
    elif is_database(target):
        print(f"Next: taxlots import {target} FOLDER")
    else:
        print(f"Next: fill in the files ({target}/README.md says how), then taxlots lots {target}")
