"""Which of Vanguard's files this is, and the tables that it holds one below the other."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Final

from taxlots.brokers.cells import us_day
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


class _Part(Enum):
    """The tables that stand in a file of Vanguard's."""

    HOLDINGS = auto()
    TRANSACTIONS = auto()
    REALIZED = auto()
    OPEN = auto()
    OTHER = auto()
    """Retirement plans and mutual fund accounts of the old kind."""


_COLUMNS: Final[dict[_Part, Variants]] = {
    _Part.HOLDINGS: {
        "Account Number": ("Account Number",),
        "Investment Name": ("Investment Name",),
        "Shares": ("Shares",),
        "Total Value": ("Total Value",),
    },
    _Part.TRANSACTIONS: {
        "Account Number": ("Account Number",),
        "Trade Date": ("Trade Date",),
        "Transaction Type": ("Transaction Type",),
        "Transaction Description": ("Transaction Description",),
        "Investment Name": ("Investment Name",),
        "Symbol": ("Symbol",),
        "Shares": ("Shares",),
        "Share Price": ("Share Price",),
        "Principal Amount": ("Principal Amount",),
        "Commission": ("Commission Fees", "Commissions and Fees", "Commission", "Commissions"),
        "Fees": ("Fees",),
        "Net Amount": ("Net Amount",),
        "Accrued Interest": ("Accrued Interest",),
    },
    _Part.REALIZED: {
        "Account Number": ("Account Number",),
        "Investment Name": ("Investment Name",),
        "Symbol": ("Symbol",),
        "Date Acquired": ("Date Acquired",),
        "Date Sold": ("Date Sold",),
        "Shares": ("Shares",),
        "Proceeds": ("Proceeds",),
        "Cost Basis": ("Cost Basis",),
        "Term": ("Term",),
    },
    _Part.OPEN: {
        "Account Number": ("Account", "Account Number"),
        "Investment Name": ("Description", "Investment Name"),
        "Symbol": ("Symbol/CUSIP", "Symbol"),
        "Date Acquired": ("Date acquired", "Date Acquired", "Acquired date", "Acquisition date"),
        "Shares": ("Quantity", "Shares"),
        "Total Cost": ("Total cost", "Total Cost"),
        "Position Type": ("Position type",),
        "Term": ("Term",),
    },
}
"""By table: our name of a column and the names that it has had."""

_NEEDED: Final = {
    _Part.HOLDINGS: ("Account Number", "Shares"),
    _Part.TRANSACTIONS: (
        *("Account Number", "Trade Date", "Transaction Type", "Investment Name", "Symbol"),
        *("Shares", "Share Price", "Net Amount"),
    ),
    _Part.REALIZED: (
        *("Account Number", "Symbol", "Date Acquired", "Date Sold", "Shares", "Proceeds"),
        "Cost Basis",
    ),
    _Part.OPEN: ("Account Number", "Symbol", "Shares", "Total Cost"),
}
_MARKS: Final[tuple[tuple[_Part, frozenset[str]], ...]] = (
    (_Part.OTHER, frozenset({"Trade Date", "Transaction Activity"})),
    (_Part.OTHER, frozenset({"Trade Date", "Process Date"})),
    (_Part.OTHER, frozenset({"Plan Number", "Plan Name"})),
    (_Part.OTHER, frozenset({"Fund Account Number", "Fund Name"})),
    (_Part.TRANSACTIONS, frozenset({"Trade Date", "Transaction Type", "Transaction Description"})),
    (_Part.REALIZED, frozenset({"Investment Name", "Date Acquired", "Date Sold"})),
    (_Part.OPEN, frozenset({"Investment Name", "Date Acquired", "Total Cost"})),
    (_Part.OPEN, frozenset({"Account", "Symbol/CUSIP", "Total cost"})),
    (_Part.HOLDINGS, frozenset({"Investment Name", "Share Price", "Total Value"})),
)
"""What tells the header of each table, the first that fits; one name may be missing."""

_KINDS: Final = {
    _Part.TRANSACTIONS: FileKind.TRANSACTIONS,
    _Part.REALIZED: FileKind.REALIZED_LOTS,
    _Part.OPEN: FileKind.OPEN_LOTS,
}
_PREAMBLE_LINES: Final = 12
_AS_OF = re.compile(r"\bas of (\d{1,2}/\d{1,2}/\d{4})", re.ASCII | re.IGNORECASE)
_WHAT_TO_EXPORT: Final = (
    "Download the account's transactions, realized gains or cost basis as a CSV file."
)


