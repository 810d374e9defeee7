"""What kind of file Schwab's export is, where its table starts, and what stands around it."""

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.protocol import FileKind
from taxlots.brokers.schwab_cells import stamp
from taxlots.brokers.table import (
    Line,
    Record,
    check_above,
    check_header,
    column_names,
    split_lines,
    to_records,
)
from taxlots.brokers.text import masked

TRANSACTION_COLUMNS: Final = (
    "Date",
    "Action",
    "Symbol",
    "Description",
    "Quantity",
    "Price",
    "Fees & Comm",
    "Amount",
)
_MARKS: Final = {
    FileKind.TRANSACTIONS: frozenset(TRANSACTION_COLUMNS),
    FileKind.OPEN_LOTS: frozenset(
        {"Open Date", "Cost/Share", "Market Value", "Cost Basis", "Holding Period"}
    ),
    FileKind.REALIZED_LOTS: frozenset(
        {"Closed Date", "Opened Date", "Symbol", "Proceeds", "Disallowed Loss", "Wash Sale?"}
    ),
}
_TITLES: Final = {
    FileKind.TRANSACTIONS: re.compile(r"Transactions\s+for account\b"),
    FileKind.OPEN_LOTS: re.compile(r"\S.* Lot Details\b"),
    FileKind.REALIZED_LOTS: re.compile(r"Realized Gain/Loss\b"),
}
_ENOUGH: Final = 3
"""A header row bears at least so many of its kind's column names."""
_PREAMBLE_LINES: Final = 12
_FOOTERS: Final = frozenset({"transactions total", "total"})
_ACCOUNT = re.compile(r"\bfor (?:account )?(?P<account>\S.*?)\s+(?:as of|for \d|from \d)")
_GAP = re.compile(r"[\s,]*")
_WHAT_TO_EXPORT: Final = (
    "Export the brokerage account's transaction history, lot details or realized gain/loss lot"
    " details as CSV (transactions also as JSON)."
)
_OTHER_EXPORTS: Final = (
    (re.compile(r"RunningBalance|Withdrawal|Check ?#|CheckNumber"), "a bank account's history"),
    (re.compile(r"FeesAndCommissions|DisbursementElection"), "an Equity Award Center history"),
    (re.compile(r"Positions for "), "a list of positions"),
    (re.compile(r"Form 1099"), "a Form 1099 file"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table of one export and what its title tells.

    ``total`` is the row of totals under the table, if there is one; ``symbol`` the security of
    a lot details file.
    """

    kind: FileKind
    records: list[Record]
    columns: tuple[str, ...] = ()
    header_line: int = 1
    as_of: date | None = None
    account: str = ""
    symbol: str = ""
    total: Record | None = field(default=None)


def looks_like_schwab(head: str) -> bool:
    """Whether the first characters of a file are those of an export of Schwab's."""
    text = head.lstrip("\ufeff \r\n")
    if text.startswith("{"):
        return '"BrokerageTransactions"' in head or '"FromDate"' in head
    rows = [line.replace('"', "").split(",") for line in text.splitlines()[:_PREAMBLE_LINES]]
    if any(title.match(rows[0][0]) for title in _TITLES.values()) if rows else False:
        return True
    names = [{" ".join(cell.split()) for cell in row} for row in rows]
    return any(
        len(row & marks) >= _ENOUGH and (kind is not FileKind.TRANSACTIONS or "Fees & Comm" in row)
        for row in names
        for kind, marks in _MARKS.items()
    )


def read_sheet(text: str, findings: Findings) -> Sheet | None:
    """The table of an export; None, with errors noted, when there is none to read."""
    body = text.removeprefix("\ufeff")
    if not body.strip():
        findings.error(1, "", "EMPTY_FILE", "The file is empty.", AGAIN)
        return None
    return _json_sheet(body, findings) if body.lstrip()[0] == "{" else _csv_sheet(body, findings)


def _csv_sheet(text: str, findings: Findings) -> Sheet | None:
    lines = split_lines(text, findings)
    found = _header(lines)
    if found is None:
        _note_unknown(lines, findings)
        return None
    at, kind = found
    header = lines[at]
    check_above(lines[:at], findings)
    names = column_names(header)
    required = TRANSACTION_COLUMNS if kind is FileKind.TRANSACTIONS else ("Quantity",)
    if not check_header(names, required, header.number, findings):
        return None
    data, total = _table(lines[at + 1 :], findings)
    preamble = [line.raw.strip('",\t ') for line in lines[:at]]
    title = preamble[0] if preamble else ""
    # The row of totals may be shorter than the header: it is padded, not checked.
    padded = [*total.cells, *[""] * len(names)] if total else []
    totals = {name: cell.strip() for name, cell in zip(names, padded, strict=False) if name}
    return Sheet(
        kind=kind,
        records=to_records(data, names, findings),
        columns=tuple(name for name in names if name),
        header_line=header.number,
        as_of=_title_date(title, lines[0].number, findings),
        account=masked(_account(preamble)),
        symbol=title.split(" Lot Details")[0].strip() if " Lot Details" in title else "",
        total=Record(total.number, totals, total.raw) if total else None,
    )


def _header(lines: list[Line]) -> tuple[int, FileKind] | None:
    """Where the header row is and what it is the header of."""
    for at, line in enumerate(lines[:_PREAMBLE_LINES]):
        names = set(column_names(line))
        score, kind = max((len(names & marks), kind) for kind, marks in _MARKS.items())
        if score >= _ENOUGH:
            return None if _other_export([lines[0], line]) else (at, kind)
    return None


def _other_export(lines: list[Line]) -> str:
    """What else of Schwab's this is, by its title and header; blank if nothing known."""
    shown = "\n".join(line.raw for line in lines)
    return next((name for mark, name in _OTHER_EXPORTS if mark.search(shown)), "")


def _table(lines: list[Line], findings: Findings) -> tuple[list[Line], Line | None]:
    """The data rows and the row of totals.  What follows it is another account's table."""
    for at, line in enumerate(lines):
        first = line.cells[0].strip()
        if first.lower() in _FOOTERS:
            if at + 1 < len(lines):
                _note_several(lines[at + 1], findings)
            return lines[:at], line
        if any(title.match(first) for title in _TITLES.values()):
            _note_several(line, findings)
            return lines[:at], None
    return lines, None


def _note_several(line: Line, findings: Findings) -> None:
    findings.error(
        line.number,
        "",
        "SEVERAL_ACCOUNTS",
        f"A second table starts here, with {quoted(line.raw)}: one file must hold one account.",
        "Export each account on its own.",
    )


def _note_unknown(lines: list[Line], findings: Findings) -> None:
    other = _other_export(lines[:_PREAMBLE_LINES])
    first = lines[0].number if lines else 1
    if other:
        message = f"This is {other}, which does not tell trades and lots."
        findings.error(first, "", "WRONG_EXPORT", message, _WHAT_TO_EXPORT)
        return
    shown = f" It starts with {quoted(lines[0].raw)}." if lines else ""
    findings.error(
        first,
        "",
        "UNKNOWN_FORMAT",
        f"No header row of a Schwab export was found.{shown}",
        _WHAT_TO_EXPORT,
    )


def _title_date(title: str, line: int, findings: Findings) -> date | None:
    """The day after "as of" in the title; a title that tells an unreadable one is an error."""
    _, mark, after = title.partition(" as of ")
    found = stamp(after) if mark else None
    if mark and found is None:
        findings.error(
            line,
            "",
            "BAD_AS_OF",
            f"The title {quoted(title)} tells no day as of which the file was made.",
            AGAIN,
        )
    return found


def _account(preamble: list[str]) -> str:
    """The account as the title names it, or the label under a title of all accounts."""
    found = _ACCOUNT.search(preamble[0]) if preamble else None
    account = found["account"] if found else ""
    is_label = len(preamble) > 1 and account.replace("_", " ").lower() == "all accounts"
    return preamble[-1] if is_label else account


def _json_sheet(text: str, findings: Findings) -> Sheet | None:
    try:
        # Numbers stay text: a float would change them.
        document = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as broken:
        line = broken.lineno if isinstance(broken, json.JSONDecodeError) else 1
        message = "The JSON cannot be read here: the file is cut off or was edited."
        findings.error(line, "", "BAD_JSON", message, AGAIN)
        return None
    items = document.get("BrokerageTransactions") if isinstance(document, dict) else None
    if not isinstance(items, list):
        equity = isinstance(document, dict) and "Transactions" in document
        findings.error(
            1,
            "",
            "WRONG_EXPORT" if equity else "UNKNOWN_FORMAT",
            "This is an Equity Award Center history, which does not tell trades and lots."
            if equity
            else "The JSON has no list 'BrokerageTransactions'.",
            _WHAT_TO_EXPORT,
        )
        return None
    total = document.get("TotalTransactionsAmount")
    return Sheet(
        kind=FileKind.TRANSACTIONS,
        records=_json_records(text, items, findings),
        columns=TRANSACTION_COLUMNS,
        as_of=_json_day(document, "ToDate", findings),
        total=Record(1, {"Amount": _cell(total)}, "") if total else None,
    )


def _json_records(text: str, items: list[Any], findings: Findings) -> list[Record]:
    """One record an item, with the line on which the item starts."""
    records = []
    for (line, raw), item in zip(_spans(text, items), items, strict=True):
        missing = (
            [name for name in TRANSACTION_COLUMNS if name not in item]
            if isinstance(item, dict)
            else list(TRANSACTION_COLUMNS)
        )
        for name in missing[:1]:
            findings.error(line, name, "MISSING_COLUMN", f"The transaction has no '{name}'.", AGAIN)
        if not missing:
            cells = {name: _cell(value) for name, value in item.items()}
            records.append(Record(line, cells, raw))
    return records


def _spans(text: str, items: list[Any]) -> list[tuple[int, str]]:
    """Line and text of each item of the list, in order; line 1 when they cannot be told."""
    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
    at = text.find("[", text.find('"BrokerageTransactions"')) + 1
    line, counted = 1, 0
    spans = []
    for item in items:
        start = _GAP.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        try:
            found, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            found = None
        if found != item:
            return [(1, "")] * len(items)
        line, counted = line + text.count("\n", counted, start), start
        spans.append((line, text[start:at]))
    return spans


def _json_day(document: dict[str, Any], name: str, findings: Findings) -> date | None:
    cell = _cell(document.get(name))
    found = stamp(cell)
    if cell and found is None:
        findings.error(
            1, name, "BAD_AS_OF", f"{quoted(cell)} is no date of the form MM/DD/YYYY.", AGAIN
        )
    return found


def _cell(value: Any) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)
