"""``taxlots locate``."""

from __future__ import annotations

from typing import Annotated

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption

HouseholdOption = Annotated[
    str | None,
    typer.Option("--household", metavar="NAME", help="Whose holdings (default: the only one's)."),
]
KeepMixOption = Annotated[
    bool, typer.Option("--keep-mix", help="Keep today's mix of classes; only move it.")
]


def locate(
    book: BookArgument,
    household: HouseholdOption = None,
    keep_mix: KeepMixOption = False,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Locate holdings: which account should hold what, the trades, and the tax saved a year.

    The household is one portfolio after tax. What costs most tax a year goes into tax-deferred
    accounts, unless moving costs more; nothing is bought anywhere that is sold at a loss.
    """
    from taxlots.cli.plan_pages import show
    from taxlots.cli.progress import working
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.locate import locate_book

    with working(f"locating holdings of {book}"):
        page = locate_book(
            book,
            household=household,
            keep_mix=keep_mix,
            as_of=day(as_of),
            known_at=moment(known_at),
        )
    show(page, book, as_json=as_json)
