"""``taxlots form8949``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption

if TYPE_CHECKING:
    from taxlots.workflows.form_8949 import FiledYear
    from taxlots.workflows.reconcile_files import FormFiles

TaxYearOption = Annotated[
    int,
    typer.Option(
        "--year", metavar="YYYY", min=1900, max=9999, help="The tax year.", show_default=False
    ),
]
FormatOption = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help="csv, xlsx, pdf, txf, taxact or fdx.")
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="PATH", help="Where to write: a folder for csv, a file for the others."
    ),
]
ReturnOption = Annotated[
    str | None, typer.Option("--tax-return", metavar="NAME", help="Only this return.")
]
OfficialOption = Annotated[
    Path | None,
    typer.Option(
        "--official-form", metavar="PDF", help="Fill in this PDF form of the IRS (--format pdf)."
    ),
]
FormsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--form-1099b",
        metavar="FILE",
        help="The broker's Form 1099-B, as `taxlots reconcile` reads it; once for each FILE.",
    ),
]
AccountsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--account", metavar="ID", help="The account of the forms: once, or for each FILE."
    ),
]
NumbersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--statement-account",
        metavar="NUMBER",
        help="That account as a file of several accounts writes it.",
    ),
]
WholeOption = Annotated[
    bool, typer.Option("--whole-dollars", help="Round every entry to whole dollars.")
]
FirstOption = Annotated[
    bool,
    typer.Option(
        "--exception-1/--no-exception-1",
        help="Rows without adjustment stand on Schedule D lines 1a and 8a alone.",
    ),
]
SecondOption = Annotated[
    bool,
    typer.Option(
        "--exception-2", help="Totals by broker and box on the form, rows on an attached statement."
    ),
]
RowOption = Annotated[
    bool,
    typer.Option("--one-row-a-sale", help="Take the lots of a sale together: VARIOUS in (b)."),
]


def form_8949(
    book: BookArgument,
    year: TaxYearOption,
    form: FormatOption = "csv",
    out: OutOption = None,
    tax_return: ReturnOption = None,
    whole_dollars: WholeOption = False,
    exception_1: FirstOption = True,
    exception_2: SecondOption = False,
    one_row_a_sale: RowOption = False,
    official_form: OfficialOption = None,
    form_1099b: FormsOption = None,
    account: AccountsOption = None,
    statement_account: NumbersOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fill in Form 8949 and Schedule D, and Forms 6781 and 4797 where they are needed.

    Prints Schedule D, and writes the forms to PATH if one is given. Without --form-1099b the
    broker's view of the book stands for what the broker reports.
    """
    from taxlots.cli.outcome import count_warnings, list_problems
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.reports.form_8949_csv import manifest_of
    from taxlots.workflows.form_8949 import FormChoices
    from taxlots.workflows.form_8949_files import CSV, FormsWanted, filed_and_written
    from taxlots.workflows.gather import day, moment

    wanted = FormsWanted(
        book=book,
        year=year,
        form=form,
        out=out,
        tax_return=tax_return,
        as_of=day(as_of),
        known_at=moment(known_at),
        choices=FormChoices(
            in_dollars=whole_dollars,
            with_exception_1=exception_1,
            with_exception_2=exception_2,
            one_row_a_sale=one_row_a_sale,
        ),
        official_form=official_form,
        forms=_form_files(form_1099b, account, statement_account),
    )
    with working(f"booking {book} twice"):
        filed, written = filed_and_written(wanted)
    paths = [str(path) for path in written.paths]
    if as_json:
        print_json({**manifest_of(filed.filing), "files": paths})
    else:
        _print(filed, [str(out)] if form == CSV and out is not None else paths)
    list_problems([*filed.problems, *written.problems], book)
    count_warnings(filed.taxpayer.problems, book)


def _form_files(
    files: list[Path] | None, accounts: list[str] | None, numbers: list[str] | None
) -> FormFiles | None:
    """The actual forms, or None where none is given."""
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.reconcile_files import FormFiles

    if not files:
        if accounts or numbers:
            raise UsageError("--account and --statement-account are for --form-1099b; name a FILE")
        return None
    return FormFiles(
        paths=tuple(files),
        accounts=tuple(accounts or ()),
        statement_accounts=tuple(numbers or ()),
    )


def _print(filed: FiledYear, places: list[str]) -> None:
    from taxlots.cli.printing import counted, print_listings
    from taxlots.reports.form_8949_csv import schedule_d_cells
    from taxlots.reports.terminal import Column, Listing

    columns = (
        Column("line", "line"),
        Column("text", ""),
        Column("proceeds", "(d)", is_number=True),
        Column("cost_basis", "(e)", is_number=True),
        Column("adjustment", "(g)", is_number=True),
        Column("gain", "(h)", is_number=True),
        Column("answer", ""),
    )
    filing = filed.filing
    for forms in filing.returns:
        cells = schedule_d_cells(forms.schedule_d, is_whole=filing.is_whole_dollars)
        shown = [row for row in cells if row["gain"] or row["answer"]]
        state = ", provisional" if forms.is_provisional else ""
        heading = f"Schedule D of {forms.tax_return}, {filing.year}{state}"
        print_listings(Listing(heading, columns, shown))
        straight = sum(row.is_straight for row in forms.rows)
        print(
            f"\n{counted(len(forms.form_rows), 'row')} on Form 8949, "
            f"{counted(straight, 'row')} on Schedule D alone"
        )
    for place in places:
        print(f"Written to {place}")
