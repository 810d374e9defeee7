"""A workbook sheet that is written from top to bottom: heading, column names, rows, print set-up.

Numbers are numbers and days are days, so that a spreadsheet can reckon with them; text is never
taken for a formula.  Every formula stands with the value that it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE
from taxlots.domain.problem import UsageError
from taxlots.reports.printable import printable

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

EPOCH: Final = date(1899, 12, 30).toordinal()
"""Day 0 of spreadsheets, for every day from 1 March 1900."""

MOST_ROWS: Final = 1_048_576
LONGEST_TEXT: Final = 32_767
LETTER: Final = 1
LANDSCAPE_MARGINS: Final = {"left": 0.4, "right": 0.4, "top": 0.7, "bottom": 0.6}

Cell = Any
"""Text, an ``Amount``, a ``Shares``, a ``Day`` or None."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Cents, and the formula that makes them where there is one."""

    cents: int
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Shares:
    """A quantity in units of 1e-8."""

    units: int


@dataclass(frozen=True, slots=True)
class Day:
    """An ISO date; or the words that stand for one, which stay text."""

    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """The name and the width, in characters, of a column, and the side on which it stands."""

    name: str
    width: int
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one workbook."""

    title: Format
    remark: Format
    name: Format
    right_name: Format
    text: Format
    money: Format
    total: Format
    total_money: Format
    shares: Format
    day: Format


def formats(workbook: Workbook, *, is_whole_dollars: bool) -> Formats:
    """The formats; losses stand in parentheses, as on the forms."""
    digits = "#,##0" if is_whole_dollars else "#,##0.00"
    money = f"{digits}_);({digits})"
    head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E9EDF1"}
    total = {"bold": True, "bottom": 1}
    return Formats(
        title=workbook.add_format({"bold": True, "font_size": 14}),
        remark=workbook.add_format({"font_color": "#555555"}),
        name=workbook.add_format(head),
        right_name=workbook.add_format({**head, "align": "right"}),
        text=workbook.add_format({"valign": "top"}),
        money=workbook.add_format({"num_format": money}),
        total=workbook.add_format(total),
        total_money=workbook.add_format({**total, "num_format": money}),
        shares=workbook.add_format({"num_format": "#,##0.########"}),
        day=workbook.add_format({"num_format": "mm/dd/yyyy", "align": "right"}),
    )


class Sheet:
    """One sheet, while it is being written; rows count from 0, as the library has it."""

    def __init__(
        self, workbook: Workbook, name: str, columns: Sequence[Column], styles: Formats
    ) -> None:
        self.name = name
        self.columns = columns
        self.styles = styles
        self.sheet = workbook.add_worksheet(name)
        self.row = 0
        self.head = 0
        for at, column in enumerate(columns):
            self.sheet.set_column(at, at, column.width)

    def heading(self, title: str, remarks: Iterable[str]) -> None:
        """The title, and lines below it that say what the sheet is about."""
        self._text(0, title, self.styles.title)
        self.row += 1
        for remark in remarks:
            self._text(0, remark, self.styles.remark)
            self.row += 1

    def totals(self, cells: Sequence[Cell]) -> None:
        """The line of totals, which stands above the column names so that it stays in view."""
        for at, cell in enumerate(cells):
            if isinstance(cell, Amount):
                self._amount(at, cell, self.styles.total_money)
            else:
                self._text(at, cell or "", self.styles.total)
        self.row += 1

    def column_names(self) -> None:
        """The names of the columns; they stay in view and are printed on every page."""
        for at, column in enumerate(self.columns):
            style = self.styles.right_name if column.is_right else self.styles.name
            self._text(at, column.name, style)
        self.head = self.row
        self.row += 1
        self.sheet.freeze_panes(self.row, 0)

    def cell(self, column: str, number: int) -> str:
        """How a formula on another sheet names a cell; ``number`` counts from 1."""
        return f"'{self.name}'!{column}{number}"

    def add(self, cells: Sequence[Cell], *, is_strong: bool = False) -> None:
        """A row of cells.  Raises UsageError where a sheet can hold no more."""
        if self.row >= MOST_ROWS:
            raise UsageError(
                f"a workbook sheet holds {MOST_ROWS:,} rows, {self.name} needs more; use --format "
                "csv, which has no such limit"
            )
        text, money = self.styles.text, self.styles.money
        if is_strong:
            text, money = self.styles.total, self.styles.total_money
        for at, cell in enumerate(cells):
            if isinstance(cell, str):
                if cell:
                    self._text(at, cell, text)
            elif isinstance(cell, Amount):
                self._amount(at, cell, money)
            elif isinstance(cell, Day):
                self._day(at, cell)
            elif isinstance(cell, Shares):
                self.sheet.write_number(self.row, at, cell.units / SHARE, self.styles.shares)
        self.row += 1

    def finish(self, footer: str, *, has_filter: bool = True, printed: int | None = None) -> None:
        """Filters on the columns, and how the sheet is printed: ``printed`` columns, or all."""
        last = len(self.columns) - 1
        if has_filter and self.row > self.head + 1:
            self.sheet.autofilter(self.head, 0, self.row - 1, last)
        self.sheet.set_landscape()
        self.sheet.set_paper(LETTER)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(self.head)
        if printed is not None:
            self.sheet.print_area(0, 0, self.row - 1, printed - 1)
        self.sheet.set_margins(**LANDSCAPE_MARGINS)
        name = f"{printable(footer)}, {self.name}".replace("&", "&&")
        self.sheet.set_footer(f"&L{name[:200]}&RPage &P of &N")

    def _text(self, column: int, text: str, style: Format) -> None:
        self.sheet.write_string(self.row, column, printable(text)[:LONGEST_TEXT], style)

    def _amount(self, column: int, amount: Amount, style: Format) -> None:
        value = amount.cents / CENTS_PER_DOLLAR
        if amount.formula:
            self.sheet.write_formula(self.row, column, amount.formula, style, value)
        else:
            self.sheet.write_number(self.row, column, value, style)

    def _day(self, column: int, day: Day) -> None:
        try:
            number = date.fromisoformat(day.text).toordinal() - EPOCH
        except ValueError:
            if day.text:
                self._text(column, day.text, self.styles.day)
        else:
            self.sheet.write_number(self.row, column, number, self.styles.day)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of one workbook; ``prefix`` tells those of a return apart from others'."""

    workbook: Workbook
    styles: Formats
    prefix: str = ""

    def new(self, name: str, columns: Sequence[Column]) -> Sheet:
        """A sheet behind those that there are."""
        free = sheet_name(name, self.prefix, self.workbook.sheetnames)
        return Sheet(self.workbook, free, columns, self.styles)


def sheet_name(text: str, prefix: str, taken: Mapping[str, Any]) -> str:
    """A name that a sheet can bear: short, without marks of its own meaning, and not taken yet.

    ``prefix`` tells returns apart where there are several.
    """
    longest = 31
    allowed = "".join("-" if c in "[]:*?/\\'" else c for c in printable(prefix))
    known = {name.lower() for name in taken}
    for number in range(1, len(taken) + 2):
        tail = text if number == 1 else f"{text} ({number})"
        head = allowed[: longest - len(tail) - 1].strip()
        name = f"{head} {tail}" if head else tail
        if name.lower() not in known:
            return name
    raise AssertionError("one of more names than are taken is free")
