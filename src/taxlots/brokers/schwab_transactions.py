"""Schwab's transactions as rows for the journal."""

from collections.abc import Mapping, Sequence
from datetime import date

from taxlots.brokers.entries import Entry, in_booking_order
from taxlots.brokers.file_total import check_total
from taxlots.brokers.findings import Findings
from taxlots.brokers.journal_rows import journal_rows
from taxlots.brokers.pairs import pair_up
from taxlots.brokers.protocol import BrokerRow
from taxlots.brokers.schwab_entries import SCHWAB, read_entries
from taxlots.brokers.schwab_sheet import Sheet
from taxlots.brokers.securities import bond_security, option_security
from taxlots.brokers.vocabulary import Nature


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
    check_total(sheet.total, entries, findings)
    ordered = in_booking_order(entries, SCHWAB, findings)
    paired = pair_up(ordered, _is_internal, SCHWAB, findings)
    return journal_rows(paired, account, held, SCHWAB, findings), _securities(paired.entries)


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
