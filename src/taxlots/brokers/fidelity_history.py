"""Fidelity's account history as rows for the journal."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from taxlots.brokers.cells import Cells, is_cusip
from taxlots.brokers.entries import (
    Custodian,
    Entry,
    check_day_of,
    check_entry,
    in_booking_order,
    is_priced_in_percent,
    note_unknown_action,
)
from taxlots.brokers.fidelity_actions import rule_of
from taxlots.brokers.fidelity_cells import (
    effective_day,
    is_option_symbol,
    reorganization,
    run_day,
    security_symbol,
    symbol_in,
)
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.journal_rows import journal_rows
from taxlots.brokers.pairs import pair_up
from taxlots.brokers.protocol import BrokerRow
from taxlots.brokers.securities import bond_security, option_security
from taxlots.brokers.sweeps import note_sweeps
from taxlots.brokers.table import Record
from taxlots.brokers.vocabulary import Nature, Rule
from taxlots.domain.action import Action
from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE

FIDELITY: Final = Custodian(
    page="Fidelity's page",
    lot_details="the position's purchase history at Fidelity",
    date="Run Date",
    action="Action",
    symbol="Symbol",
    quantity="Quantity",
    price="Price",
    fees="Fees",
    amount="Amount",
    trims_prices=True,
)
CORE_FUNDS: Final = frozenset(
    {"CORE", "FCASH", "FDLXX", "FDRXX", "FTEXX", "FZFXX", "FZSXX", "SPAXX"}
)
"""Money market funds in which Fidelity keeps an account's cash."""
_FORMS: Final = "MM/DD/YYYY or MM-DD-YYYY"
_VALUED: Final = frozenset(
    {Nature.MOVE, Nature.SPLIT, Nature.REVERSE_SPLIT, Nature.RENAME, Nature.OPTION_END}
)
"""Rows of shares alone: their amount, if any, is a market value and no money."""
_LEAVES: Final = frozenset(
    {Action.SELL, Action.SELL_OPTION, Action.WRITE_OPTION, Action.SELL_SHORT}
)
_OF_BONDS: Final = frozenset({"MUNI EXEMPT INT", "REDEMPTION PAYOUT"})


def transactions(
    records: Sequence[Record],
    account: str,
    as_of: date | None,
    held: Mapping[str, int] | None,
    findings: Findings,
) -> tuple[list[BrokerRow], list[dict[str, str]]]:
    """Every transaction in booking order, and the securities that the rows tell."""
    entries = [e for p, r in enumerate(records) if (e := _entry(p, r, findings)) is not None]
    for entry in entries:
        check_day_of(entry, as_of, FIDELITY, findings)
        check_entry(entry, FIDELITY, findings)
    note_sweeps(entries, findings)
    ordered = in_booking_order(entries, FIDELITY, findings)
    paired = pair_up(ordered, _is_internal, FIDELITY, findings)
    return journal_rows(paired, account, held, FIDELITY, findings), _securities(entries)


def _entry(place: int, record: Record, findings: Findings) -> Entry | None:
    seen = len(findings.found)
    cells = Cells(record.line, record.cells, findings, run_day, _FORMS)
    action = cells.text("Action")
    posted = _posted(cells)
    day = effective_day(action, posted) if posted else None
    if posted and day is None:
        findings.error(
            record.line,
            "Action",
            "BAD_DATE",
            f"{quoted(action)} tells no day after 'as of'.",
            AGAIN,
        )
    quantity, price = cells.shares("Quantity"), cells.number("Price")
    fees = (cells.cents("Commission") or 0) + (cells.cents("Fees") or 0)
    accrued, amount = cells.cents("Accrued Interest") or 0, cells.cents("Amount")
    _check_currency(cells)
    known = rule_of(action, has_shares=bool(quantity))
    if known is None:
        shown = cells.text("Description") or cells.text("Symbol")
        note_unknown_action(cells, "Action", action, shown)
    if known is None or posted is None or day is None or len(findings.found) > seen:
        return None
    name, rule = known
    told = cells.text("Symbol") or symbol_in(action)
    symbol = security_symbol(told)
    rule = _as_sweep(rule, symbol, quantity, amount)
    quantity = _unsigned(rule, quantity)
    return Entry(
        place=place,
        line=record.line,
        raw=record.raw,
        posted=posted,
        day=day,
        name=name,
        rule=rule,
        symbol=symbol,
        description=cells.text("Description"),
        quantity=quantity,
        price=price or "",
        fees_cents=fees,
        amount_cents=None if rule.nature in _VALUED and quantity else amount,
        is_option=is_option_symbol(told),
        is_bond=is_cusip(symbol) and is_priced_in_percent(quantity, price, amount),
        accrued_cents=abs(accrued),
        reference=reorganization(action),
    )


def _posted(cells: Cells) -> date | None:
    posted = cells.day("Run Date")
    if posted is None and not cells.is_told("Run Date"):
        cells.findings.error(
            cells.line, "Run Date", "BAD_DATE", f"The row has no date ({_FORMS}).", AGAIN
        )
    return posted


def _check_currency(cells: Cells) -> None:
    currency = cells.text("Currency") or "USD"
    if currency.upper() != "USD":
        cells.findings.error(
            cells.line,
            "Currency",
            "FOREIGN_CURRENCY",
            f"The row is in {quoted(currency)}; only US dollars are booked.",
            "Convert the transaction at its day's rate and import it as a canonical row.",
        )


def _as_sweep(rule: Rule, symbol: str, quantity: int | None, amount: int | None) -> Rule:
    """Trades in a core fund at a dollar a share are cash that stays in the account."""
    in_core = symbol in CORE_FUNDS and rule.nature in (Nature.SHARES_IN, Nature.SHARES_OUT)
    at_par = abs(quantity or 0) * CENTS_PER_DOLLAR == abs(amount or 0) * SHARE
    return Rule(Nature.SWEEP, Action.VOID) if in_core and at_par else rule


def _unsigned(rule: Rule, quantity: int | None) -> int | None:
    """What leaves has a minus in the file; the action tells the direction as well."""
    return -quantity if rule.action in _LEAVES and quantity and quantity < 0 else quantity


def _is_internal(entry: Entry) -> bool:
    return entry.name.startswith("JOURNALED")


def _securities(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Options and bonds, each once, in the order of the file."""
    found: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.is_option:
            found.setdefault(entry.symbol, option_security(entry.symbol, entry.description))
        elif entry.is_bond or (is_cusip(entry.symbol) and entry.name in _OF_BONDS):
            found.setdefault(entry.symbol, bond_security(entry.symbol, entry.description))
    return list(found.values())
