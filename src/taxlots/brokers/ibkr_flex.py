"""The importer of Interactive Brokers' Flex queries (XML): transactions, closed and open lots."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from taxlots.brokers.accounts import chosen_account
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.ibkr_flex_actions import corporate_actions
from taxlots.brokers.ibkr_flex_cash import cash_transactions, transfers
from taxlots.brokers.ibkr_flex_cells import FlexCells, known_attributes
from taxlots.brokers.ibkr_flex_lots import open_lots, realized_lots
from taxlots.brokers.ibkr_flex_options import option_ends
from taxlots.brokers.ibkr_flex_rows import BROKER_NAME, Entry, Sections
from taxlots.brokers.ibkr_flex_trades import trades
from taxlots.brokers.ibkr_flex_xml import Node, read_xml
from taxlots.brokers.protocol import BrokerRow, FileKind, Reading
from taxlots.brokers.text import masked, not_text

_ROOT: Final = "FlexQueryResponse"
_ANSWER: Final = "FlexStatementResponse"
_STATEMENT: Final = "FlexStatement"
_READ: Final = frozenset(
    {
        "Trades",
        "OptionEAE",
        "CorporateActions",
        "CashTransactions",
        "Transfers",
        "OpenPositions",
        "SecuritiesInfo",
    }
)
_BY_HAND: Final = frozenset({"StockGrantActivities", "HKIPOSubscriptionActivity"})
"""Sections with events that no other section tells."""

_SHOWN_ATTRIBUTES: Final = 8


class IbkrFlex:
    """Reads the XML of Flex queries.

    Formats: ``fixtures/brokers/ibkr_flex/README.md``.
    """

    name = BROKER_NAME

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        start = head.lstrip("\ufeff \t\r\n")
        return start.startswith("<") and (f"<{_ROOT}" in head or f"<{_ANSWER}" in head)

    def read(
        self,
        text: str,
        *,
        file: str,
        account: str,
        as_of: date | None = None,
        held: dict[str, int] | None = None,  # noqa: ARG002 - the protocol's; Flex tells all ratios
        statement_account: str | None = None,
    ) -> Reading:
        """See ``BrokerFile``.  The report's own last day wins over ``as_of``."""
        bad = not_text(text, file)
        if bad is not None:
            return Reading(broker=self.name, file=file, account=account, problems=(bad,))
        findings = Findings(file)
        statements = _statements(text, findings)
        number = _account(statements, statement_account, findings)
        if findings.has_errors or number is None:
            return Reading(
                broker=self.name, file=file, account=account, problems=findings.in_order()
            )
        sections = _sections(statements, number, account, as_of, findings)
        return _reading(sections, file, number)


def _statements(text: str, findings: Findings) -> list[Node]:
    """The statements of a report; an error is noted where there are none, or fewer than told."""
    if not text.strip("\ufeff \t\r\n"):
        findings.error(1, "", "EMPTY_FILE", "The file is empty.", AGAIN)
        return []
    root = read_xml(text, findings)
    if root is None:
        return []
    if root.tag == _ANSWER:
        message = root.child("ErrorMessage") or root.child("Status")
        findings.error(
            root.line,
            "",
            "WRONG_EXPORT",
            "This is an answer of the Flex web service, not a report"
            f"{f' (line {message.line} says why)' if message else ''}.",
            "Wait until the report is made, and download it again.",
        )
        return []
    outer = root.child("FlexStatements") if root.tag == _ROOT else None
    if outer is None:
        findings.error(
            root.line,
            "",
            "UNKNOWN_FORMAT",
            f"The XML starts with {quoted(root.tag)} and holds no Flex statements.",
            "Run an Activity Flex Query with the format XML and import its file.",
        )
        return []
    found = [node for node in outer.children if node.tag == _STATEMENT]
    told = outer.attributes.get("count", str(len(found)))
    if told != str(len(found)) or not found:
        findings.error(
            outer.line,
            "count",
            "MISSING_STATEMENT",
            f"The report tells of {quoted(told)} statements and holds {len(found)}.",
            AGAIN,
        )
        return []
    return found


def _account(statements: Sequence[Node], wanted: str | None, findings: Findings) -> str | None:
    """The number of the account to read; blank where the report names none."""
    numbers: dict[str, int] = {}
    for statement in statements:
        for section in statement.children:
            if section.tag in _READ and section.tag != "SecuritiesInfo":
                for node in section.children:
                    numbers.setdefault(_number(node, statement), node.line)
        own = statement.attributes.get("accountId", "")
        if not statement.children or own not in {"-", ""}:
            numbers.setdefault(own, statement.line)
    known = [number for number in numbers if number not in {"", "-"} and "," not in number]
    line = numbers[known[1]] if len(known) > 1 else 1
    return chosen_account(known, wanted, line, "accountId", findings)


def _number(node: Node, statement: Node) -> str:
    own = node.attributes.get("accountId", "").strip()
    return own if own not in {"", "-"} else statement.attributes.get("accountId", "").strip()


