"""The importer of Charles Schwab's exports: transactions (CSV, JSON), open and realized lots."""

from datetime import date
from typing import Final

from taxlots.brokers.findings import Findings
from taxlots.brokers.protocol import FileKind, Reading
from taxlots.brokers.schwab_lots import open_lots, realized_lots
from taxlots.brokers.schwab_sheet import Sheet, looks_like_schwab, read_sheet
from taxlots.brokers.schwab_transactions import transactions
from taxlots.brokers.text import not_text


class Schwab:
    """Reads what a client downloads from schwab.com.

    Formats: ``fixtures/brokers/schwab/README.md``.
    """

    name = "schwab"

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        return looks_like_schwab(head)

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
        """See ``BrokerFile``.  The file's own day wins over ``as_of``; a file has one account."""
        bad = not_text(text, file)
        if bad is not None:
            return Reading(broker=self.name, file=file, account=account, problems=(bad,))
        findings = Findings(file)
        sheet = read_sheet(text, findings)
        if sheet is None:
            return Reading(
                broker=self.name, file=file, account=account, problems=findings.in_order()
            )
        return _reading(sheet, file, account, sheet.as_of or as_of, held, findings)


def _reading(
    sheet: Sheet,
    file: str,
    account: str,
    as_of: date | None,
    held: dict[str, int] | None,
    findings: Findings,
) -> Reading:
    is_kind = sheet.kind
    rows, securities = (
        transactions(sheet, account, as_of, held, findings)
        if is_kind is FileKind.TRANSACTIONS
        else ([], [])
    )
    opened = open_lots(sheet, as_of, findings) if is_kind is FileKind.OPEN_LOTS else []
    closed = realized_lots(sheet, as_of, findings) if is_kind is FileKind.REALIZED_LOTS else []
    if not (sheet.records or findings.has_errors):
        findings.warning(
            sheet.header_line,
            "",
            "NO_ROWS",
            "The file holds no rows.",
            "Check the account and the range of dates of the export.",
        )
    whole = not findings.has_errors
    return Reading(
        broker="schwab",
        file=file,
        account=account,
        kind=sheet.kind,
        as_of=as_of,
        statement_account=sheet.account,
        rows=tuple(rows) if whole else (),
        open_lots=tuple(opened) if whole else (),
        realized_lots=tuple(closed) if whole else (),
        securities=tuple(securities) if whole else (),
        problems=findings.in_order(),
    )


BROKER: Final = Schwab()
