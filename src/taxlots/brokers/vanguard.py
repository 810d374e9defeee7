"""The importer of Vanguard's downloads: transactions, cost basis and realized lots."""

from datetime import date
from typing import Final

from taxlots.brokers.accounts import chosen_account
from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.protocol import FileKind, Reading
from taxlots.brokers.table import Record
from taxlots.brokers.text import masked, not_text
from taxlots.brokers.vanguard_history import transactions
from taxlots.brokers.vanguard_lots import open_lots, realized_lots
from taxlots.brokers.vanguard_sheet import Sheet, looks_like_vanguard, read_sheet


class Vanguard:
    """Reads what a client downloads from vanguard.com.

    Formats: ``fixtures/brokers/vanguard/README.md``.
    """

    name = "vanguard"

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        return looks_like_vanguard(head)

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
        """See ``BrokerFile``.  Where the file tells its own day, that wins over ``as_of``."""
        bad = not_text(text, file)
        if bad is not None:
            return Reading(broker=self.name, file=file, account=account, problems=(bad,))
        findings = Findings(file)
        sheet = read_sheet(text, findings)
        number = None if sheet is None else _chosen(sheet, statement_account, findings)
        if sheet is None or number is None:
            return Reading(
                broker=self.name, file=file, account=account, problems=findings.in_order()
            )
        records = [r for r in sheet.records if r.cells["Account Number"] == number]
        return _reading(sheet, records, number, file, account, sheet.as_of or as_of, held, findings)


def _chosen(sheet: Sheet, wanted: str | None, findings: Findings) -> str | None:
    """The number of the account to read, as the file writes it."""
    told = [record.cells["Account Number"] for record in sheet.records]
    for record, number in zip(sheet.records, told, strict=True):
        if not number:
            fault = "The row has no 'Account Number'."
            findings.error(record.line, "Account Number", "MISSING_CELL", fault, AGAIN)
    known = told if wanted is None else [*told, *sheet.held_accounts]
    return chosen_account(known, wanted, sheet.header_line, "Account Number", findings)


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
    is_kind = sheet.kind
    rows, securities = (
        transactions(records, account, as_of, held, findings)
        if is_kind is FileKind.TRANSACTIONS
        else ([], [])
    )
    opened = open_lots(records, as_of, findings) if is_kind is FileKind.OPEN_LOTS else []
    closed = realized_lots(records, as_of, findings) if is_kind is FileKind.REALIZED_LOTS else []
    if not records:
        findings.warning(
            sheet.header_line,
            "",
            "NO_ROWS",
            "The file holds no rows of the account.",
            "Check the account and the range of dates of the download.",
        )
    whole = not findings.has_errors
    return Reading(
        broker="vanguard",
        file=file,
        account=account,
        kind=sheet.kind,
        as_of=as_of,
        statement_account=masked(number),
        rows=tuple(rows) if whole else (),
        open_lots=tuple(opened) if whole else (),
        realized_lots=tuple(closed) if whole else (),
        securities=tuple(securities) if whole else (),
        problems=findings.in_order(),
    )


BROKER: Final = Vanguard()
