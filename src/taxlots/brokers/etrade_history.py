"""E*TRADE's transaction history as rows for the journal."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from taxlots.brokers.cells import Cells, calendar_day, is_cusip, occ_name, us_day
from taxlots.brokers.entries import (
    Custodian,
    Entry,
    check_day_of,
    check_entry,
    in_booking_order,
    note_unknown_action,
)
from taxlots.brokers.etrade_actions import rule_of
from taxlots.brokers.etrade_sheet import Sheet
from taxlots.brokers.file_total import check_total
from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.journal_rows import journal_rows
from taxlots.brokers.pairs import pair_up
from taxlots.brokers.protocol import BrokerRow
from taxlots.brokers.securities import bond_security, option_security
from taxlots.brokers.table import Record
from taxlots.brokers.vocabulary import Nature

ETRADE: Final = Custodian(
    page="E*TRADE's page",
    lot_details="the position's lots at E*TRADE",
    date="Date",
    action="Action",
    symbol="Symbol",
    quantity="Quantity",
    price="Price",
    fees="Commission",
    amount="Amount",
)
_FORMS: Final = "MM/DD/YY or MM/DD/YYYY"
_SHORT_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2})", re.ASCII)
_THIS_CENTURY: Final = 70
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"
_OPTION_WORDS = re.compile(
    r"(?P<kind>PUT|CALL)\s+(?P<root>[A-Z.]{1,6}\d?)\s+(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d\d)"
    r"\s+(?P<strike>\d+(?:\.\d+)?)",
    re.ASCII,
)
_OPTION_SYMBOL = re.compile(
    r"(?P<root>[A-Z.]{1,6}\d?) (?P<month>[A-Z][a-z]{2}) (?P<day>\d\d?) '(?P<year>\d\d)"
    r" \$(?P<strike>\d+(?:\.\d+)?) (?P<kind>Put|Call)",
    re.ASCII,
)
_SHARES_ALONE: Final = frozenset({Nature.MOVE, Nature.OPTION_END, Nature.EXPIRY})
"""Rows of shares: an amount of 0 beside them is no money."""


def transactions(
    sheet: Sheet,
    account: str,
    as_of: date | None,
    held: Mapping[str, int] | None,
    findings: Findings,
) -> tuple[list[BrokerRow], list[dict[str, str]]]:
    """Every transaction in booking order, and the securities that the rows tell."""
    entries = [e for p, r in enumerate(sheet.records) if (e := _entry(p, r, findings)) is not None]
    for entry in entries:
        check_day_of(entry, as_of, ETRADE, findings)
        check_entry(entry, ETRADE, findings)
    check_total(sheet.total, entries, findings)
    ordered = in_booking_order(entries, ETRADE, findings)
    paired = pair_up(ordered, lambda _: False, ETRADE, findings)
    return journal_rows(paired, account, held, ETRADE, findings), _securities(entries)


def day_of(cell: str) -> date | None:
    """``MM/DD/YY`` or ``MM/DD/YYYY``."""
    found = _SHORT_DAY.fullmatch(cell.strip())
    if not found:
        return us_day(cell)
    century = "20" if int(found[3]) < _THIS_CENTURY else "19"
    return calendar_day(century + found[3], found[1], found[2])


def option_symbol(symbol: str, description: str) -> str:
    """The option that a row names, in the form of the OCC; blank when it names none.

    ``COF Mar 21 '25 $210 Call`` stood in the column Symbol; since 2025 the description has
    ``CALL COF    03/21/25   210.000``.
    """
    found = _OPTION_SYMBOL.search(symbol) or _OPTION_WORDS.match(description)
    if not found:
        return ""
    month = found["month"]
    if not month.isdigit():
        at = _MONTHS.find(month)
        month = str(at // 3 + 1) if at >= 0 and at % 3 == 0 else "0"
    expiry = calendar_day(f"20{found['year']}", month, found["day"])
    return (
        occ_name(found["root"], expiry, found["kind"][0].upper(), found["strike"]) if expiry else ""
    )


def _entry(place: int, record: Record, findings: Findings) -> Entry | None:
    seen = len(findings.found)
    cells = Cells(record.line, record.cells, findings, day_of, _FORMS)
    day = cells.day("Date")
    if day is None and not cells.is_told("Date"):
        findings.error(record.line, "Date", "BAD_DATE", f"The row has no date ({_FORMS}).", AGAIN)
    name, description = cells.text("Action"), cells.text("Description")
    quantity, price = cells.shares("Quantity") or None, cells.number("Price")
    fees = (cells.cents("Commission") or 0) + (cells.cents("Fees") or 0)
    amount = cells.cents("Amount")
    told = cells.text("Symbol") if cells.is_told("Symbol") else ""
    option = option_symbol(told, description)
    rule = rule_of(name, description, quantity, amount, is_option=bool(option))
    if rule is None:
        note_unknown_action(cells, "Action", name, description or told)
    if rule is None or day is None or len(findings.found) > seen:
        return None
    if rule.nature in (Nature.SHARES_OUT, Nature.EXPIRY, Nature.OPTION_END) and quantity:
        quantity = abs(quantity)
    if rule.nature in _SHARES_ALONE and quantity and not amount:
        amount = None
    # A cash sweep stands under a number, and bonds under their CUSIP.
    symbol = option or ("" if told.startswith("#") else told) or _cusip(cells)
    return Entry(
        place=place,
        line=record.line,
        raw=record.raw,
        posted=day,
        day=day,
        name=name,
        rule=rule,
        symbol=symbol,
        description=description,
        quantity=quantity,
        price=price if price and price.strip("-0.") else "",
        fees_cents=fees,
        amount_cents=amount,
        is_option=bool(option),
        is_bond=is_cusip(symbol),
    )


def _cusip(cells: Cells) -> str:
    cusip = cells.text("Cusip").upper()
    return cusip if is_cusip(cusip) else ""


def _securities(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Options and bonds, each once, in the order of the file."""
    found: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.is_option:
            found.setdefault(entry.symbol, option_security(entry.symbol, entry.description))
        elif entry.is_bond:
            found.setdefault(entry.symbol, bond_security(entry.symbol, entry.description))
    return list(found.values())
