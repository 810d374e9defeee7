"""The importer of OFX and QFX investment statements (OFX 1.x SGML and 2.x XML): transactions.

An OFX statement tells positions, but no lots.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from taxlots.brokers.accounts import chosen_account
from taxlots.brokers.findings import Findings, quoted
from taxlots.brokers.ofx_cells import OfxCells
from taxlots.brokers.ofx_events import READERS
from taxlots.brokers.ofx_securities import listed_securities, used_securities
from taxlots.brokers.ofx_sgml import Tag, looks_like_ofx, read_ofx
from taxlots.brokers.ofx_statement import COPY, Entry, Statement, ordered
from taxlots.brokers.ofx_trades import BUYS, SELLS, add_option_ends, add_trade, read_trade
from taxlots.brokers.protocol import BrokerRow, FileKind, Reading
from taxlots.brokers.text import masked, not_text
from taxlots.domain.action import Action

TAX_FORM_MARK: Final = "TAX1099"
_NAME: Final = "ofx"
_STATEMENT: Final = "INVSTMTRS"
_LIST: Final = "INVTRANLIST"
_NO_TRANSACTIONS: Final = frozenset({"DTSTART", "DTEND"})
_DOLLAR: Final = frozenset({"USD", ""})
_UNDOES: Final = ("REVERSALFITID", "CORRECTFITID")
"""Values that name the transaction which this one takes back."""


class Ofx:
    """Reads investment statements of OFX and QFX files.

    Formats: ``fixtures/brokers/ofx/README.md``.
    """

    name = _NAME

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        return looks_like_ofx(head) and TAX_FORM_MARK not in head.upper()

    def read(
        self,
        text: str,
        *,
        file: str,
        account: str,
        as_of: date | None = None,
        held: dict[str, int] | None = None,  # noqa: ARG002 - the protocol's; OFX tells all ratios
        statement_account: str | None = None,
    ) -> Reading:
        """See ``BrokerFile``.  The statement's own last day wins over ``as_of``."""
        bad = not_text(text, file)
        if bad is not None:
            return Reading(broker=_NAME, file=file, account=account, problems=(bad,))
        findings = Findings(file)
        root = read_ofx(text, findings)
        told = list(root.each(_STATEMENT)) if root else []
        if root is not None and not told:
            _note_other(root, findings)
        number = _account(told, statement_account, findings) if told else None
        if root is None or number is None:
            return Reading(broker=_NAME, file=file, account=account, problems=findings.in_order())
        mine = [one for one in told if _number(one) == number]
        return _reading(text, root, mine, file, account, number, as_of, findings)


def _note_other(root: Tag, findings: Findings) -> None:
    if root.first("TAX1099RS"):
        what, remedy = "tax forms", "Import it with --broker ofx_1099b."
    elif root.first("STMTRS", "CCSTMTRS"):
        what = "statements of a bank account or a credit card"
        remedy = "Export the investment account."
    else:
        what, remedy = "no investment statement", "Export the investment account with transactions."
    findings.error(root.line, "", "WRONG_EXPORT", f"The file holds {what}.", remedy)


def _number(statement: Tag) -> str:
    own = next((tag for tag in statement.children if tag.name == "INVACCTFROM"), None)
    return own.text("ACCTID") if own else ""


def _account(told: Sequence[Tag], wanted: str | None, findings: Findings) -> str | None:
    numbers = [_number(one) for one in told]
    line = told[1].line if len(told) > 1 else told[0].line
    return chosen_account(numbers, wanted, line, "ACCTID", findings)


def _reading(
    text: str,
    root: Tag,
    mine: Sequence[Tag],
    file: str,
    account: str,
    number: str,
    as_of: date | None,
    findings: Findings,
) -> Reading:
    heads = [OfxCells(one, findings) for one in mine]
    for head in heads:
        if head.text("CURDEF").upper() not in _DOLLAR:
            _note_currency(head, "CURDEF")
    days = [head.day(name) for head in heads for name in ("DTASOF", "DTEND") if head.is_told(name)]
    through = max(filter(None, days), default=as_of)
    listed = listed_securities(root, findings)
    statement = Statement(account, text, listed, findings, through)
    for one in mine:
        for transactions in one.each(_LIST):
            _read_transactions(statement, transactions)
    rows = _once(ordered(statement.entries), findings)
    if not (rows or findings.has_errors):
        findings.warning(
            mine[0].line,
            _LIST,
            "NO_ROWS",
            "The statement holds no transactions.",
            "Check the account and the range of dates of the export.",
        )
    whole = not findings.has_errors
    named = [row.cells.get("symbol", "") for row in rows]
    return Reading(
        broker=_NAME,
        file=file,
        account=account,
        kind=FileKind.TRANSACTIONS,
        as_of=through,
        statement_account=masked(number),
        rows=tuple(rows) if whole else (),
        securities=used_securities(statement.securities.values(), named) if whole else (),
        problems=findings.in_order(),
    )


