"""The rows of Schwab's transactions file, each checked on its own."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from taxlots.brokers.cells import Cells, is_cusip
from taxlots.brokers.entries import Custodian, Entry, check_day_of, check_entry, note_unknown_action
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.schwab_actions import rule_of
from taxlots.brokers.schwab_cells import occ_symbol, posted_and_effective
from taxlots.brokers.table import Record

SCHWAB: Final = Custodian(
    page="Schwab's page",
    lot_details="Schwab's lot details",
    date="Date",
    action="Action",
    symbol="Symbol",
    quantity="Quantity",
    price="Price",
    fees="Fees & Comm",
    amount="Amount",
)


def read_entries(records: Sequence[Record], as_of: date | None, findings: Findings) -> list[Entry]:
    """Every sound row, in the order of the file; the others are noted."""
    entries = []
    for place, record in enumerate(records):
        entry = _entry(place, record, findings)
        if entry is None:
            continue
        check_day_of(entry, as_of, SCHWAB, findings)
        check_entry(entry, SCHWAB, findings)
        entries.append(entry)
    return entries


def _entry(place: int, record: Record, findings: Findings) -> Entry | None:
    cells = Cells(record.line, record.cells, findings)
    name = cells.text("Action")
    rule = rule_of(name)
    if rule is None:
        note_unknown_action(
            cells, "Action", name, cells.text("Description") or cells.text("Symbol")
        )
    dates = posted_and_effective(cells.text("Date"))
    if dates is None:
        findings.error(
            record.line,
            "Date",
            "BAD_DATE",
            f"{quoted(cells.text('Date'))} is no date of the form MM/DD/YYYY, alone or 'as of'"
            " another.",
            AGAIN,
        )
    seen = len(findings.found)
    quantity, price = cells.shares("Quantity"), cells.number("Price")
    fees, amount = cells.cents("Fees & Comm"), cells.cents("Amount")
    currency = cells.text("Currency") or "USD"
    if currency.upper() != "USD":
        findings.error(
            record.line,
            "Currency",
            "FOREIGN_CURRENCY",
            f"The row is in {quoted(currency)}; only US dollars are booked.",
            "Convert the transaction at its day's rate and import it as a canonical row.",
        )
    if rule is None or dates is None or len(findings.found) > seen:
        return None
    symbol = cells.text("Symbol")
    option = occ_symbol(symbol)
    return Entry(
        place=place,
        line=record.line,
        raw=record.raw,
        posted=dates[0],
        day=dates[1],
        name=name,
        rule=rule,
        symbol=option or symbol,
        description=cells.text("Description"),
        quantity=quantity,
        price=price or "",
        fees_cents=fees or 0,
        amount_cents=amount,
        is_option=bool(option),
        is_bond=is_cusip(symbol),
    )
