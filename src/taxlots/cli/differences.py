"""``taxlots differences``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption
from taxlots.cli.replay import SameDayOption

if TYPE_CHECKING:
    from taxlots.reports.compared_views import ComparedViews

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Also write the files of the comparison."),
]
StatementOption = Annotated[
    str | None,
    typer.Option(
        "--statement-date",
        metavar="DATE",
        help="The last day that the broker's form knows (default: the as-of day).",
    ),
]
YearOption = Annotated[
    int | None,
    typer.Option(
        "--year", metavar="YYYY", min=1900, max=9999, help="Only sales of this calendar year."
    ),
]
FormOption = Annotated[
    Path | None,
    typer.Option(
        "--as-1099b",
        metavar="FILE",
        help="With --year: also write the broker's view as Form 1099-B (FDX JSON), a new file.",
    ),
]

ROWS: Final = {
    "sale_id": "sale",
    "lot_id": "lot",
    "account": "account",
    "symbol": "symbol",
    "quantity": "quantity",
    "box_1e": "1e",
    "box_1g": "1g",
    "column_e": "(e)",
    "column_f": "(f)",
    "column_g": "(g)",
    "column_h": "(h)",
    "difference": "difference",
    "reasons": "reasons",
}
SUMMARY: Final = {
    "year": "year",
    "pieces": "pieces",
    "box_1e": "1e",
    "box_1g": "1g",
    "column_h": "(h)",
    "difference": "difference",
    "reasons": "reasons",
}
TEXTS: Final = frozenset({"sale_id", "lot_id", "account", "symbol", "column_f", "year", "reasons"})


def differences(
    book: BookArgument,
    out: OutOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    year: YearOption = None,
    same_day: SameDayOption = None,
    statement_date: StatementOption = None,
    as_1099b: FormOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain how the broker's 1099-B view differs from the taxpayer's books.

    Lists every sale that a broker, who looks at one account and one CUSIP, reports otherwise than
    the taxpayer must: boxes 1d, 1e and 1g, columns (d) to (h) of Form 8949, the difference of
    the gain in cents, and the reasons. The files hold every sale, so that both sides foot.
    """
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.reports.difference_files import (
        difference_rows,
        manifest_of,
        reason_rows,
        summary_rows,
    )
    from taxlots.workflows.differences import check_1099b, write_1099b, write_differences
    from taxlots.workflows.gather import day, moment

    until = day(statement_date, "--statement-date")
    if as_1099b is not None:
        check_1099b(as_1099b, year)
    with working(f"booking {book} twice"):
        found = write_differences(
            book,
            out,
            as_of=day(as_of),
            known_at=moment(known_at),
            same_day=same_day,
            statement_date=until,
            year=year,
        )
        if as_1099b is not None:
            write_1099b(found, as_1099b)
    if as_json:
        shown = [row for row in difference_rows(found) if row["reasons"]]
        tables = {"rows": shown, "summary": summary_rows(found), "reasons": reason_rows(found)}
        print_json({**manifest_of(found), **tables})
    else:
        _print(found, out)
        if as_1099b is not None:
            print(f"The broker's view as Form 1099-B is {as_1099b}")
    count_warnings(found.taxpayer.problems, book)


def _print(found: ComparedViews, out: Path | None) -> None:
    from taxlots.cli.printing import counted, print_listings
    from taxlots.reports.difference_files import difference_rows, reason_rows, summary_rows
    from taxlots.reports.plan_figures import listing

    rows = [row for row in difference_rows(found) if row["reasons"]]
    print_listings(
        listing("Sales that differ (difference of the gain in cents)", ROWS, rows, TEXTS),
        listing("Totals by reason", SUMMARY, summary_rows(found), TEXTS),
    )
    for row in reason_rows(found):
        print(f"{row['reason']}: {row['meaning']}")
    agree = len(found.pieces) - len(found.differing)
    print(
        f"\n{counted(agree, 'piece')} of sales agree, "
        f"{counted(len(found.differing), 'piece')} differ"
    )
    if out is not None:
        print(f"The files are in {out}")
