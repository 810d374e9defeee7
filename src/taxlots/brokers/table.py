"""Rows of a comma-separated file, each with the line on which it starts and its own text."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

from taxlots.brokers.findings import AGAIN, Findings, quoted

_CELLS_OF_A_ROW: Final = 5
Variants = Mapping[str, Sequence[str]]
"""Our name of each column, and the names that it has had in the custodian's files."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it stands: ``cells`` in order, ``raw`` without its line end."""

    number: int
    cells: list[str]
    raw: str

    @property
    def is_blank(self) -> bool:
        """Whether no cell says anything."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Record:
    """One data row: stripped cells by column name."""

    line: int
    cells: dict[str, str]
    raw: str


def split_lines(text: str, findings: Findings) -> list[Line]:
    """Every row that is not blank.  Reading stops at broken quoting, which is an error."""
    consumed: list[str] = []

    def physical() -> Iterator[str]:
        for line in StringIO(text, newline=""):
            consumed.append(line)
            yield line

    lines: list[Line] = []
    reader = csv.reader(physical(), strict=True)
    start = 0
    try:
        for cells in reader:
            raw = "".join(consumed[start:]).rstrip("\r\n")
            line = Line(start + 1, cells, raw)
            start = len(consumed)
            if not line.is_blank:
                lines.append(line)
    except csv.Error as broken:
        findings.error(
            start + 1,
            "",
            "BAD_CSV",
            f"The row cannot be split into cells ({broken}): the file is cut off or was edited.",
            AGAIN,
        )
    return lines


def column_names(line: Line) -> list[str]:
    """The names in a header row, without spaces around and inside reduced to one."""
    return [" ".join(cell.split()) for cell in line.cells]


def check_above(lines: Sequence[Line], findings: Findings) -> None:
    """A row of the table above its header would be lost, so it is an error.

    What rightly stands there, titles and labels, has few cells that say anything.
    """
    for line in lines:
        if sum(1 for cell in line.cells if cell.strip()) >= _CELLS_OF_A_ROW:
            findings.error(
                line.number,
                "",
                "BAD_ROW",
                f"A row stands above the header: {quoted(line.raw)}.",
                AGAIN,
            )


def check_header(
    names: Sequence[str], required: Sequence[str], line: int, findings: Findings
) -> bool:
    """Whether each required column is there exactly once."""
    fine = True
    for name in required:
        if names.count(name) != 1:
            fine = False
            what = "twice in" if name in names else "missing from"
            findings.error(
                line,
                name,
                "DUPLICATE_COLUMN" if name in names else "MISSING_COLUMN",
                f"The column '{name}' is {what} the header.",
                "Download the file again with all columns and import it as it is.",
            )
    return fine


def has_columns(
    names: Sequence[str],
    variants: Variants,
    needed: Sequence[str],
    line: int,
    findings: Findings,
) -> bool:
    """Whether each needed column is there, and none of ours twice, under whatever names."""
    fine = True
    for name, known in variants.items():
        if sum(names.count(told) for told in known) > 1:
            fine = False
            findings.error(
                line,
                name,
                "DUPLICATE_COLUMN",
                f"The column {' or '.join(quoted(told) for told in known)} is twice in the header.",
                "Download the file again with all columns and import it as it is.",
            )
    for name in needed:
        if not any(variant in names for variant in variants[name]):
            fine = False
            known = " or ".join(quoted(variant) for variant in variants[name])
            findings.error(
                line,
                name,
                "MISSING_COLUMN",
                f"The column {known} is missing from the header.",
                AGAIN,
            )
    return fine


def renamed(cells: Mapping[str, str], variants: Variants) -> dict[str, str]:
    """A row's cells under our names; blank where the file has no such column."""
    return {
        name: next((cells[told] for told in known if told in cells), "")
        for name, known in variants.items()
    }


def to_records(lines: Sequence[Line], names: Sequence[str], findings: Findings) -> list[Record]:
    """Rows under a header; those with too few or too many cells are errors."""
    width = max((at for at, name in enumerate(names) if name), default=-1) + 1
    records = []
    for line in lines:
        cells = [cell.strip() for cell in line.cells]
        if len(cells) < width or any(cells[width:]):
            fault = "cut off" if len(cells) < width else "shifted, or a comma is not quoted"
            findings.error(
                line.number,
                "",
                "BAD_ROW",
                f"The row has {len(cells)} cells, the header {width}: it is {fault}."
                f" It starts with {quoted(line.raw)}.",
                AGAIN,
            )
            continue
        named = {name: cell for name, cell in zip(names, cells, strict=False) if name}
        records.append(Record(line.number, named, line.raw))
    return records
