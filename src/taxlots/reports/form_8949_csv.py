"""The forms of a tax year as a folder of CSV files, each of which a spreadsheet can sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from taxlots.book.form_6781 import TEXTS as TEXTS_OF_6781
from taxlots.book.schedule_d import LINES_OF_BOXES
from taxlots.book.wash_statement import statement_text
from taxlots.domain.money import shares
from taxlots.reports.books_files import problem_table
from taxlots.reports.folders import FAILURE, MANIFEST
from taxlots.reports.form_cells import amount
from taxlots.reports.rows import text_table
from taxlots.version import __version__

if TYPE_CHECKING:
    from taxlots.book.form_4797 import Form4797Row
    from taxlots.book.form_6781 import Form6781
    from taxlots.book.return_forms import Filing, ReturnForms
    from taxlots.book.wash_statement import WashStatementRow
    from taxlots.domain.form_8949 import Form8949Row, ScheduleD
    from taxlots.domain.problem import Problem

ROWS: Final = (
    "tax_return",
    "stands_on",
    "box",
    "line",
    "description",
    "date_acquired",
    "date_sold",
    "proceeds",
    "cost_basis",
    "codes",
    "adjustment",
    "gain",
    "wash_sale_loss_disallowed",
    "account",
    "symbol",
    "quantity",
    "sale_id",
    "lot_id",
    "status",
)
SCHEDULE_D: Final = (
    "tax_return",
    "line",
    "text",
    "proceeds",
    "cost_basis",
    "adjustment",
    "gain",
    "answer",
)
FORM_6781: Final = ("tax_return", "line", "text", "account", "loss", "gain", "amount")
FORM_4797: Final = (
    "tax_return",
    "description",
    "date_acquired",
    "date_sold",
    "proceeds",
    "cost_basis",
    "gain",
    "is_mark",
    "account",
    "symbol",
    "quantity",
    "sale_id",
    "lot_id",
)
STATEMENT: Final = (
    "tax_return",
    "box",
    "description",
    "date_acquired",
    "date_sold",
    "box_1g",
    "wash_sale_loss_disallowed",
    "difference",
    "because",
    "account",
    "symbol",
    "quantity",
    "sale_id",
    "lot_id",
)

LINE_OF_BOX: Final = {box: line for line, boxes in LINES_OF_BOXES.items() for box in boxes}
ON_FORM, ON_SCHEDULE, ON_STATEMENT = "form_8949", "schedule_d", "statement"
EXPIRED: Final = "Expired"

Cells = dict[str, str]


def filing_files(filing: Filing, problems: Iterable[Problem]) -> dict[str, Any]:
    """The files by name: tables, the statement in words, problems, and a manifest.

    A form that no return needs has no file.
    """
    is_whole = filing.is_whole_dollars
    returns = filing.returns
    tables = {
        "form_8949.csv": (ROWS, [c for r in returns for c in row_cells(r, is_whole=is_whole)]),
        "schedule_d.csv": (
            SCHEDULE_D,
            [c for r in returns for c in schedule_d_cells(r.schedule_d, is_whole=is_whole)],
        ),
    }
    futures = [r.form_6781 for r in returns if r.form_6781 is not None]
    if futures:
        cells = [c for form in futures for c in form_6781_cells(form, is_whole=is_whole)]
        tables["form_6781.csv"] = (FORM_6781, cells)
    traded = [_form_4797_cells(row, is_whole=is_whole) for r in returns for row in r.form_4797]
    if traded:
        tables["form_4797.csv"] = (FORM_4797, traded)
    told = [row for r in returns for row in r.wash_statement]
    if told:
        tables["wash_statement.csv"] = (STATEMENT, [_statement_cells(row) for row in told])
    files: dict[str, Any] = {name: text_table(*table) for name, table in tables.items()}
    if told:
        files["wash_statement.txt"] = statement_text(told)
    files[FAILURE] = problem_table(list(problems))
    files[MANIFEST] = manifest_of(filing)
    return files


def manifest_of(filing: Filing) -> dict[str, Any]:
    """What was filled in, and by return the state of the year and the lines of Schedule D."""
    is_whole = filing.is_whole_dollars
    return {
        "book": filing.book,
        "engine_version": __version__,
        "as_of": filing.as_of.isoformat(),
        "year": filing.year,
        "whole_dollars": is_whole,
        "returns": {
            forms.tax_return: {
                "is_provisional": forms.is_provisional,
                "rows": len(forms.rows),
                "straight_rows": sum(row.is_straight for row in forms.rows),
                "unknown_basis": sum(row.gain_cents is None for row in forms.rows),
                "schedule_d": {
                    line.line: amount(line.gain_cents, is_whole_dollars=is_whole)
                    for line in forms.schedule_d.lines
                    if line.gain_cents is not None
                },
            }
            for forms in filing.returns
        },
    }


def row_cells(forms: ReturnForms, *, is_whole: bool) -> Iterator[Cells]:
    """The rows of a return: those that stand on the form, on Schedule D, on the statement."""
    for row in forms.totals:
        yield _row_cells(row, ON_FORM, is_whole=is_whole)
    listed = ON_STATEMENT if forms.totals else ON_FORM
    for row in forms.rows:
        if forms.totals and row.gain_cents is None:
            continue  # A row of unknown basis stands among the totals already.
        yield _row_cells(row, ON_SCHEDULE if row.is_straight else listed, is_whole=is_whole)


def _row_cells(row: Form8949Row, stands_on: str, *, is_whole: bool) -> Cells:
    straight = "8a" if row.is_long else "1a"
    proceeds = amount(row.proceeds_cents, is_whole_dollars=is_whole)
    basis = amount(row.basis_cents, is_whole_dollars=is_whole)
    return {
        "tax_return": row.tax_return,
        "stands_on": stands_on,
        "box": row.box,
        "line": straight if row.is_straight else LINE_OF_BOX[row.box],
        "description": row.description,
        "date_acquired": row.acquired,
        "date_sold": row.sold,
        "proceeds": EXPIRED if row.expired == "d" else proceeds,
        "cost_basis": EXPIRED if row.expired == "e" else basis,
        "codes": row.codes,
        "adjustment": amount(row.adjustment_cents, is_whole_dollars=is_whole),
        "gain": amount(row.gain_cents, is_whole_dollars=is_whole),
        "wash_sale_loss_disallowed": amount(row.wash_cents, is_whole_dollars=is_whole),
        "account": row.account,
        "symbol": row.symbol,
        "quantity": shares(row.quantity) if row.quantity else "",
        "sale_id": row.sale_id,
        "lot_id": row.lot_id,
        "status": row.status,
    }


def schedule_d_cells(form: ScheduleD, *, is_whole: bool) -> Iterator[Cells]:
    """Every line of Schedule D; where the form has no entry the cells are blank."""
    words = {True: "yes", False: "no"}
    for line in form.lines:
        yield {
            "tax_return": form.tax_return,
            "line": line.line,
            "text": line.text,
            "proceeds": amount(line.proceeds_cents, is_whole_dollars=is_whole),
            "cost_basis": amount(line.basis_cents, is_whole_dollars=is_whole),
            "adjustment": amount(line.adjustment_cents, is_whole_dollars=is_whole),
            "gain": amount(line.gain_cents, is_whole_dollars=is_whole),
            "answer": words[form.answers[line.line]] if line.line in form.answers else "",
        }


def form_6781_cells(form: Form6781, *, is_whole: bool) -> Iterator[Cells]:
    """Part I: an account a row on line 1, then lines 2 to 9."""
    blank = dict.fromkeys(FORM_6781, "") | {"tax_return": form.tax_return}
    for row in form.rows:
        yield blank | {
            "line": "1",
            "text": TEXTS_OF_6781["1"],
            "account": row.account,
            "loss": amount(row.loss_cents, is_whole_dollars=is_whole),
            "gain": amount(row.gain_cents, is_whole_dollars=is_whole),
        }
    yield blank | {
        "line": "2",
        "text": TEXTS_OF_6781["2"],
        "loss": amount(form.lines["2b"], is_whole_dollars=is_whole),
        "gain": amount(form.lines["2c"], is_whole_dollars=is_whole),
    }
    for line in "3456789":
        cents = amount(form.lines[line], is_whole_dollars=is_whole)
        yield blank | {"line": line, "text": TEXTS_OF_6781[line], "amount": cents}


def _form_4797_cells(row: Form4797Row, *, is_whole: bool) -> Cells:
    return {
        "tax_return": row.tax_return,
        "description": row.description,
        "date_acquired": row.acquired,
        "date_sold": row.sold,
        "proceeds": amount(row.proceeds_cents, is_whole_dollars=is_whole),
        "cost_basis": amount(row.basis_cents, is_whole_dollars=is_whole),
        "gain": amount(row.gain_cents, is_whole_dollars=is_whole),
        "is_mark": "true" if row.is_mark else "false",
        "account": row.account,
        "symbol": row.symbol,
        "quantity": shares(row.quantity),
        "sale_id": row.sale_id,
        "lot_id": row.lot_id,
    }


def _statement_cells(row: WashStatementRow) -> Cells:
    return {
        "tax_return": row.tax_return,
        "box": row.box,
        "description": row.description,
        "date_acquired": row.acquired,
        "date_sold": row.sold,
        "box_1g": amount(row.reported_cents),
        "wash_sale_loss_disallowed": amount(row.disallowed_cents),
        "difference": amount(row.difference_cents),
        "because": row.because,
        "account": row.account,
        "symbol": row.symbol,
        "quantity": shares(row.quantity),
        "sale_id": row.sale_id,
        "lot_id": row.lot_id,
    }