def _sections(
    statements: Sequence[Node],
    number: str,
    account: str,
    as_of: date | None,
    findings: Findings,
) -> Sections:
    """The elements of one account, of all statements (a report may have one for each day)."""
    nodes: dict[str, list[Node]] = {}
    through: date | None = None
    for statement in statements:
        mine = False
        for section in statement.children:
            kept = [n for n in section.children if _number(n, statement) in {number, "", "-"}]
            if section.tag in _READ and kept:
                nodes.setdefault(section.tag, []).extend(kept)
                mine = True
            if section.tag in _BY_HAND and kept:
                _note_by_hand(section, findings)
        if mine or statement.attributes.get("accountId", "") == number:
            cells = FlexCells(statement, _STATEMENT, findings)
            last = cells.day("toDate") if cells.is_told("toDate") else None
            through = max(filter(None, (through, last)), default=None)
    _note_unknown_attributes(nodes, findings)
    return Sections(account, nodes, findings, through or as_of)


def _note_by_hand(section: Node, findings: Findings) -> None:
    findings.warning(
        section.line,
        "",
        "SECTION_NOT_READ",
        f"The {len(section.children)} elements of the section {quoted(section.tag)} are not read.",
        "Import what they did as canonical rows (a BUY or TAXABLE_EXCHANGE at its value).",
    )


def _note_unknown_attributes(nodes: dict[str, list[Node]], findings: Findings) -> None:
    """Tell once what is new in the report: what it means is not known, so it is not read."""
    unknown: dict[str, int] = {}
    for section in nodes.values():
        for node in section:
            known = known_attributes(node.tag)
            if known is None:
                if node.tag != "WashSale":
                    unknown.setdefault(node.tag, node.line)
                continue
            for name in node.attributes:
                if name not in known:
                    unknown.setdefault(f"{node.tag}.{name}", node.line)
    if unknown:
        names = sorted(unknown)
        first = ", ".join(names[:_SHOWN_ATTRIBUTES])
        more = f" and {len(names) - _SHOWN_ATTRIBUTES} more" if names[_SHOWN_ATTRIBUTES:] else ""
        findings.warning(
            min(unknown.values()),
            "",
            "UNKNOWN_ATTRIBUTES",
            f"The report has what this version does not know: {first}{more}. It is not read.",
            "Nothing is to be done, unless one of them changes quantity, basis or dates.",
        )


def _reading(sections: Sections, file: str, number: str) -> Reading:
    findings = sections.findings
    for cells in sections.each("SecuritiesInfo", "SecurityInfo", "SecurityInfo"):
        sections.security(cells)
    market, ends = trades(sections)
    entries = [
        *market,
        *option_ends(sections, ends),
        *corporate_actions(sections),
        *transfers(sections),
        *cash_transactions(sections),
    ]
    rows = _once(sorted(entries, key=lambda entry: entry.key), findings)
    closed = realized_lots(sections)
    opened, day = open_lots(sections)
    if not (rows or closed or opened or findings.has_errors):
        findings.warning(
            1,
            "",
            "NO_ROWS",
            "The report holds no transactions and no lots of the account.",
            "Check the sections, the period and the account of the query.",
        )
    whole = not findings.has_errors
    return Reading(
        broker=BROKER_NAME,
        file=file,
        account=sections.account,
        kind=_kind(rows, closed, opened),
        as_of=sections.through or day,
        statement_account=masked(number),
        rows=tuple(rows) if whole else (),
        open_lots=tuple(opened) if whole else (),
        realized_lots=tuple(closed) if whole else (),
        securities=_securities(sections, rows) if whole else (),
        problems=findings.in_order(),
    )


def _kind(rows: Sequence[object], closed: Sequence[object], opened: Sequence[object]) -> FileKind:
    if rows or not (closed or opened):
        return FileKind.TRANSACTIONS
    return FileKind.REALIZED_LOTS if closed else FileKind.OPEN_LOTS


def _once(entries: Sequence[Entry], findings: Findings) -> list[BrokerRow]:
    """Each numbered transaction once: reports by day, and edited files, may repeat one."""
    kept: dict[str, BrokerRow] = {}
    rows = []
    for entry in entries:
        row = entry.row
        number = row.cells.get("id", "")
        first = kept.setdefault(number, row) if number else row
        if first is row:
            rows.append(row)
        elif first.cells != row.cells:
            findings.error(
                row.line,
                "transactionID",
                "DUPLICATE_ID",
                f"The number of this transaction stands on line {first.line} too, with another"
                " content.",
                AGAIN,
            )
    return rows


def _securities(sections: Sections, rows: Sequence[BrokerRow]) -> tuple[dict[str, str], ...]:
    """What is told of the securities of the rows, in the order of their symbols."""
    used = Counter(row.cells.get(name, "") for row in rows for name in ("symbol", "to_symbol"))
    used.update(
        told.get("underlying", "") for symbol, told in sections.securities.items() if used[symbol]
    )
    return tuple(
        told
        for symbol, told in sorted(sections.securities.items())
        if used[symbol] and len(told) > 1
    )


BROKER: Final = IbkrFlex()
