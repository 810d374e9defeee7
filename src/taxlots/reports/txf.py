"""Form 8949 as a TXF file, version 042, which tax programs on the desktop import.

Tax Exchange Format, version 042 (Intuit, 30 November 2011).  The format was frozen before Form
1099-DA and knows one adjustment, that of a wash sale: what it cannot say is told as a problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from taxlots.domain.money import dollars
from taxlots.domain.problem import Problem, warning
from taxlots.reports.form_cells import amount, is_day, us_day
from taxlots.version import __version__

if TYPE_CHECKING:
    from datetime import date

    from taxlots.domain.form_8949 import Form8949Row

REFERENCES: Final = {"A": 321, "B": 711, "C": 712, "D": 323, "E": 713, "F": 714}
"""The reference number of each check box; boxes G to L have none."""

LINE_END: Final = "\r\n"
WASH: Final = "W"
NOT_IN_AMOUNT: Final = frozenset("CMTW")
"""Codes that need no amount beside that of a wash sale."""


def txf_text(rows: Iterable[Form8949Row], made: date) -> tuple[str, list[Problem]]:
    """The file, with a record for each row, and a problem for what it cannot say.

    ``rows`` are those of one return, with those of lines 1a and 8a; ``made`` is the day in the
    header.  Records have format 5: cost, proceeds, and the loss that a wash sale disallows.  Rows
    of boxes G to L are not in the file.
    """
    lines = ["V042", f"Ataxlots {__version__}", f"D {made.strftime('%m/%d/%Y')}", "^"]
    problems: list[Problem] = []
    for row in rows:
        problems += _unsaid(row)
        if row.box in REFERENCES:
            lines += _record(row)
    return LINE_END.join([*lines, ""]), problems


def _record(row: Form8949Row) -> list[str]:
    return [
        "TD",
        f"N{REFERENCES[row.box]}",
        "C1",
        "L1",
        f"P{row.description}",
        f"D{us_day(row.acquired)}",
        f"D{us_day(row.sold)}",
        f"${amount(row.basis_cents)}",
        f"${amount(row.proceeds_cents)}",
        f"${amount(row.wash_cents) if row.wash_cents else ''}",
        "^",
    ]


def _unsaid(row: Form8949Row) -> Iterator[Problem]:
    where = f"form_8949:{row.sale_id}"
    if row.box not in REFERENCES:
        yield warning(
            where,
            "TXF_NO_BOX",
            f"TXF has no number for box {row.box}: {row.description}, sold {row.sold}, proceeds "
            f"{dollars(row.proceeds_cents)}, is not in the file",
            "enter the sale by hand",
        )
        return
    others = "".join(code for code in row.codes if code not in NOT_IN_AMOUNT)
    if others:
        yield warning(
            where,
            "TXF_NO_CODE",
            f"TXF cannot say code {row.codes} with {dollars(row.adjustment_cents)} in column (g): "
            f"{row.description}, sold {row.sold}, has its columns (d) and (e) there and, of the "
            f"adjustment, {dollars(row.wash_cents)} as wash sale",
            "enter codes and adjustment by hand after the import",
        )
    if row.gain_cents is None:
        yield warning(
            where,
            "TXF_NO_BASIS",
            f"the basis of {row.description}, sold {row.sold}, is unknown: its cost is blank",
            "find the basis, and enter it after the import",
        )
    if not is_day(row.acquired) and row.acquired != "VARIOUS":
        yield warning(
            where,
            "TXF_NO_DAY",
            f"the day of acquisition of {row.description}, sold {row.sold}, is the word "
            f"{row.acquired}, which some programs do not take from TXF",
            "check the row after the import",
        )
