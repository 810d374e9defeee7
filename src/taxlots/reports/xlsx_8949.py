"""The forms of a tax year as one workbook.

Schedule D stands first, then a sheet for each box of Form 8949 and for what its lines take from
elsewhere.  Totals are formulas over the rows, so that a reader can follow each figure down to its
sales; each also stands with its value, for programs that do not reckon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from taxlots.domain.form_8949 import Form8949Row
from taxlots.domain.problem import UsageError
from taxlots.reports.form_8949_texts import (
    BOXES,
    EXPIRED,
    PROVISIONAL,
    REPORTED,
    about_return,
    by_box,
    of_unknown_basis,
    part_of,
    straight_by_line,
)
from taxlots.reports.xlsx_other_forms import (
    form_4797_sheet,
    form_6781_sheet,
    provenance_sheet,
    statement_sheet,
    wash_sales_sheet,
)
from taxlots.reports.xlsx_schedule_d import (
    SCHEDULE_COLUMNS,
    TotalCells,
    Totals,
    schedule_d_sheet,
)
from taxlots.reports.xlsx_sheet import Amount, Cell, Column, Day, Shares, Sheets, formats

if TYPE_CHECKING:
    import pyarrow as pa
    from xlsxwriter.workbook import Workbook

    from taxlots.book.return_forms import Filing, ReturnForms

ROW_COLUMNS: Final = (
    Column("(a) Description of property", 32),
    Column("(b) Date acquired", 12, is_right=True),
    Column("(c) Date sold or disposed of", 12, is_right=True),
    Column("(d) Proceeds", 18, is_right=True),
    Column("(e) Cost or other basis", 18, is_right=True),
    Column("(f) Codes", 8),
    Column("(g) Adjustment", 18, is_right=True),
    Column("(h) Gain or (loss)", 18, is_right=True),
    Column("Account", 18),
    Column("Symbol", 12),
    Column("Quantity", 16, is_right=True),
    Column("Sale", 18),
    Column("Lot", 18),
    Column("Status", 14),
)
PRINTED: Final = 10
"""Columns (a) to (h), account and symbol fit on a page."""

STATEMENT_REMARK: Final = "; attached statement, totalled on Form 8949 with code M"


def write(
    path: Path,
    filing: Filing,
    *,
    wash_sales: pa.Table | None = None,
    provenance: Mapping[str, str] | None = None,
) -> None:
    """Write the workbook of a filing.

    ``wash_sales`` are the year's rows in the columns of ``wash_sales.csv``, as text; None takes
    the rows of Form 8949 with code W.  ``provenance`` are further facts of its last sheet.  The
    same filing gives the same bytes.  Raises UsageError where the file cannot be written.
    """
    import xlsxwriter

    partial = path.with_name(f".{path.name}.partial")
    try:
        # Rows wait in a folder of their own until the workbook is closed.
        with partial.open("wb") as file, TemporaryDirectory() as rows:
            workbook = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": rows})
            workbook.set_properties(_properties(filing))
            _sheets(workbook, filing, wash_sales, provenance or {})
            workbook.close()
        partial.replace(path)
    except OSError as cause:
        raise UsageError(f"{path} cannot be written: {cause.strerror or cause}") from cause
    finally:
        partial.unlink(missing_ok=True)


def _properties(filing: Filing) -> dict[str, object]:
    """The time of making is the day as of which the book is booked: no clock is asked."""
    made = datetime(filing.as_of.year, filing.as_of.month, filing.as_of.day, tzinfo=UTC)
    title = f"Form 8949 and Schedule D, tax year {filing.year}"
    return {"title": title, "author": "taxlots", "created": made.replace(tzinfo=None)}


def _sheets(
    workbook: Workbook, filing: Filing, wash_sales: pa.Table | None, provenance: Mapping[str, str]
) -> None:
    styles = formats(workbook, is_whole_dollars=filing.is_whole_dollars)
    for forms in filing.returns:
        prefix = forms.tax_return if len(filing.returns) > 1 else ""
        _return_sheets(Sheets(workbook, styles, prefix), filing, forms)
    sheets = Sheets(workbook, styles)
    wash_sales_sheet(sheets, filing, wash_sales)
    provenance_sheet(sheets, filing, provenance)


def _return_sheets(sheets: Sheets, filing: Filing, forms: ReturnForms) -> None:
    """The sheets of one return; Schedule D stands first, and is filled in last."""
    mark = f", {PROVISIONAL}" if forms.is_provisional else ""
    about = f"{about_return(filing, forms.tax_return)}{mark}"
    schedule = sheets.new("Schedule D", SCHEDULE_COLUMNS)
    totals: Totals = {}
    if forms.totals:
        _totals_sheet(sheets, about, forms.totals)
    for line, rows in straight_by_line(forms.rows).items():
        title = f"Schedule D, line {line}: rows that need no Form 8949"
        totals[line] = _rows_sheet(sheets, f"Line {line}", title, REPORTED, about, rows)
    for box, rows in by_box(forms.rows).items():
        title = f"Form 8949, {part_of(box)}, box {box}"
        remark = f"{BOXES[box]}{STATEMENT_REMARK if forms.totals else ''}"
        totals[box] = _rows_sheet(sheets, f"Box {box}", title, remark, about, rows)
    unknown = of_unknown_basis(forms.rows)
    if unknown:
        title = "Sales whose basis is unknown, in no total"
        remark = "find the basis: an unknown one is not zero"
        _rows_sheet(sheets, "Basis unknown", title, remark, about, unknown)
    if forms.form_6781 is not None:
        totals |= form_6781_sheet(sheets, about, forms.form_6781)
    if forms.form_4797:
        form_4797_sheet(sheets, about, forms.form_4797)
    if forms.wash_statement:
        statement_sheet(sheets, about, forms.wash_statement)
    schedule_d_sheet(schedule, about, forms.schedule_d, totals)


def _rows_sheet(
    sheets: Sheets,
    name: str,
    title: str,
    remark: str,
    about: str,
    rows: Sequence[Form8949Row],
) -> TotalCells:
    """A sheet of rows of the form with their totals above them; returns where the totals stand."""
    sheet = sheets.new(name, ROW_COLUMNS)
    sheet.heading(title, (_sentence(remark), about))
    number = sheet.row + 1
    sheet.totals(_summed(rows, first=number + 2))
    sheet.column_names()
    for row in rows:
        sheet.add(_cells(row))
    sheet.finish(about, printed=PRINTED)
    return {column: sheet.cell(column, number) for column in "DEGH"}


def _totals_sheet(sheets: Sheets, about: str, totals: Sequence[Form8949Row]) -> None:
    """The rows with code M that stand on Form 8949 itself."""
    sheet = sheets.new("Form 8949", (Column("Box", 6), *ROW_COLUMNS[:9]))
    sheet.heading("Form 8949, totals of the attached statement (exception 2)", (about,))
    sheet.column_names()
    for row in totals:
        sheet.add((row.box, *_cells(row)[:9]))
    sheet.finish(about)


def _summed(rows: Sequence[Form8949Row], first: int) -> list[Cell]:
    """The line of totals over rows that begin in row ``first`` of their sheet."""
    sums = {
        "D": sum(row.proceeds_cents for row in rows),
        "E": sum(row.basis_cents or 0 for row in rows),
        "G": sum(row.adjustment_cents for row in rows),
        "H": sum(row.gain_cents or 0 for row in rows),
    }
    last = first + len(rows) - 1
    shown = {c: Amount(n, f"=SUM({c}{first}:{c}{last})") for c, n in sums.items()}
    return ["Totals", *(shown.get(column) for column in "BCDEFGH")]


def _cells(row: Form8949Row) -> tuple[Cell, ...]:
    proceeds = EXPIRED if row.expired == "d" else Amount(row.proceeds_cents)
    basis = None if row.basis_cents is None else Amount(row.basis_cents)
    return (
        row.description,
        Day(row.acquired),
        Day(row.sold),
        proceeds,
        EXPIRED if row.expired == "e" else basis,
        row.codes,
        Amount(row.adjustment_cents) if row.codes or row.adjustment_cents else None,
        None if row.gain_cents is None else Amount(row.gain_cents),
        row.account,
        row.symbol,
        Shares(row.quantity) if row.quantity else None,
        row.sale_id,
        row.lot_id,
        row.status,
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
