"""``taxlots reconcile``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.differences import StatementOption
from taxlots.cli.import_options import NO_TOLERANCE, BrokerOption
from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption
from taxlots.cli.replay import SameDayOption

if TYPE_CHECKING:
    from taxlots.reports.tie_out import TieOut

FormsArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        help="Forms 1099-B and realized lots, as custodians export them.",
        show_default=False,
    ),
]
YearOption = Annotated[
    int,
    typer.Option(
        "--year",
        metavar="YYYY",
        min=1900,
        max=9999,
        help="The tax year of the forms.",
        show_default=False,
    ),
]
AccountsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--account",
        metavar="ID",
        help="The book's id of the account: once, or once for each FILE in their order.",
    ),
]
NumbersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--statement-account",
        metavar="NUMBER",
        help="That account as a file of several accounts writes it; once or for each FILE.",
    ),
]
ToleranceOption = Annotated[
    str,
    typer.Option("--tolerance", metavar="DOLLARS", help="The difference that is no break."),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Also write the files of the tie-out."),
]

BREAKS: Final = {
    "cause": "cause",
    "account": "account",
    "symbol": "symbol",
    "sales": "sales",
    "form_rows": "row of the form",
    "broker_view_basis": "basis",
    "form_basis": "on the form",
    "difference": "difference",
    "column_f": "(f)",
    "column_g": "(g)",
}
SUMMARY: Final = {
    "account": "account",
    "box": "box",
    "term": "term",
    "form_gain": "form",
    "broker_view_gain": "broker's view",
    "book_gain": "book",
    "difference": "difference",
    "explained": "explained",
    "breaks": "breaks",
    "unexplained": "unexplained",
}
TEXTS: Final = frozenset(
    {"cause", "account", "symbol", "sales", "form_rows", "column_f", "box", "term"}
)


def reconcile(
    book: BookArgument,
    files: FormsArgument,
    year: YearOption,
    account: AccountsOption = None,
    statement_account: NumbersOption = None,
    broker: BrokerOption = None,
    tolerance: ToleranceOption = NO_TOLERANCE,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    same_day: SameDayOption = None,
    statement_date: StatementOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tie a year's sales out to the Forms 1099-B that brokers sent.

    Lot by lot, three sides: your books, what a broker ought to report of them, and the forms. Each
    difference is explained by the law, or is a break with its cause and what to do. Exit status 1
    if there is a break.
    """
    from functools import partial

    from taxlots.cli.outcome import DATA_ERRORS, count_warnings, list_problems
    from taxlots.cli.progress import working
    from taxlots.cli.tolerance import tolerance_cents
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.reconcile import reconcile as tie_out
    from taxlots.workflows.reconcile import write_reconciliation
    from taxlots.workflows.reconcile_files import FormFiles

    forms = FormFiles(
        paths=tuple(files),
        accounts=tuple(account or ()),
        statement_accounts=tuple(statement_account or ()),
        broker=broker,
    )
    with working(f"tying {book} out"):
        found = write_reconciliation(
            out,
            partial(
                tie_out,
                book,
                forms,
                year,
                as_of=day(as_of),
                known_at=moment(known_at),
                same_day=same_day,
                statement_date=day(statement_date, "--statement-date"),
                tolerance_cents=tolerance_cents(tolerance),
            ),
        )
    _print(found, out, as_json=as_json)
    list_problems(found.problems, book)
    count_warnings(found.views.taxpayer.problems, book)
    if found.breaks:
        raise typer.Exit(DATA_ERRORS)


def _print(found: TieOut, out: Path | None, *, as_json: bool) -> None:
    from taxlots.cli.printing import counted, print_json, print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.tie_out_files import adjustment_rows, break_rows, manifest_of
    from taxlots.reports.tie_out_sums import form_8949_of, summary_rows

    form = form_8949_of(found)
    breaks, summary = break_rows(found, form), summary_rows(found, form)
    told = manifest_of(found)
    if as_json:
        adjustments = adjustment_rows(form)
        print_json({**told, "summary": summary, "breaks": breaks, "adjustments": adjustments})
        return

    print_listings(
        listing(f"Breaks between {told['book']} and its Forms 1099-B", BREAKS, breaks, TEXTS),
        listing("Gains by account, box and term", SUMMARY, summary, TEXTS),
    )
    for row in breaks:
        print(f"\n{row['cause']} {row['symbol']} {row['sales'] or row['form_rows']}:", end=" ")
        print(row["because"])
    for cause, remedy in {row["cause"]: row["what_to_do"] for row in breaks}.items():
        print(f"\nWhat to do about {cause}: {remedy}")
    print(
        f"\n{counted(told['matched'], 'row')} agree, {told['explained'] or 'no'} differ as the law"
        f" has it, {counted(told['break'], 'break')}, {counted(told['not_compared'], 'piece')}"
        " not compared"
    )
    if out is not None:
        print(f"The files are in {out}")
