"""What kind of file E*TRADE's export is, and its table between titles and legal text."""

import re
from dataclasses import dataclass
from typing import Final

from taxlots.brokers.findings import AGAIN, Findings
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
from taxlots.brokers.text import masked

HISTORY_COLUMNS: Final[Variants] = {
    "Date": ("Activity/Trade Date", "TransactionDate"),
    "Action": ("Activity Type", "TransactionType", "Transaction Type"),
    "Security Type": ("SecurityType", "Security Type"),
    "Description": ("Description",),
    "Symbol": ("Symbol",),
    "Cusip": ("Cusip", "CUSIP"),
    "Quantity": ("Quantity #", "Quantity"),
    "Price": ("Price $", "Price"),
    "Amount": ("Amount $", "Amount"),
    "Commission": ("Commission",),
    "Fees": ("Fees", "Fee"),
}
"""Our name of a column and the names that it has had."""

GAINS_COLUMNS: Final[Variants] = {
    "Record Type": ("Record Type",),
    "Symbol": ("Symbol",),
    "Plan Type": ("Plan Type",),
    "Quantity": ("Quantity", "Qty.", "Qty"),
    "Date Acquired": ("Date Acquired",),
    "Wash Date Acquired": ("Date Acquired (Wash Sale Toggle = On)",),
    "Acquisition Cost": ("Acquisition Cost",),
    "Ordinary Income": ("Ordinary Income Recognized",),
    "Adjusted Cost Basis": ("Adjusted Cost Basis",),
    "Date Sold": ("Date Sold",),
    "Total Proceeds": ("Total Proceeds",),
    "Deferred Loss": ("Deferred Loss",),
    "Adjusted Gain": ("Adjusted Gain/Loss",),
    "Term": ("Capital Gains Status", "Term"),
    "Wash Term": ("Wash Sale Adjusted Capital Gains Status",),
    "Wash Adjustment": ("Total Wash Sale Adjustment Amount",),
    "Wash Cost Basis": ("Total Wash Sale Adjusted Cost Basis",),
    "Wash Gain": ("Total Wash Sale Adjusted Gain/Loss",),
    "Covered Status": ("Covered Status",),
    "Disposition Type": ("Disposition Type",),
    "Type": ("Type",),
    "Grant Number": ("Grant Number",),
    "83(b) Election": ("83(b) Election",),
    "Order Number": ("Order Number",),
}
"""Our name of a column and the names that it has had."""

_COLUMNS: Final = {
    FileKind.TRANSACTIONS: HISTORY_COLUMNS,
    FileKind.REALIZED_LOTS: GAINS_COLUMNS,
}
_NEEDED: Final = {
    FileKind.TRANSACTIONS: (
        *("Date", "Action", "Description", "Symbol", "Quantity", "Price", "Amount", "Commission"),
    ),
    FileKind.REALIZED_LOTS: (
        *("Record Type", "Symbol", "Quantity", "Date Acquired", "Adjusted Cost Basis"),
        *("Date Sold", "Total Proceeds", "Adjusted Gain"),
    ),
}
_MARKS: Final = (
    (FileKind.REALIZED_LOTS, frozenset({"Record Type", "Plan Type", "Date Sold"})),
    (FileKind.REALIZED_LOTS, frozenset({"Record Type", "Total Proceeds", "Adjusted Cost Basis"})),
    (FileKind.TRANSACTIONS, frozenset({"TransactionDate", "TransactionType", "SecurityType"})),
    (FileKind.TRANSACTIONS, frozenset({"Activity/Trade Date", "Activity Type"})),
    (FileKind.TRANSACTIONS, frozenset({"Activity Type", "Quantity #"})),
)
_PREAMBLE_LINES: Final = 20
_ACCOUNT = re.compile(
    r"for account:?\s*,?\s*(?P<old>[#\dX*.-]{4,})"
    r"|account activity for (?P<new>.+?) from (?!.* from )",
    re.IGNORECASE,
)
_TOTAL: Final = "total:"
_LEGAL_TEXT = re.compile(r"[A-Za-z(*©]\S*(?:\s+\S+){2}")
_BENEFITS: Final = frozenset({"Event Type", "Qty. or Amount", "Sellable Qty.", "Purchased Qty."})
_WHAT_TO_EXPORT: Final = (
    "Export the account's transactions, or Gains & Losses (expanded) saved as 'CSV UTF-8'."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table of one export under our column names, and what stands around it."""

    kind: FileKind
    records: list[Record]
    header_line: int
    account: str = ""
    total: Record | None = None


def looks_like_etrade(head: str) -> bool:
    """Whether the first characters of a file are those of an export of E*TRADE's."""
    rows = (
        {" ".join(cell.split()) for cell in line.replace('"', "").split(",")}
        for line in head.lstrip("\ufeff").splitlines()[:_PREAMBLE_LINES]
    )
    return any(row >= marks for row in rows for _, marks in _MARKS)


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
    rows = lines[at + 1 :]
    body = _without_footer(rows) if kind is FileKind.TRANSACTIONS else rows
    records = [
        Record(record.line, renamed(record.cells, _COLUMNS[kind]), record.raw)
        for record in to_records(body, names, findings)
    ]
    return Sheet(
        kind=kind,
        records=records,
        header_line=header.number,
        account=masked(_account(lines[:at])),
        total=_total(lines[:at]),
    )


def _header(lines: list[Line]) -> tuple[int, FileKind] | None:
    for at, line in enumerate(lines[:_PREAMBLE_LINES]):
        names = set(column_names(line))
        for kind, marks in _MARKS:
            if names >= marks:
                return at, kind
    return None


def _without_footer(lines: list[Line]) -> list[Line]:
    """The rows of a history: each starts with a date, the legal text under them with words."""
    end = len(lines)
    while end and _LEGAL_TEXT.match(lines[end - 1].cells[0].strip()):
        end -= 1
    return lines[:end]


def _account(preamble: list[Line]) -> str:
    for line in preamble:
        found = _ACCOUNT.search(",".join(line.cells))
        if found:
            return " ".join((found["old"] or found["new"]).split())
    return ""


def _total(preamble: list[Line]) -> Record | None:
    for line in preamble:
        if line.cells[0].strip().lower() == _TOTAL and len(line.cells) > 1:
            return Record(line.number, {"Amount": line.cells[1].strip()}, line.raw)
    return None


def _note_unknown(lines: list[Line], findings: Findings) -> None:
    names = {name for line in lines[:_PREAMBLE_LINES] for name in column_names(line)}
    is_benefits = bool(names & _BENEFITS)
    findings.error(
        lines[0].number,
        "",
        "WRONG_EXPORT" if is_benefits else "UNKNOWN_FORMAT",
        "This is a stock plan's benefit history, which does not tell sales."
        if is_benefits
        else "No header of an E*TRADE export was found in the first lines.",
        _WHAT_TO_EXPORT,
    )
