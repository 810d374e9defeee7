"""Vanguard's transactions as rows for the journal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from taxlots.brokers.cells import Cells, calendar_day, is_cusip, occ_name, us_or_iso_day
from taxlots.brokers.entries import (
    Custodian,
    Entry,
    check_day_of,
    check_entry,
    in_booking_order,
    is_priced_in_percent,
    note_unknown_action,
)
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.journal_rows import journal_rows
from taxlots.brokers.pairs import pair_up
from taxlots.brokers.protocol import BrokerRow
from taxlots.brokers.securities import bond_security, option_security
from taxlots.brokers.sweeps import note_sweeps
from taxlots.brokers.table import Record
from taxlots.brokers.vanguard_actions import rule_of
from taxlots.brokers.vocabulary import Nature, Rule
from taxlots.domain.action import Action
from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE

VANGUARD: Final = Custodian(
    page="Vanguard's page",
    lot_details="Vanguard's cost basis file",
    date="Trade Date",
    action="Transaction Type",
    symbol="Symbol",
    quantity="Shares",
    price="Share Price",
    fees="Commission Fees",
    amount="Net Amount",
    is_grouped=True,
    trims_prices=True,
)
SETTLEMENT_FUNDS: Final = frozenset({"VMFXX", "VMMXX"})
"""Money market funds in which Vanguard keeps, or has kept, an account's cash."""
DAY_FORM: Final = "YYYY-MM-DD or MM/DD/YYYY"
_OPTION = re.compile(r"([A-Z.]{1,6})\s+(\d{2})(\d{2})(\d{2})\s+([PC])\s+(\d+(?:\.\d+)?)", re.ASCII)
_BOND_NAME = re.compile(r"\bCPN\b|\bMTD\b|\bDTD\b", re.ASCII)
_NOT_IN_SYMBOLS = re.compile(r"[^0-9A-Z.]+")
_SHARES_ONLY: Final = frozenset({Nature.MOVE, Nature.SPLIT, Nature.EXPIRY})
_LEAVES: Final = frozenset(
    {Action.SELL, Action.SELL_OPTION, Action.WRITE_OPTION, Action.SELL_SHORT}
)
_CENTURY: Final = "20"


def vanguard_symbol(cell: str) -> str:
    """A symbol as the book has it: options (``LITE 270716 P 560.00``) in OCC form."""
    symbol = " ".join(cell.split()).upper()
    found = _OPTION.fullmatch(symbol)
    if found is None:
        return symbol
    expiry = calendar_day(_CENTURY + found[2], found[3], found[4])
    return (occ_name(found[1], expiry, found[5], found[6]) if expiry else "") or symbol


def transactions(
    records: Sequence[Record],
    account: str,
    as_of: date | None,
    held: Mapping[str, int] | None,
    findings: Findings,
) -> tuple[list[BrokerRow], list[dict[str, str]]]:
    """Every transaction in booking order, and the securities that the rows tell."""
    read = (_entry(place, record, findings) for place, record in enumerate(records))
    entries = _with_reverse_splits([entry for entry in read if entry is not None])
    for entry in entries:
        check_day_of(entry, as_of, VANGUARD, findings)
        check_entry(entry, VANGUARD, findings)
    _note_made_symbols(entries, findings)
    note_sweeps(entries, findings)
    ordered = in_booking_order(entries, VANGUARD, findings)
    paired = pair_up(ordered, lambda _entry: False, VANGUARD, findings)
    return journal_rows(paired, account, held, VANGUARD, findings), _securities(entries)


