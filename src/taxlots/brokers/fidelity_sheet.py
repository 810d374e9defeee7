"""What kind of file Fidelity's export is, and its table between blank rows and legal text."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.brokers.fidelity_cells import run_day
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.protocol import FileKind
from taxlots.brokers.table import (
    Line,
    Record,
    Variants,
    check_above,
    column_names,
    has_columns,
    renamed,
    split_lines,
    to_records,
)

HISTORY_COLUMNS: Final[Variants] = {
    "Run Date": ("Run Date",),
    "Account": ("Account",),
    "Account Number": ("Account Number",),
    "Action": ("Action",),
    "Symbol": ("Symbol",),
    "Description": ("Description", "Security Description"),
    "Type": ("Type", "Security Type"),
    "Quantity": ("Quantity",),
    "Price": ("Price ($)", "Price"),
    "Commission": ("Commission ($)", "Commission"),
    "Fees": ("Fees ($)", "Fees"),
    "Accrued Interest": ("Accrued Interest ($)", "Accrued Interest"),
    "Amount": ("Amount ($)", "Amount"),
    "Currency": ("Currency",),
}
"""Our name of a column and the names that it has had."""

CLOSED_COLUMNS: Final[Variants] = {
    "Symbol": ("Symbol(CUSIP)", "Symbol"),
    "Description": ("Security Description", "Description"),
    "Quantity": ("Quantity",),
    "Date Acquired": ("Date Acquired",),
    "Date Sold": ("Date Sold",),
    "Proceeds": ("Proceeds",),
    "Cost Basis": ("Cost Basis",),
    "Short Term": ("Short Term Gain/Loss",),
    "Long Term": ("Long Term Gain/Loss",),
}
"""Our name of a column and the names that it has had."""

_NEEDED: Final = {
    FileKind.TRANSACTIONS: ("Run Date", "Action", "Symbol", "Quantity", "Price", "Amount"),
    FileKind.REALIZED_LOTS: (
        *("Symbol", "Quantity", "Date Acquired", "Date Sold", "Proceeds", "Cost Basis"),
        *("Short Term", "Long Term"),
    ),
}
_COLUMNS: Final = {
    FileKind.TRANSACTIONS: HISTORY_COLUMNS,
    FileKind.REALIZED_LOTS: CLOSED_COLUMNS,
}
_MARKS: Final = {
    FileKind.TRANSACTIONS: frozenset({"Run Date", "Action", "Symbol"}),
    FileKind.REALIZED_LOTS: frozenset(
        {"Symbol(CUSIP)", "Date Acquired", "Date Sold", "Short Term Gain/Loss"}
    ),
}
_ENOUGH: Final = {FileKind.TRANSACTIONS: 2, FileKind.REALIZED_LOTS: 3}
"""A header row bears at least so many of its kind's marks."""
_PREAMBLE_LINES: Final = 20
_CELLS_OF_A_ROW: Final = 6
"""The legal text has one cell a line; what has so many is no legal text."""
_DOWNLOADED = re.compile(r"date downloaded\s+(\S+)", re.IGNORECASE)
_FOOTER = re.compile(
    r"the data and information in this spreadsheet|brokerage services are provided"
    r"|date downloaded\b",
    re.IGNORECASE,
)
_POSITIONS: Final = frozenset({"Last Price", "Current Value", "Cost Basis Total"})
_WHAT_TO_EXPORT: Final = (
    "Download the account's history (Activity & Orders) or its closed positions as CSV."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table of one export, under our column names; ``total`` is a row of totals."""

    kind: FileKind
    records: list[Record]
    header_line: int
    as_of: date | None
    is_complete: bool
    total: Record | None = None


def looks_like_fidelity(head: str) -> bool:
    """Whether the first characters of a file are those of an export of Fidelity's."""
    lines = [line for line in head.lstrip("\ufeff").splitlines() if line.strip(", \t\r")]
    rows = (
        {" ".join(cell.split()) for cell in line.replace('"', "").split(",")}
        for line in lines[:_PREAMBLE_LINES]
    )
    return any(row >= marks for row in rows for marks in _MARKS.values())


def read_sheet(text: str, findings: Findings) -> Sheet | None:
    """The table of an export; None, with errors noted, when there is none to read."""
    lines = split_lines(text.removeprefix("\ufeff"), findings)
    if not lines:
        if not findings.has_errors:
            findings.error(1, "", "EMPTY_FILE", "The file is empty.", AGAIN)
        return None
    found = _header(lines)
    if found is None:
        _note_unknown(lines, findings)
        return None
    at, kind = found
    header = lines[at]
    check_above(lines[:at], findings)
    names = column_names(header)
    if not has_columns(names, _COLUMNS[kind], _NEEDED[kind], header.number, findings):
        return None
    body, footer = _divided(lines[at + 1 :])
    _check_footer(footer, findings)
    total = next((line for line in body if line.cells[0].strip().lower() == "total"), None)
    rows = [line for line in body if line is not total]
    return Sheet(
        kind=kind,
        records=[_renamed(record, kind) for record in to_records(rows, names, findings)],
        header_line=header.number,
        as_of=_day_of_download(footer, findings),
        is_complete=bool(footer),
        total=_total(total, names, kind),
    )


def _header(lines: list[Line]) -> tuple[int, FileKind] | None:
    for at, line in enumerate(lines[:_PREAMBLE_LINES]):
        names = set(column_names(line))
        for kind, marks in _MARKS.items():
            if len(names & marks) >= _ENOUGH[kind]:
                return at, kind
    return None


def _renamed(record: Record, kind: FileKind) -> Record:
    return Record(record.line, renamed(record.cells, _COLUMNS[kind]), record.raw)


def _total(line: Line | None, names: list[str], kind: FileKind) -> Record | None:
    if line is None:
        return None
    padded = [*line.cells, *[""] * len(names)]
    cells = {name: cell.strip() for name, cell in zip(names, padded, strict=False) if name}
    return _renamed(Record(line.number, cells, line.raw), kind)


def _divided(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """The rows of the table, and what follows from the first line of legal text on."""
    for at, line in enumerate(lines):
        if _FOOTER.match(line.cells[0].strip()):
            return lines[:at], lines[at:]
    return lines, []


def _check_footer(footer: list[Line], findings: Findings) -> None:
    """A row of the table below the legal text would be lost, so it is an error."""
    for line in footer:
        told = sum(1 for cell in line.cells if cell.strip())
        if run_day(line.cells[0]) is not None or told >= _CELLS_OF_A_ROW:
            findings.error(
                line.number,
                "",
                "BAD_ROW",
                f"A row stands below the end of the table: {quoted(line.raw)}.",
                AGAIN,
            )


def _day_of_download(footer: list[Line], findings: Findings) -> date | None:
    for line in footer:
        found = _DOWNLOADED.match(line.cells[0].strip())
        if found:
            day = run_day(found[1])
            if day is None:
                findings.error(
                    line.number,
                    "",
                    "BAD_AS_OF",
                    f"{quoted(line.cells[0])} tells no day as of which the file was made.",
                    AGAIN,
                )
            return day
    return None


def _note_unknown(lines: list[Line], findings: Findings) -> None:
    first = lines[0]
    if any(len(set(column_names(line)) & _POSITIONS) > 1 for line in lines[:_PREAMBLE_LINES]):
        message = "This is a list of positions, which does not tell trades and lots."
        findings.error(first.number, "", "WRONG_EXPORT", message, _WHAT_TO_EXPORT)
        return
    findings.error(
        first.number,
        "",
        "UNKNOWN_FORMAT",
        f"No header row of a Fidelity export was found. It starts with {quoted(first.raw)}.",
        _WHAT_TO_EXPORT,
    )
