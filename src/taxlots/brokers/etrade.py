"""The importer of E*TRADE's exports: transactions, and Gains & Losses as realized lots."""

from datetime import date
from typing import Final

from taxlots.brokers.etrade_gains import realized_lots
from taxlots.brokers.etrade_history import transactions
from taxlots.brokers.etrade_sheet import Sheet, looks_like_etrade, read_sheet
from taxlots.brokers.findings import Findings
from taxlots.brokers.protocol import FileKind, Reading
from taxlots.brokers.text import not_text


class ETrade:
    """Reads what a client downloads from etrade.com.

    Formats: ``fixtures/brokers/etrade/README.md``.
    """

    name = "etrade"

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        return looks_like_etrade(head)

    def read(
        self,
        text: str,
        *,
        file: str,
        account: str,
        as_of: date | None = None,
        held: dict[str, int] | None = None,
        statement_account: str | None = None,  # noqa: ARG002 - the protocol's
    ) -> Reading:
        """See ``BrokerFile``.  A file has one account."""
        bad = not_text(text, file)
        if bad is not None:
            return Reading(broker=self.name, file=file, account=account, problems=(bad,))
        findings = Findings(file)
        sheet = read_sheet(text, findings)
        if sheet is None:
            return Reading(
                broker=self.name, file=file, account=account, problems=findings.in_order()
            )
        return _reading(sheet, file, account, as_of, held, findings)


def _reading(
    sheet: Sheet,
    file: str,
    account: str,
    as_of: date | None,
    held: dict[str, int] | None,
    findings: Findings,
) -> Reading:
    is_history = sheet.kind is FileKind.TRANSACTIONS
    rows, securities = (
        transactions(sheet, account, as_of, held, findings) if is_history else ([], [])
    )
    closed = [] if is_history else realized_lots(sheet, as_of, findings)
    is_empty = not (sheet.records if is_history else closed)
    if is_empty and not findings.has_errors:
        findings.warning(
            sheet.header_line,
            "",
            "NO_ROWS",
            "The file holds no rows.",
            "Check the account and the range of dates of the export.",
        )
    whole = not findings.has_errors
    return Reading(
        broker="etrade",
        file=file,
        account=account,
        kind=sheet.kind,
        as_of=as_of,
        statement_account=sheet.account,
        rows=tuple(rows) if whole else (),
        realized_lots=tuple(closed) if whole else (),
        securities=tuple(securities) if whole else (),
        problems=findings.in_order(),
    )


BROKER: Final = ETrade()