def _entry(place: int, record: Record, findings: Findings) -> Entry | None:
    seen = len(findings.found)
    cells = Cells(record.line, record.cells, findings, us_or_iso_day, DAY_FORM)
    name, told, title = (
        cells.text(column) for column in ("Transaction Type", "Symbol", "Investment Name")
    )
    rule = rule_of(name)
    if rule is None:
        shown = cells.text("Transaction Description") or title
        note_unknown_action(cells, "Transaction Type", name, shown)
    day = cells.day("Trade Date")
    if day is None and not cells.is_told("Trade Date"):
        fault = f"The row has no date ({DAY_FORM})."
        findings.error(record.line, "Trade Date", "BAD_DATE", fault, AGAIN)
    quantity, price = cells.shares("Shares"), cells.number("Share Price")
    fees = (cells.cents("Commission") or 0) + (cells.cents("Fees") or 0)
    accrued, amount = cells.cents("Accrued Interest") or 0, cells.cents("Net Amount")
    if rule is None or day is None or len(findings.found) > seen:
        return None
    symbol = vanguard_symbol(told) if cells.is_told("Symbol") else ""
    is_named_bond = not symbol and bool(_BOND_NAME.search(title.upper()))
    if is_named_bond:
        symbol = _NOT_IN_SYMBOLS.sub("-", title.upper()).strip("-")
    rule = _as_sweep(rule, symbol, quantity, amount)
    leaves = rule.action in _LEAVES and quantity is not None and quantity < 0
    bare = -quantity if leaves and quantity is not None else quantity
    priced = (is_named_bond or is_cusip(symbol)) and is_priced_in_percent(bare, price, amount)
    return Entry(
        place=place,
        line=record.line,
        raw=record.raw,
        posted=day,
        day=day,
        name=name,
        rule=rule,
        symbol=symbol,
        description=title,
        quantity=bare,
        # A price of zero stands in rows that have none.
        price=price if price and price.strip("0.") else "",
        fees_cents=abs(fees),
        amount_cents=None if rule.nature in _SHARES_ONLY and quantity else amount,
        is_option=symbol != " ".join(told.split()).upper() and not is_named_bond and bool(symbol),
        is_bond=priced,
        accrued_cents=abs(accrued),
    )


def _as_sweep(rule: Rule, symbol: str, quantity: int | None, amount: int | None) -> Rule:
    """Settlement fund trades at a dollar a share are cash that stays in the account.

    Its reinvested dividends have no shares at all.
    """
    in_fund = symbol in SETTLEMENT_FUNDS and rule.nature in (Nature.SHARES_IN, Nature.SHARES_OUT)
    at_par = abs(quantity or 0) * CENTS_PER_DOLLAR == abs(amount or 0) * SHARE
    no_shares = not quantity and rule.action is Action.REINVEST
    return Rule(Nature.SWEEP, Action.VOID) if in_fund and (at_par or no_shares) else rule


def _with_reverse_splits(entries: Sequence[Entry]) -> list[Entry]:
    """A split in two rows that stand together, old shares negative and new ones positive."""
    found = list(entries)
    for at, entry in enumerate(found):
        if entry.rule.nature is not Nature.SPLIT or (entry.quantity or 0) >= 0:
            continue
        for other in (at - 1, at, at + 1):
            if 0 <= other < len(found) and _is_split_of(found[other], entry):
                rule = replace(found[other].rule, nature=Nature.REVERSE_SPLIT)
                found[other] = replace(found[other], rule=rule)
    return found


def _is_split_of(one: Entry, other: Entry) -> bool:
    return one.rule.action is Action.SPLIT and one.day == other.day


def _note_made_symbols(entries: Sequence[Entry], findings: Findings) -> None:
    named: set[str] = set()
    for entry in entries:
        if _is_made(entry) and entry.symbol not in named:
            named.add(entry.symbol)
            findings.warning(
                entry.line,
                "Symbol",
                "SYMBOL_MADE",
                f"{quoted(entry.description)} has no symbol; it is booked as {entry.symbol}.",
                "Nothing, unless your book has it under another symbol.",
            )


def _is_made(entry: Entry) -> bool:
    name = _NOT_IN_SYMBOLS.sub("-", entry.description.upper()).strip("-")
    return bool(entry.symbol) and entry.symbol == name and not is_cusip(name)


def _securities(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Options and bonds, each once, in the order of the file."""
    found: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.is_option:
            found.setdefault(entry.symbol, option_security(entry.symbol, entry.description))
        elif _is_made(entry) or (is_cusip(entry.symbol) and entry.is_bond):
            found.setdefault(entry.symbol, bond_security(entry.symbol, entry.description))
    return list(found.values())
