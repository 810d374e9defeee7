"""The importer of Fidelity's downloads: account history and closed positions."""

from datetime import date
from typing import Final

from taxlots.brokers.accounts import chosen_account
from taxlots.brokers.fidelity_history import transactions
from taxlots.brokers.fidelity_lots import realized_lots
from taxlots.brokers.fidelity_sheet import Sheet, looks_like_fidelity, read_sheet
from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.protocol import FileKind, Reading
from taxlots.brokers.table import Record
from taxlots.brokers.text import masked, not_text


class Fidelity:
    """Reads what a client downloads from fidelity.com.

    Formats: ``fixtures/brokers/fidelity/README.md``.
    """

    name = "fidelity"

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        return looks_like_fidelity(head)

    def read(
        self,
        text: str,
        *,
        file: str,
        account: str,
        as_of: date | None = None,
        held: dict[str, int] | None = None,
        statement_account: str | None = None,
    ) -> Reading:
        """See ``BrokerFile``.  The file's own day wins over ``as_of``."""
        bad = not_text(text, file)
        if bad is not None:
            return Reading(broker=self.name, file=file, account=account, problems=(bad,))
        findings = Findings(file)
        sheet = read_sheet(text, findings)
        chosen = None if sheet is None else _chosen(sheet, statement_account, findings)
        if sheet is None or chosen is None:
            return Reading(
                broker=self.name, file=file, account=account, problems=findings.in_order()
            )
        records, number = chosen
        return _reading(sheet, records, number, file, account, sheet.as_of or as_of, held, findings)


def _chosen(
    sheet: Sheet, wanted: str | None, findings: Findings
) -> tuple[list[Record], str] | None:
    """The records of the account to read, and its number as the file writes it."""
    column = "Account Number"
    if not any(record.cells.get(column) for record in sheet.records):
        column = "Account"
    told = [record.cells.get(column, "") for record in sheet.records]
    number = chosen_account(told, wanted, sheet.header_line, column, findings)
    if number is None:
        return None
    if number:
        for record, name in zip(sheet.records, told, strict=True):
            if not name:
                findings.error(
                    record.line, column, "MISSING_CELL", f"The row has no '{column}'.", AGAIN
                )
    chosen = [r for r, name in zip(sheet.records, told, strict=True) if name == number]
    return chosen, number


def _reading(
    sheet: Sheet,
    records: list[Record],
    number: str,
    file: str,
    account: str,
    as_of: date | None,
    held: dict[str, int] | None,
    findings: Findings,
) -> Reading:
    is_history = sheet.kind is FileKind.TRANSACTIONS
    rows, securities = (
        transactions(records, account, as_of, held, findings) if is_history else ([], [])
    )
    closed = [] if is_history else realized_lots(sheet, as_of, findings)
    if is_history and not sheet.is_complete:
        findings.warning(
            sheet.header_line,
            "",
            "NO_END",
            "The legal text and 'Date downloaded' that end a history are missing: the file may be"
            " cut off.",
            "Compare its last row with the page, or download the file again.",
        )
    if not records:
        findings.warning(
            sheet.header_line,
            "",
            "NO_ROWS",
            "The file holds no rows.",
            "Check the account and the range of dates of the download.",
        )
    whole = not findings.has_errors
    return Reading(
        broker="fidelity",
        file=file,
        account=account,
        kind=sheet.kind,
        as_of=as_of,
        statement_account=masked(number),
        rows=tuple(rows) if whole else (),
        realized_lots=tuple(closed) if whole else (),
        securities=tuple(securities) if whole else (),
        problems=findings.in_order(),
    )


BROKER: Final = Fidelity()