def _read_transactions(statement: Statement, transactions: Tag) -> None:
    """The rows of one list of transactions, in the order in which they depend on one another."""
    known = {"CLOSUREOPT", *BUYS, *SELLS, *READERS}
    found: list[OfxCells] = []
    for tag in transactions.children:
        cells = OfxCells(tag, statement.findings)
        if tag.name in known:
            found += [cells] if _is_in_dollars(cells) else []
        elif tag.name not in _NO_TRANSACTIONS:
            statement.findings.error(
                tag.line,
                "",
                "UNKNOWN_ACTION",
                f"The transaction {quoted(tag.name)} is not known.",
                f"{COPY} the canonical rows of what it did.",
            )
    undoing = [cells for cells in found if any(map(cells.is_told, _UNDOES))]
    plain = [cells for cells in found if cells not in undoing]
    read = [read_trade(statement, cells) for cells in plain if cells.tag.name in {*BUYS, *SELLS}]
    closures = [cells for cells in plain if cells.tag.name == "CLOSUREOPT"]
    for trade in add_option_ends(statement, closures, [one for one in read if one]):
        add_trade(statement, trade)
    # What was reinvested is compared with the income that is told apart.
    for cells in sorted(plain, key=lambda one: one.tag.name == "REINVEST"):
        if cells.tag.name in READERS:
            READERS[cells.tag.name](statement, cells)
    for cells in undoing:
        _take_back(statement, cells)


def _is_in_dollars(cells: OfxCells) -> bool:
    currency = cells.tag.first("CURRENCY")
    if currency is None or currency.text("CURSYM").upper() in _DOLLAR:
        return True
    _note_currency(cells, "CURSYM")
    return False


def _note_currency(cells: OfxCells, name: str) -> None:
    cells.findings.error(
        cells.line,
        name,
        "FOREIGN_CURRENCY",
        f"The amounts are in {quoted(cells.text(name))}; only US dollars are booked.",
        f"{COPY} canonical rows with the amounts in dollars at their days' rates.",
    )


def _take_back(statement: Statement, cells: OfxCells) -> None:
    """A reversal or correction: the transaction that it names is taken back."""
    number = next(cells.text(name) for name in _UNDOES if cells.is_told(name))
    moment = cells.stamp("DTTRADE") or cells.stamp("DTPOSTED")
    start = statement.id_start(number)
    undone = [
        entry.row.cells["id"]
        for entry in statement.entries
        if entry.row.cells.get("id", "").startswith(start)
    ]
    if moment is None or not undone:
        statement.findings.error(
            cells.line,
            "",
            "UNMATCHED_CANCEL",
            f"The transaction {quoted(cells.tag.name)} takes back another one, which is not in this"
            " file.",
            "Export a range of dates that holds both; or take the element out of a copy of the file"
            " and import a VOID row for the row that you imported.",
        )
        return
    for place, name in enumerate(undone):
        statement.add(cells, moment, Action.VOID, suffix=f"-void{place}", note=name)
    if cells.text("CORRECTACTION").upper() == "REPLACE" and cells.tag.name in READERS:
        READERS[cells.tag.name](statement, cells)


def _once(entries: Sequence[Entry], findings: Findings) -> list[BrokerRow]:
    """Rows in order.  A repeated element is one transaction; a number used twice is no number."""
    kept: dict[str, BrokerRow] = {}
    rows: list[BrokerRow] = []
    for entry in entries:
        row = entry.row
        number = row.cells.get("id", "")
        first = kept.setdefault(number, row) if number else row
        if first is row:
            rows.append(row)
        elif first.cells != row.cells:
            findings.warning(
                row.line,
                "FITID",
                "NUMBER_USED_TWICE",
                f"Line {first.line} has the same transaction number on the same day. This row is"
                " known by its content instead.",
                "Import no overlapping file that has one of the two alone.",
            )
            cells = {name: cell for name, cell in row.cells.items() if name != "id"}
            rows.append(BrokerRow(line=row.line, cells=cells, raw=row.raw))
    return rows


BROKER: Final = Ofx()
