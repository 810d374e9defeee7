"""What the answers of aggregators have in common: moments, options, lots, and rows with ids."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from taxlots.brokers.cells import Cells
from taxlots.brokers.entries import Custodian, Entry, check_entry, in_booking_order
from taxlots.brokers.findings import Findings, quoted
from taxlots.brokers.journal_rows import journal_rows
from taxlots.brokers.json_text import JsonRecord
from taxlots.brokers.pairs import pair_up
from taxlots.brokers.protocol import BrokerRow, CustodianOpenLot
from taxlots.brokers.rounded_cells import rounded_cents, rounded_shares
from taxlots.brokers.vocabulary import Nature, Rule
from taxlots.domain.action import Action
from taxlots.domain.money import shares

DAY_FORMS: Final = "YYYY-MM-DD, with or without a time of day after it"
ASK_AGAIN: Final = "Ask for the data again and import the answer as it is."
_FIRST_YEAR: Final = 1900
_SHOWN: Final = 5
_EXCHANGE: Final = "America/New_York"
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[-+]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_MICROSECONDS: Final = 6
_OPENS = re.compile(r"\b(?:to open|opening|bto|sto|buy_to_open|sell_to_open)\b", re.IGNORECASE)
_CLOSES = re.compile(r"\b(?:to close|closing|btc|stc|buy_to_close|sell_to_close)\b", re.IGNORECASE)
_OF_OPTIONS: Final = {
    (Action.BUY, True): Action.BUY_OPTION,
    (Action.BUY, False): Action.CLOSE_OPTION,
    (Action.SELL, True): Action.WRITE_OPTION,
    (Action.SELL, False): Action.SELL_OPTION,
}
_SHORT: Final = {
    Action.SELL_SHORT: Action.WRITE_OPTION,
    Action.BUY_TO_COVER: Action.CLOSE_OPTION,
}
_MONEY: Final = frozenset({Nature.CASH, Nature.COST, Nature.MONEY_MOVE, Nature.FACTS})
_UNSIGNED: Final = frozenset(
    {Nature.SHARES_IN, Nature.SHARES_OUT, Nature.STRIKE, Nature.EXPIRY, Nature.OPTION_END}
)
_STOCK_DIVIDEND: Final = Rule(
    Nature.FACTS, remedy="a STOCK_DIVIDEND row with its ratio, or the REINVEST row"
)


@dataclass(frozen=True, slots=True)
class Told:
    """A transaction and the id that the aggregator gave it; blank if its ids do not last."""

    entry: Entry
    id: str = ""


def day_of_moment(cell: str) -> date | None:
    """The day of a date or of a moment; None when it is neither.

    A moment in another time zone is brought to that of the exchanges, so that a trade of the
    evening keeps its day.  Midnight is no time: it stands where only the day is known.
    """
    text = cell.strip()
    if not _MOMENT.fullmatch(text):
        return None
    whole, _, rest = text.partition(".")
    digits = re.match(r"\d*", rest)
    if digits and rest:
        kept = digits.group()[:_MICROSECONDS].ljust(_MICROSECONDS, "0")
        whole = f"{whole}.{kept}{rest[digits.end() :]}"
    try:
        moment = datetime.fromisoformat(whole)
        if moment.tzinfo is not None and moment.time() != time():
            moment = moment.astimezone(UTC).astimezone(ZoneInfo(_EXCHANGE))
    except (ValueError, OverflowError):
        return None
    return moment.date() if moment.year >= _FIRST_YEAR else None


def moments(item: JsonRecord, findings: Findings) -> Cells:
    """The plain members of an object, whose dates may be moments."""
    return Cells(item.line, item.cells(), findings, day_of_moment, DAY_FORMS)


def check_currency(cells: Cells, column: str, currency: str) -> None:
    """Only US dollars are booked."""
    if currency and currency.upper() != "USD":
        cells.findings.error(
            cells.line,
            column,
            "FOREIGN_CURRENCY",
            f"The amounts are in {quoted(currency)}; only US dollars are booked.",
            "Convert the transaction at its day's rate and import it as a canonical row.",
        )


def for_option(rule: Rule, wording: str) -> Rule:
    """The rule for an option, by the words that tell whether a trade opens or closes.

    Without them the rule stays that of shares, which is refused for options.
    """
    if rule.action in _SHORT:
        return Rule(rule.nature, _SHORT[rule.action])
    opens, closes = bool(_OPENS.search(wording)), bool(_CLOSES.search(wording))
    if opens == closes or (rule.action, opens) not in _OF_OPTIONS:
        return rule
    return Rule(rule.nature, _OF_OPTIONS[rule.action, opens])


def settled(entry: Entry) -> Entry:
    """The entry with the signs and cells that its rule expects.

    Aggregators tell a quantity beside money and a value beside shares that move; neither is part
    of the transaction.  A dividend that tells shares and no money is one of shares.
    """
    nature, quantity, amount = entry.rule.nature, entry.quantity or None, entry.amount_cents
    if nature is Nature.CASH and quantity and not amount:
        return replace(entry, rule=_STOCK_DIVIDEND, quantity=quantity)
    if nature in _MONEY:
        return replace(entry, quantity=None)
    if nature in _UNSIGNED and quantity:
        quantity = abs(quantity)
    if nature in (Nature.MOVE, Nature.OPTION_END) and quantity:
        amount = None
    if nature is Nature.EXPIRY:
        amount = amount or None
    return replace(entry, quantity=quantity, amount_cents=amount)


def journal(
    told: Sequence[Told],
    custodian: Custodian,
    account: str,
    held: Mapping[str, int] | None,
    findings: Findings,
) -> list[BrokerRow]:
    """Rows for the journal in booking order, with the ids that last."""
    entries = [transaction.entry for transaction in told]
    for entry in entries:
        check_entry(entry, custodian, findings)
    ordered = in_booking_order(entries, custodian, findings)
    paired = pair_up(ordered, lambda _: False, custodian, findings)
    ids = {transaction.entry.raw: transaction.id for transaction in told if transaction.id}
    # Rows that bear an id have each a text of their own: the id stands in it.
    return [
        replace(row, cells={"id": ids[row.raw], **row.cells}) if row.raw in ids else row
        for row in journal_rows(paired, account, held, custodian, findings)
    ]


def open_lot(
    item: JsonRecord, symbol: str, cusip: str, opened: str, as_of: date | None, findings: Findings
) -> CustodianOpenLot | None:
    """One tax lot; ``opened`` names its date.  None, with errors noted, when it has no quantity."""
    cells = moments(item, findings)
    quantity, basis = rounded_shares(cells, "quantity"), rounded_cents(cells, "cost_basis")
    day = cells.day(opened)
    if day and as_of and day > as_of:
        findings.error(
            cells.line,
            opened,
            "AFTER_AS_OF",
            f"The lot's {day} lies after {as_of}, the day as of which the file was made.",
            ASK_AGAIN,
        )
    if not quantity:
        if quantity is not None or not cells.is_told("quantity"):
            findings.error(
                cells.line, "quantity", "BAD_QUANTITY", "The lot has no quantity.", ASK_AGAIN
            )
        return None
    return CustodianOpenLot(
        line=cells.line,
        symbol=symbol,
        opened=day,
        quantity=abs(quantity),
        cost_basis_cents=basis,
        cusip=cusip,
        is_short=quantity < 0 or cells.text("position_type").upper() == "SHORT",
    )


def check_lot_sum(
    position: Cells, column: str, lots: Sequence[CustodianOpenLot], shown: str
) -> None:
    """The lots of a position are the position: a difference tells of a missing lot."""
    held = rounded_shares(position, column)
    found = sum(lot.quantity for lot in lots)
    if held is not None and lots and abs(held) != found:
        position.findings.warning(
            position.line,
            column,
            "LOTS_DIFFER",
            f"The position in {quoted(shown)} is {shares(abs(held))}, its lots hold"
            f" {shares(found)}.",
            "Compare it with the custodian's own lots: a lot is missing here, or one too many.",
        )


def note_without_lots(positions: Sequence[tuple[int, str]], findings: Findings) -> None:
    """Positions (line, symbol) of which the custodian tells no lots."""
    if positions:
        names = ", ".join(quoted(name) for _, name in positions[:_SHOWN])
        others = f" and {len(positions) - _SHOWN} others" if len(positions) > _SHOWN else ""
        findings.warning(
            positions[0][0],
            "tax_lots",
            "NO_LOTS",
            f"The custodian tells no lots of {names}{others}: they are not compared.",
            "Nothing, or compare them with lots that the custodian exports itself.",
        )
