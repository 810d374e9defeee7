"""Schedule D as a workbook sheet whose lines are formulas over the sheets that they total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from taxlots.book.schedule_d import LINES_OF_BOXES
from taxlots.domain.form_8949 import ScheduleD, ScheduleDLine
from taxlots.reports.xlsx_sheet import Amount, Cell, Column, Sheet

SCHEDULE_COLUMNS: Final = (
    Column("Line", 6),
    Column("What it says", 66),
    Column("(d) Proceeds", 18, is_right=True),
    Column("(e) Cost or other basis", 18, is_right=True),
    Column("(g) Adjustment", 18, is_right=True),
    Column("(h) Gain or (loss)", 18, is_right=True),
    Column("Answer", 8),
)

TotalCells = Mapping[str, str]
"""The cells with the totals of a sheet, by column of Form 8949: ``D``, ``E``, ``G``, ``H``."""

Totals = dict[str, TotalCells]
"""Cells with totals by box of Form 8949, and by the line of Schedule D that takes them alone."""

SUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "7": ("1a", "1b", "2", "3", "4", "5", "6"),
    "15": ("8a", "8b", "9", "10", "11", "12", "13", "14"),
    "16": ("7", "15"),
}
"""Lines that combine others."""


def schedule_d_sheet(sheet: Sheet, about: str, schedule: ScheduleD, totals: Totals) -> None:
    """Fill in the sheet; ``totals`` say where what its lines take stands in the workbook."""
    sheet.heading("Schedule D, capital gains and losses", (about,))
    sheet.column_names()
    first = sheet.row + 1
    numbers = {line.line: first + at for at, line in enumerate(schedule.lines)}
    for line in schedule.lines:
        answer = schedule.answers.get(line.line)
        said = "" if answer is None else "Yes" if answer else "No"
        cells = (line.line, line.text, *_amounts(line, numbers, totals), said)
        sheet.add(cells, is_strong=line.line in SUMS)
    sheet.finish(about, has_filter=False)


def _amounts(line: ScheduleDLine, numbers: Mapping[str, int], totals: Totals) -> Iterable[Cell]:
    columns = {
        "D": line.proceeds_cents,
        "E": line.basis_cents,
        "G": line.adjustment_cents,
        "H": line.gain_cents,
    }
    for column, cents in columns.items():
        if cents is None:
            yield None
        elif line.line in SUMS:
            cells = [f"F{numbers[one]}" for one in SUMS[line.line]]
            yield Amount(cents, f"=SUM({','.join(cells)})")
        else:
            keys = (line.line, *LINES_OF_BOXES.get(line.line, ""))
            cells = [totals[key][column] for key in keys if key in totals]
            yield Amount(cents, f"={'+'.join(cells)}" if cells else "")
