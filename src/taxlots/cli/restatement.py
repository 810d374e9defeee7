"""``taxlots restatement``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption

if TYPE_CHECKING:
    from taxlots.reports.restated import Restatement

FromOption = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="TIME",
        help="The earlier moment: 2024-12-31 or 2024-12-31T18:00 (UTC).",
        show_default=False,
    ),
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="The later moment (default: now).")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Also write the files of the report."),
]

ARRIVED: Final = (
    "id",
    "kind",
    "date",
    "account",
    "symbol",
    "action",
    "quantity",
    "amount",
    "voids",
)
CHANGES: Final = (
    "result",
    "extent",
    "sale_id",
    "lot_id",
    "symbol",
    "figure",
    "before",
    "after",
    "difference",
    "because",
)
SUMMARY: Final = ("tax_return", "year", "term", "gain_before", "gain_after", "difference")
FORMS: Final = ("account", "symbol", "sold", "figure", "before", "after", "difference", "after_at")
NUMBERS: Final = frozenset(
    {"quantity", "amount", "before", "after", "difference", "gain_before", "gain_after"}
)
MAIN: Final = frozenset(
    {"quantity", "proceeds", "cost_basis", "wash_sale_loss_disallowed", "gain", "disallowed"}
)
ROUTINE: Final = frozenset({"new"})
"""What the table on the terminal leaves out: rows that only go on from what was known."""


def restatement(
    book: BookArgument,
    since: FromOption,
    until: ToOption = None,
    out: OutOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changed in the books between two moments, and which rows caused it.

    Both books are those of one day, as they were known at each moment. Lists the rows that
    arrived in between (late, corrected, VOID), every figure of realized gains, open lots and wash
    sales that they changed, and what custodians report otherwise than before.
    """
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.reports.restatement_files import manifest_of, restatement_rows
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.restatement import write_restatement

    first = moment(since)
    last = moment(until)
    day_given = day(as_of)
    with working(f"booking {book} twice"):
        found, problems = write_restatement(book, first, last, out, as_of=day_given)
    if as_json:
        print_json({**manifest_of(found), **restatement_rows(found)})
    else:
        _print(found, out)
    count_warnings(problems, book)


def _is_shown(row: dict[str, str]) -> bool:
    """Whether a change is worth a line: of whole lines that came or went, the main figures."""
    if row["extent"] in ROUTINE:
        return False
    return row["extent"] == "changed" or row["figure"] in MAIN


def _print(found: Restatement, out: Path | None) -> None:
    from taxlots.cli.printing import counted, print_listings
    from taxlots.reports.restatement_files import restatement_rows
    from taxlots.reports.terminal import Column, Listing

    rows = restatement_rows(found)
    changes = [row for row in rows["changes"] if _is_shown(row)]
    arrived = [row for row in rows["arrived"] if row["kind"] not in ROUTINE]
    listings = (
        ("Rows that arrived", ARRIVED, arrived),
        ("Gains by tax return (difference in cents)", SUMMARY, rows["summary"]),
        ("Figures that changed (difference in cents, or shares)", CHANGES, changes),
        ("What custodians report otherwise", FORMS, rows["custodian_changes"]),
    )
    until = found.until or "now"
    print(f"{found.book} as of {found.as_of}, as known at {found.since} and {until}\n")
    print_listings(
        *(
            Listing(
                title,
                tuple(Column(key, key.replace("_", " "), key in NUMBERS) for key in keys),
                some,
            )
            for title, keys, some in listings
        )
    )
    routine = len(rows["arrived"]) - len(arrived)
    if routine:
        print(f"\n{counted(routine, 'row')} more only went on from what was known")
    if out is not None:
        print(f"The files are in {out}")
