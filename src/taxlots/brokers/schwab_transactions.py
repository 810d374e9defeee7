"""Schwab's transactions as rows for the journal."""

from collections.abc import Mapping, Sequence
from datetime import date

from taxlots.brokers.cells import Cells
from taxlots.brokers.entries import Entry, in_booking_order
from taxlots.brokers.findings import Findings
from taxlots.brokers.journal_rows import journal_rows
from taxlots.brokers.pairs import pair_up
from taxlots.brokers.protocol import BrokerRow
from taxlots.brokers.schwab_entries import SCHWAB, read_entries
from taxlots.brokers.schwab_sheet import Sheet
from taxlots.brokers.securities import bond_security, option_security
from taxlots.brokers.vocabulary import Nature
from taxlots.domain.money import dollars


def transactions(
    sheet: Sheet,
    account: str,
    as_of: date | None,
    held: Mapping[str, int] | None,
    findings: Findings,
) -> tuple[list[BrokerRow], list[dict[str, str]]]:
    """Every transaction in booking order, and the options and bonds that the rows tell.

    What cannot be booked is noted.
    """
    entries = read_entries(sheet.records, as_of, findings)
    _check_total(sheet, entries, findings)
    ordered = in_booking_order(entries, SCHWAB, findings)
    paired = pair_up(ordered, _is_internal, SCHWAB, findings)
    return journal_rows(paired, account, held, SCHWAB, findings), _securities(paired.entries)


def _check_total(sheet: Sheet, entries: Sequence[Entry], findings: Findings) -> None:
    """The total under the table is the sum of its amounts: a missing row shows."""
    if sheet.total is None or findings.has_errors:
        return
    total = Cells(sheet.total.line, sheet.total.cells, findings).cents("Amount")
    found = sum(entry.amount_cents or 0 for entry in entries)
    if total is not None and total != found:
        findings.warning(
            sheet.total.line,
            "Amount",
            "TOTAL_MISMATCH",
            f"The file's total is {dollars(total)}, its rows add up to {dollars(found)}.",
            "A row is missing or was changed: download the file again.",
        )


def _securities(entries: Sequence[Entry]) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.is_option:
            found.setdefault(entry.symbol, option_security(entry.symbol, entry.description))
        elif entry.is_bond and entry.rule.nature in (Nature.SHARES_IN, Nature.SHARES_OUT):
            found.setdefault(entry.symbol, bond_security(entry.symbol, entry.description))
    return list(found.values())


def _is_internal(entry: Entry) -> bool:
    """Accounts that came from TD Ameritrade moved every position out and in again."""
    return entry.name.lower() == "internal transfer" or "TDA TRAN" in entry.description
