"""Robinhood's account activity as rows for the journal."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from taxlots.brokers.cells import Cells, calendar_day, is_cusip, occ_name, plain_number
from taxlots.brokers.entries import (
    Custodian,
    Entry,
    check_day_of,
    check_entry,
    in_booking_order,
    note_unknown_action,
)
from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.journal_rows import journal_rows
from taxlots.brokers.pairs import pair_up
from taxlots.brokers.protocol import BrokerRow
from taxlots.brokers.robinhood_codes import rule_of
from taxlots.brokers.securities import option_security
from taxlots.brokers.table import Record, Variants
from taxlots.brokers.vocabulary import Nature
from taxlots.domain.money import scaled

COLUMNS: Final[Variants] = {
    "Activity Date": ("Activity Date",),
    "Instrument": ("Instrument",),
    "Description": ("Description",),
    "Trans Code": ("Trans Code",),
    "Quantity": ("Quantity",),
    "Price": ("Price",),
    "Amount": ("Amount",),
}
"""Our name of a column and the names that it has had."""
NEEDED: Final = tuple(COLUMNS)

ROBINHOOD: Final = Custodian(
    page="Robinhood's page",
    lot_details="the position's tax lots at Robinhood",
    date="Activity Date",
    action="Trans Code",
    symbol="Instrument",
    quantity="Quantity",
    price="Price",
    fees="Amount",
    amount="Amount",
)
_LEAVING = re.compile(r"(?P<shares>[\d,.]+)S", re.ASCII)
"""``400S`` are shares that leave in a corporate action or transfer."""
_DASHES: Final = frozenset({"-", "\N{EN DASH}", "\N{EM DASH}"})
_OPTION = re.compile(
    r"(?P<root>[A-Z][A-Z0-9.]{0,6}) (?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})"
    r" (?P<kind>Call|Put) \$(?P<strike>[\d,]+(?:\.\d+)?)",
    re.ASCII,
)
_CUSIP = re.compile(r"CUSIP:\s*([0-9A-Z]{9})\b", re.ASCII)
_FRACTION = re.compile(r"CIL on\s+([\d.]+)\s*@", re.ASCII | re.IGNORECASE)
_SIGNED: Final = frozenset({Nature.MOVE, Nature.REVERSE_SPLIT, Nature.SPLIT, Nature.FACTS})


def transactions(
    records: Sequence[Record],
    account: str,
    as_of: date | None,
    held: Mapping[str, int] | None,
    findings: Findings,
) -> tuple[list[BrokerRow], list[dict[str, str]]]:
    """Every transaction in booking order, and the securities that the rows tell."""
    entries, securities = [], dict[str, dict[str, str]]()
    for place, record in enumerate(records):
        entry = _entry(place, record, findings)
        if entry is None:
            continue
        check_day_of(entry, as_of, ROBINHOOD, findings)
        check_entry(entry, ROBINHOOD, findings)
        entries.append(entry)
        told = _security(entry, record)
        if told:
            securities.setdefault(entry.symbol, told)
    ordered = in_booking_order(entries, ROBINHOOD, findings)
    paired = pair_up(ordered, lambda entry: entry.name.upper() == "ITRF", ROBINHOOD, findings)
    rows = journal_rows(paired, account, held, ROBINHOOD, findings)
    return rows, list(securities.values())


def option_symbol(description: str) -> str:
    """The option that a description names, in the form of the OCC; blank when it names none.

    ``APLD 6/27/2025 Call $10.00``, alone or after words.
    """
    found = _OPTION.search(description)
    expiry = calendar_day(found["year"], found["month"], found["day"]) if found else None
    if not found or not expiry:
        return ""
    return occ_name(found["root"], expiry, found["kind"][0], found["strike"].replace(",", ""))


def _entry(place: int, record: Record, findings: Findings) -> Entry | None:
    seen = len(findings.found)
    cells = Cells(record.line, _told(record.cells), findings)
    day = cells.day("Activity Date")
    if day is None and not cells.is_told("Activity Date"):
        findings.error(
            record.line, "Activity Date", "BAD_DATE", "The row has no date (MM/DD/YYYY).", AGAIN
        )
    code, description = cells.text("Trans Code"), cells.text("Description")
    quantity, price = cells.shares("Quantity") or None, cells.number("Price")
    amount = cells.cents("Amount")
    fraction = _fraction(description)
    rule = rule_of(code, description, amount, fraction)
    if rule is None:
        note_unknown_action(cells, "Trans Code", code, description or cells.text("Instrument"))
    if rule is None or day is None or len(findings.found) > seen:
        return None
    if rule.nature is Nature.SHARES_OUT and quantity is None:
        quantity = fraction
    if rule.nature not in _SIGNED and quantity:
        quantity = abs(quantity)
    if rule.nature is Nature.MOVE and quantity and not amount:
        amount = None
    instrument = cells.text("Instrument")
    option = option_symbol(description)
    return Entry(
        place=place,
        line=record.line,
        raw=record.raw,
        posted=day,
        day=day,
        name=code,
        rule=rule,
        symbol=option or instrument,
        description=description,
        quantity=quantity,
        price=price if price and price.strip("-0.") else "",
        fees_cents=0,
        amount_cents=amount,
        is_option=bool(option),
        is_bond=False,
        # Both rows of a reverse split bear the same ticker.
        reference=instrument if rule.nature is Nature.REVERSE_SPLIT else "",
    )


def _told(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells without dashes that stand for nothing, shares that leave with a minus."""
    told = {name: "" if set(cell) <= _DASHES else cell for name, cell in cells.items()}
    leaving = _LEAVING.fullmatch(told["Quantity"])
    if leaving and plain_number(leaving["shares"]):
        told["Quantity"] = f"-{leaving['shares']}"
    return told


def _fraction(description: str) -> int | None:
    """The fraction of a share that was paid in cash: ``CIL on 0.723 @ $100.00 - AMD``."""
    found = _FRACTION.search(description)
    return scaled(found[1], 8) if found and plain_number(found[1]) else None


def _security(entry: Entry, record: Record) -> dict[str, str]:
    """An option's contract, or a security's CUSIP and name; empty when the row tells neither."""
    lines = [" ".join(line.split()) for line in record.cells["Description"].splitlines()]
    if entry.is_option:
        named = _OPTION.search(entry.description)
        contract = option_security(entry.symbol, named.group() if named else "")
        underlying = " ".join(record.cells["Instrument"].split())
        return {**contract, "underlying": underlying} if underlying else contract
    found = _CUSIP.search(record.cells["Description"])
    if not found or not entry.symbol or not is_cusip(found[1]):
        return {}
    return {"symbol": entry.symbol, "cusip": found[1], "name": lines[0]}