@dataclass(slots=True)
class _Table:
    part: _Part
    header: Line
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The main table of a file under our column names; ``held_accounts`` are in its holdings.

    ``as_of`` is told by cost basis files alone.
    """

    kind: FileKind
    records: list[Record]
    header_line: int
    as_of: date | None
    held_accounts: tuple[str, ...]


def looks_like_vanguard(head: str) -> bool:
    """Whether the first characters of a file are those of an export of Vanguard's."""
    lines = [line for line in head.lstrip("\ufeff").splitlines() if line.strip(", \t\r")]
    rows = [
        {" ".join(cell.split()) for cell in line.replace('"', "").split(",")}
        for line in lines[:_PREAMBLE_LINES]
    ]
    known = (marks for part, marks in _MARKS if part is not _Part.OTHER)
    return any(row >= marks for marks in known for row in rows)


def read_sheet(text: str, findings: Findings) -> Sheet | None:
    """The tables of an export; None, with errors noted, when there is none to read."""
    lines = split_lines(text.removeprefix("\ufeff"), findings)
    if not lines:
        if not findings.has_errors:
            findings.error(1, "", "EMPTY_FILE", "The file is empty.", AGAIN)
        return None
    tables = _tables(lines)
    main = [table for table in tables if table.part in _KINDS]
    if not main or lines.index(tables[0].header) > _PREAMBLE_LINES:
        _note_unknown(lines[0], tables, findings)
        return None
    parts = {table.part for table in main}
    if len(parts) > 1:
        second = next(table for table in main if table.part is not main[0].part)
        findings.error(
            second.header.number,
            "",
            "WRONG_EXPORT",
            "A second kind of table starts here: one file must hold one export.",
            AGAIN,
        )
        return None
    above = lines[: lines.index(tables[0].header)]
    check_above(above, findings)
    _note_others(tables, findings)
    held = [r for t in tables if t.part is _Part.HOLDINGS for r in _records(t, findings)]
    records = [record for table in main for record in _records(table, findings)]
    return Sheet(
        kind=_KINDS[main[0].part],
        records=records,
        header_line=main[0].header.number,
        as_of=_day([main[0].header, *above]),
        held_accounts=tuple(record.cells["Account Number"] for record in held),
    )


def _day(lines: list[Line]) -> date | None:
    found = (_AS_OF.search(line.raw) for line in lines)
    return next((day for match in found if match and (day := us_day(match[1]))), None)


def _tables(lines: list[Line]) -> list[_Table]:
    tables: list[_Table] = []
    for line in lines:
        part = _part(set(column_names(line)))
        if part is not None:
            tables.append(_Table(part, line))
        elif tables:
            tables[-1].lines.append(line)
    return tables


def _part(names: set[str]) -> _Part | None:
    exact = next((part for part, marks in _MARKS if names >= marks), None)
    if exact is not None:
        return exact
    # Of a damaged header one name may be missing: it is told as such, not read as a row.
    return next(
        (p for p, marks in _MARKS if len(marks) > 2 and len(names & marks) >= len(marks) - 1),  # noqa: PLR2004
        None,
    )


def _records(table: _Table, findings: Findings) -> list[Record]:
    names = column_names(table.header)
    columns = _COLUMNS[table.part]
    if not has_columns(names, columns, _NEEDED[table.part], table.header.number, findings):
        return []
    return [
        Record(record.line, renamed(record.cells, columns), record.raw)
        for record in to_records(table.lines, names, findings)
    ]


def _note_others(tables: list[_Table], findings: Findings) -> None:
    for table in tables:
        if table.part is _Part.OTHER and table.lines:
            findings.warning(
                table.header.number,
                "",
                "SECTION_LEFT_OUT",
                f"The {len(table.lines)} rows below are those of a retirement plan or of a mutual"
                " fund account of the old kind: they are not read.",
                "Nothing, unless the plan's account is in your book: then import its rows as"
                " canonical rows.",
            )


def _note_unknown(first: Line, tables: list[_Table], findings: Findings) -> None:
    if tables:
        what = "holdings" if tables[0].part is _Part.HOLDINGS else "a retirement plan's rows"
        findings.error(
            tables[0].header.number,
            "",
            "WRONG_EXPORT",
            f"The file holds {what} alone, which do not tell trades and lots.",
            _WHAT_TO_EXPORT,
        )
        return
    findings.error(
        first.number,
        "",
        "UNKNOWN_FORMAT",
        f"No header row of a Vanguard export was found. It starts with {quoted(first.raw)}.",
        _WHAT_TO_EXPORT,
    )
