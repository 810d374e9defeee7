"""The sheets beside Form 8949 and Schedule D: other forms, wash sales, provenance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from taxlots.book.form_6781 import TEXTS
from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE, scaled
from taxlots.reports.form_8949_texts import PROVISIONAL
from taxlots.reports.xlsx_schedule_d import Totals
from taxlots.reports.xlsx_sheet import Amount, Cell, Column, Day, Shares, Sheets

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.form_4797 import Form4797Row
    from taxlots.book.form_6781 import Form6781
    from taxlots.book.return_forms import Filing
    from taxlots.book.wash_statement import WashStatementRow
    from taxlots.domain.form_8949 import Form8949Row

SALE_COLUMNS: Final = (
    Column("Account", 18),
    Column("Symbol", 12),
    Column("Quantity", 16, is_right=True),
    Column("Sale", 18),
    Column("Lot", 18),
)
DAY_COLUMNS: Final = (
    Column("Description of property", 32),
    Column("Date acquired", 12, is_right=True),
    Column("Date sold", 12, is_right=True),
)
FORM_6781_COLUMNS: Final = (
    Column("Line", 6),
    Column("What it says", 66),
    Column("(b) Loss", 18, is_right=True),
    Column("(c) Gain", 18, is_right=True),
    Column("Amount", 18, is_right=True),
)
FORM_4797_COLUMNS: Final = (
    *DAY_COLUMNS,
    Column("(d) Gross sales price", 18, is_right=True),
    Column("(f) Cost or other basis", 18, is_right=True),
    Column("(g) Gain or (loss)", 18, is_right=True),
    Column("Marked", 9),
    *SALE_COLUMNS,
)
STATEMENT_COLUMNS: Final = (
    Column("Box", 6),
    *DAY_COLUMNS,
    Column("Form 1099-B, box 1g", 18, is_right=True),
    Column("Disallowed by section 1091", 18, is_right=True),
    Column("Difference", 18, is_right=True),
    Column("Because", 60),
    *SALE_COLUMNS,
)
WASH_COLUMNS: Final = (
    Column("Return", 14),
    Column("Box", 6),
    *DAY_COLUMNS,
    Column("(g) Adjustment", 18, is_right=True),
    *SALE_COLUMNS,
)
PROVENANCE_COLUMNS: Final = (Column("What", 28), Column("Which", 90))

MONEY_NAMES: Final = frozenset({"loss", "disallowed", "permanent"})
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
WIDEST: Final = 40


def form_6781_sheet(sheets: Sheets, about: str, form: Form6781) -> Totals:
    """Form 6781, Part I; returns the cells that lines 4 and 11 of Schedule D take."""
    sheet = sheets.new("Form 6781", FORM_6781_COLUMNS)
    sheet.heading("Form 6781, Part I: section 1256 contracts marked to market", (about,))
    sheet.column_names()
    first = sheet.row + 1
    for row in form.rows:
        sheet.add(("1", row.account, Amount(row.loss_cents), Amount(row.gain_cents)))
    last = sheet.row
    amounts = form.lines
    formulas = {
        "3": f"=C{last + 1}+D{last + 1}",
        "5": f"=E{last + 2}+E{last + 3}",
        "7": f"=E{last + 4}+E{last + 5}",
        "8": f"=E{last + 6}-E{last + 8}",
    }
    sums = [
        Amount(amounts[line], f"=SUM({column}{first}:{column}{last})")
        for line, column in (("2b", "C"), ("2c", "D"))
    ]
    sheet.add(("2", TEXTS["2"], *sums))
    for line in ("3", "4", "5", "6", "7", "8", "9"):
        amount = Amount(amounts[line], formulas.get(line, ""))
        sheet.add((line, TEXTS[line], None, None, amount))
    if form.may_carry_back:
        sheet.add(("", "The net loss may be carried back three years (26 USC 1212(c)), box D."))
    sheet.finish(about, has_filter=False)
    return {
        "4": {"H": sheet.cell("E", last + 7)},
        "11": {"H": sheet.cell("E", last + 8)},
    }


def form_4797_sheet(sheets: Sheets, about: str, rows: Sequence[Form4797Row]) -> None:
    """The statement to line 10 of Form 4797, Part II; what is marked is told apart."""
    sheet = sheets.new("Form 4797", FORM_4797_COLUMNS)
    remark = "Traders who made a mark-to-market election: statement to line 10. Ordinary gain."
    sheet.heading("Form 4797, Part II: section 475 accounts", (remark, about))
    first, last = sheet.row + 3, sheet.row + 2 + len(rows)
    sums = {
        "D": sum(row.proceeds_cents for row in rows if row.gain_cents is not None),
        "E": sum(row.basis_cents or 0 for row in rows),
        "F": sum(row.gain_cents or 0 for row in rows),
    }
    # What has no gain is in no total, its proceeds neither.
    known = f'F{first}:F{last},"<>"'
    shown = [Amount(n, f"=SUMIFS({c}{first}:{c}{last},{known})") for c, n in sums.items()]
    sheet.totals(["Totals", None, None, *shown])
    sheet.column_names()
    for row in rows:
        sheet.add(
            (
                row.description,
                Day(row.acquired),
                Day(row.sold),
                Amount(row.proceeds_cents),
                None if row.basis_cents is None else Amount(row.basis_cents),
                None if row.gain_cents is None else Amount(row.gain_cents),
                "yes" if row.is_mark else "",
                *_sale_cells(row),
            )
        )
    sheet.finish(about)


def statement_sheet(sheets: Sheets, about: str, rows: Iterable[WashStatementRow]) -> None:
    """The statement that code W needs where less is disallowed than box 1g says."""
    sheet = sheets.new("Statement W", STATEMENT_COLUMNS)
    sheet.heading("Statement to code W: less is disallowed than Form 1099-B says", (about,))
    sheet.column_names()
    for row in rows:
        number = sheet.row + 1
        sheet.add(
            (
                row.box,
                row.description,
                Day(row.acquired),
                Day(row.sold),
                Amount(row.reported_cents),
                Amount(row.disallowed_cents),
                Amount(row.difference_cents, f"=E{number}-F{number}"),
                row.because,
                *_sale_cells(row),
            )
        )
    sheet.finish(about)


def wash_sales_sheet(sheets: Sheets, filing: Filing, table: pa.Table | None) -> None:
    """The wash sales of the year: rows of ``wash_sales.csv``, else those with code W."""
    about = f"Tax year {filing.year}, booked as of {filing.as_of}"
    if table is not None:
        if table.num_rows:
            _wash_table(sheets, about, table)
        return
    rows = [row for row in filing.rows if "W" in row.codes]
    if not rows:
        return
    sheet = sheets.new("Wash sales", WASH_COLUMNS)
    sheet.heading("Wash sales: rows with code W, with all that is in column (g)", (about,))
    sheet.column_names()
    for row in rows:
        amount = Amount(row.adjustment_cents)
        days = (row.description, Day(row.acquired), Day(row.sold), amount)
        sheet.add((row.tax_return, row.box, *days, *_sale_cells(row)))
    sheet.finish(about)


def _wash_table(sheets: Sheets, about: str, table: pa.Table) -> None:
    names = list(table.column_names)
    columns = [column.to_pylist() for column in table.columns]
    widths = [
        min(WIDEST, 2 + max([len(name), *(len(str(cell or "")) for cell in cells)]))
        for name, cells in zip(names, columns, strict=True)
    ]
    shown = [
        Column(_heading(name), width, is_right=not isinstance(_read(name, str(cells[0])), str))
        for name, width, cells in zip(names, widths, columns, strict=True)
    ]
    sheet = sheets.new("Wash sales", shown)
    sheet.heading("Wash sales: which losses are disallowed, and what replaced them", (about,))
    sheet.column_names()
    for cells in zip(*columns, strict=True):
        sheet.add([_read(name, str(cell or "")) for name, cell in zip(names, cells, strict=True)])
    sheet.finish(about)


def _heading(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _read(name: str, text: str) -> Cell:
    """A text cell of the table as what its column holds."""
    if name in MONEY_NAMES and (cents := scaled(text, len(str(CENTS_PER_DOLLAR)) - 1)) is not None:
        return Amount(cents)
    if name == "quantity" and (units := scaled(text, len(str(SHARE)) - 1)) is not None:
        return Shares(units)
    return Day(text) if DATE.fullmatch(text) else text


def provenance_sheet(sheets: Sheets, filing: Filing, provenance: Mapping[str, str]) -> None:
    """Where the figures come from."""
    sheet = sheets.new("Provenance", PROVENANCE_COLUMNS)
    sheet.heading("Where these figures come from", ())
    sheet.column_names()
    rounding = "whole dollars, every entry" if filing.is_whole_dollars else "dollars and cents"
    facts = {
        "Book": filing.book,
        "Tax year": str(filing.year),
        "Booked as of": filing.as_of.isoformat(),
        "Amounts": rounding,
        **{
            f"Return {forms.tax_return}": PROVISIONAL if forms.is_provisional else "final"
            for forms in filing.returns
        },
        **provenance,
    }
    for what, which in facts.items():
        sheet.add((what, which))
    sheet.finish(f"Tax year {filing.year}", has_filter=False)


def _sale_cells(row: Form4797Row | WashStatementRow | Form8949Row) -> tuple[Cell, ...]:
    return (row.account, row.symbol, Shares(row.quantity), row.sale_id, row.lot_id)
