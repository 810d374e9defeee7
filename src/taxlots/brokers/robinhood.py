"""The importer of Robinhood's account activity report."""

import re
from dataclasses import replace
from datetime import date
from typing import Final

from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.protocol import FileKind, Reading
from taxlots.brokers.robinhood_rows import COLUMNS, NEEDED, transactions
from taxlots.brokers.table import (
    Line,
    Record,
    check_above,
    column_names,
    has_columns,
    renamed,
    split_lines,
    to_records,
)
from taxlots.brokers.text import not_text

_MARKS: Final = frozenset({"Activity Date", "Instrument", "Trans Code"})
_PREAMBLE_LINES: Final = 10
_LEGAL_TEXT = re.compile(r"the data provided is for informational purposes", re.IGNORECASE)


class Robinhood:
    """Reads the report "Account activity" that a client generates at robinhood.com.

    Format: ``fixtures/brokers/robinhood/README.md``.
    """

    name = "robinhood"

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        rows = (
            {" ".join(cell.split()) for cell in line.replace('"', "").split(",")}
            for line in head.lstrip("\ufeff").splitlines()[:_PREAMBLE_LINES]
        )
        return any(row >= _MARKS for row in rows)

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
        records = _records(text, findings)
        if records is None:
            return Reading(
                broker=self.name, file=file, account=account, problems=findings.in_order()
            )
        rows, securities = transactions(records, account, as_of, held, findings)
        if not (records or findings.has_errors):
            findings.warning(
                1,
                "",
                "NO_ROWS",
                "The file holds no rows.",
                "Check the account and the range of dates of the report.",
            )
        whole = not findings.has_errors
        return Reading(
            broker=self.name,
            file=file,
            account=account,
            kind=FileKind.TRANSACTIONS,
            as_of=as_of,
            rows=tuple(rows) if whole else (),
            securities=tuple(securities) if whole else (),
            problems=findings.in_order(),
        )


def _records(text: str, findings: Findings) -> list[Record] | None:
    """The rows under our column names; None, with errors noted, when there is no table."""
    lines = split_lines(text.removeprefix("\ufeff"), findings)
    if not lines:
        if not findings.has_errors:
            findings.error(1, "", "EMPTY_FILE", "The file is empty.", AGAIN)
        return None
    at = next(
        (i for i, line in enumerate(lines[:_PREAMBLE_LINES]) if set(column_names(line)) >= _MARKS),
        None,
    )
    if at is None:
        findings.error(
            lines[0].number,
            "",
            "UNKNOWN_FORMAT",
            "No header of a Robinhood report was found in the first lines.",
            "Generate the report 'Account activity' and import its CSV file as it is.",
        )
        return None
    check_above(lines[:at], findings)
    names = column_names(lines[at])
    if not has_columns(names, COLUMNS, NEEDED, lines[at].number, findings):
        return None
    body = _without_footer(lines[at + 1 :], len(names))
    return [
        replace(record, cells=renamed(record.cells, COLUMNS))
        for record in to_records(body, names, findings)
    ]


def _without_footer(lines: list[Line], width: int) -> list[Line]:
    """The rows of the table: under them stands one line of legal text, one cell too wide."""
    if lines and _LEGAL_TEXT.search(lines[-1].raw):
        last = [cell for cell in lines[-1].cells if cell.strip()]
        if len(last) == 1 or len(lines[-1].cells) > width:
            return lines[:-1]
    return lines


BROKER: Final = Robinhood()
