"""Form 8949 as CSV files that TaxAct imports.

Columns are those of TaxAct's support article 882, "Create Your Own Spreadsheet"; a file may have
2,000 rows at most.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from taxlots.domain.money import dollars
from taxlots.domain.problem import Problem, warning
from taxlots.reports.form_cells import amount, us_day
from taxlots.reports.inert import inert

if TYPE_CHECKING:
    from taxlots.domain.form_8949 import Form8949Row

COLUMNS: Final = (
    "Description",
    "Date Acquired",
    "Date Sold",
    "Sales Proceeds",
    "Cost or Other Basis",
    "Wash Sale",
    "Adjustment Code",
    "Adjustment Amount",
    "Reporting Category",
    "Long/Short",
)
MOST_ROWS: Final = 2000
CATEGORIES: Final = frozenset("ABCDEF")


def taxact_texts(
    rows: Sequence[Form8949Row], *, is_whole_dollars: bool = False
) -> tuple[list[str], list[Problem]]:
    """The files in order, each within the limit, and a problem for what they cannot say.

    ``rows`` are those of one return, with those of lines 1a and 8a.  Boxes G to L are no category
    of the import: their rows are in no file.
    """
    known = [row for row in rows if row.box in CATEGORIES]
    starts = range(0, max(len(known), 1), MOST_ROWS)
    texts = [_text(known[at : at + MOST_ROWS], is_whole=is_whole_dollars) for at in starts]
    problems = [_no_category(row) for row in rows if row.box not in CATEGORIES]
    problems += [_no_basis(row) for row in known if row.gain_cents is None]
    if len(texts) > 1:
        problems.append(
            warning(
                "taxact",
                "TAXACT_ROWS",
                f"TaxAct takes {MOST_ROWS} rows at most, and there are {len(known)}: they are in "
                f"{len(texts)} files",
                "import each of them, or file totals with a statement (--exception-2)",
            )
        )
    return texts, problems


def _text(rows: Iterable[Form8949Row], *, is_whole: bool) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row, is_whole=is_whole) for row in rows)
    return file.getvalue()


def _cells(row: Form8949Row, *, is_whole: bool) -> list[str]:
    return [
        inert(row.description),
        us_day(row.acquired).capitalize(),
        us_day(row.sold),
        amount(row.proceeds_cents, is_whole_dollars=is_whole),
        amount(row.basis_cents, is_whole_dollars=is_whole),
        "W" if "W" in row.codes else "",
        row.codes,
        amount(row.adjustment_cents, is_whole_dollars=is_whole) if row.codes else "",
        row.box,
        "Long" if row.is_long else "Short",
    ]


def _no_category(row: Form8949Row) -> Problem:
    return warning(
        f"form_8949:{row.sale_id}",
        "TAXACT_NO_BOX",
        f"TaxAct's import has no category for box {row.box}: {row.description}, sold {row.sold}, "
        f"proceeds {dollars(row.proceeds_cents)}, is not in the file",
        "enter the sale by hand",
    )


def _no_basis(row: Form8949Row) -> Problem:
    return warning(
        f"form_8949:{row.sale_id}",
        "TAXACT_NO_BASIS",
        f"the basis of {row.description}, sold {row.sold}, is unknown: its cost is blank",
        "find the basis, and enter it after the import",
    )
