"""The rows of Schwab's transactions file, each checked on its own and put in booking order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final

from taxlots.brokers.cells import Cells, is_cusip
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.schwab_actions import Nature, Rule, rule_of
from taxlots.brokers.schwab_cells import occ_symbol, posted_and_effective
from taxlots.brokers.table import Record
from taxlots.domain.money import SHARE, dollars

_OPTION_MULTIPLIER: Final = 100
_BOND_PRICE_BASE: Final = 100
_TRADES: Final = frozenset({Nature.SHARES_IN, Nature.SHARES_OUT})
_MONEY_ONLY: Final = frozenset({Nature.CASH, Nature.COST, Nature.MONEY_MOVE, Nature.IN_LIEU})
_SHARES_ONLY: Final = frozenset({Nature.SPLIT, Nature.REVERSE_SPLIT, Nature.RENAME, Nature.EXPIRY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One transaction as Schwab tells it.

    ``place`` is its place in the file.  ``posted`` is when Schwab entered it, ``day`` the day as
    of which it counts.  Quantity (1e-8) and amount (cents) keep Schwab's signs; None is a blank
    cell.  ``price`` is plain decimal text, blank if none.
    """

    place: int
    line: int
    raw: str
    posted: date
    day: date
    name: str
    rule: Rule
    symbol: str
    description: str
    quantity: int | None
    price: str
    fees_cents: int
    amount_cents: int | None
    is_option: bool
    is_bond: bool


def read_entries(records: Sequence[Record], as_of: date | None, findings: Findings) -> list[Entry]:
    """Every sound row, in the order of the file; the others are noted."""
    entries = []
    for place, record in enumerate(records):
        entry = _entry(place, record, findings)
        if entry is None:
            continue
        if as_of and max(entry.posted, entry.day) > as_of:
            findings.error(
                entry.line,
                "Date",
                "AFTER_AS_OF",
                f"The row's {max(entry.posted, entry.day)} lies after {as_of}, the day as of"
                " which the file was made.",
                AGAIN,
            )
        _check_cells(entry, findings)
        entries.append(entry)
    return entries


def in_booking_order(entries: Sequence[Entry], findings: Findings) -> list[Entry]:
    """Oldest first.

    Schwab lists the newest row first and tells no times, so of two rows of one day the lower one
    is taken as the earlier; in a file that was sorted oldest first, the upper one.  A split takes
    effect before the market opens on its day, so it comes first there; entered later "as of" a
    day, it took effect after that day's close and stays where it stands, after that day's trades.
    """
    posted = [entry.posted for entry in entries]
    is_newest_first = all(a >= b for a, b in pairwise(posted))
    is_oldest_first = all(a <= b for a, b in pairwise(posted))
    if entries and not is_newest_first and not is_oldest_first:
        at = next(i for i in range(1, len(posted)) if posted[i] > posted[i - 1])
        findings.warning(
            entries[at].line,
            "Date",
            "UNORDERED",
            "The rows are sorted neither newest nor oldest first; of one day's rows, the lower"
            " one is booked first.",
            "Download the file again, unsorted, if the order within a day matters.",
        )
    step = 1 if is_oldest_first and not is_newest_first else -1

    def key(entry: Entry) -> tuple[date, bool, int]:
        splits = entry.rule.nature in (Nature.SPLIT, Nature.REVERSE_SPLIT)
        return entry.day, not (splits and entry.posted == entry.day), step * entry.place

    return sorted(entries, key=key)


def _entry(place: int, record: Record, findings: Findings) -> Entry | None:
    cells = Cells(record.line, record.cells, findings)
    name = cells.text("Action")
    rule = rule_of(name)
    if rule is None:
        _note_unknown(cells, name)
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


def _note_unknown(cells: Cells, name: str) -> None:
    what = f"The action {quoted(name)} is not known" if name else "The row has no action"
    cells.findings.error(
        cells.line,
        "Action",
        "UNKNOWN_ACTION",
        f"{what}: {quoted(cells.text('Description') or cells.text('Symbol'))}.",
        "Take the row out of a copy of the file and import what it did as a canonical row; and"
        " report the action, so that it can be added.",
    )


def _check_cells(entry: Entry, findings: Findings) -> None:
    """Whether the row has the cells that its action needs, with signs that make sense."""
    nature = entry.rule.nature
    moves_shares = nature in _TRADES or nature in _SHARES_ONLY or nature is Nature.CANCEL
    if moves_shares and not entry.symbol:
        _missing(entry, "Symbol", "MISSING_SYMBOL", findings)
    if moves_shares and not entry.quantity:
        _missing(entry, "Quantity", "BAD_QUANTITY", findings)
    if nature in _MONEY_ONLY:
        if entry.amount_cents is None:
            _missing(entry, "Amount", "BAD_AMOUNT", findings)
        if entry.quantity:
            findings.error(
                entry.line,
                "Quantity",
                "BAD_QUANTITY",
                f"{quoted(entry.name)} moves money, but the row tells a number of shares.",
                "Take the row out of a copy of the file and import it as canonical rows.",
            )
    if nature in _TRADES:
        _check_trade(entry, findings)
    if nature in _TRADES or nature is Nature.SPLIT:
        for column, told in (("Fees & Comm", entry.fees_cents < 0), ("Price", "-" in entry.price)):
            if told:
                findings.error(entry.line, column, "WRONG_SIGN", f"'{column}' is negative.", AGAIN)


def _check_trade(entry: Entry, findings: Findings) -> None:
    comes_in = entry.rule.nature is Nature.SHARES_IN
    if (entry.quantity or 0) < 0:
        findings.error(
            entry.line,
            "Quantity",
            "NEGATIVE_QUANTITY",
            f"{quoted(entry.name)} with a negative number of shares: Schwab tells the direction"
            " by the action alone.",
            AGAIN,
        )
    amount = entry.amount_cents
    if amount is None and not entry.price:
        _missing(entry, "Amount", "BAD_AMOUNT", findings)
    elif amount is not None and (amount > 0 if comes_in else amount < 0):
        findings.error(
            entry.line,
            "Amount",
            "WRONG_SIGN",
            f"{quoted(entry.name)} with an amount of {dollars(amount)}: money"
            f" {'paid is negative' if comes_in else 'received is positive'}.",
            AGAIN,
        )
    elif amount is not None and entry.price and (entry.quantity or 0) > 0:
        _check_sum(entry, amount, findings)
    if entry.is_option and entry.name.lower() in ("buy", "sell", "reinvest shares"):
        findings.error(
            entry.line,
            "Action",
            "NEEDS_FACTS",
            f"{quoted(entry.name)} of the option {entry.symbol} does not tell whether it opens or"
            " closes a position.",
            "Take the row out of a copy of the file and import it as BUY_OPTION, SELL_OPTION,"
            " WRITE_OPTION or CLOSE_OPTION.",
        )


def _check_sum(entry: Entry, amount: int, findings: Findings) -> None:
    """Amount = quantity × price ± fees, as far as the shown digits of the price allow."""
    factor = Fraction(_OPTION_MULTIPLIER if entry.is_option else 1)
    factor /= _BOND_PRICE_BASE if entry.is_bond else 1
    quantity = Fraction(entry.quantity or 0, SHARE) * factor
    price = Fraction(entry.price)
    fees = entry.fees_cents if entry.rule.nature is Nature.SHARES_IN else -entry.fees_cents
    difference = abs(amount) - (quantity * price * 100 + fees)
    decimals = len(entry.price.partition(".")[2])
    slack = 100 * (quantity / 2 / 10**decimals + price * factor / 20_000) + 2
    if abs(difference) <= slack:
        return
    if entry.is_bond:
        findings.warning(
            entry.line,
            "Amount",
            "BOND_AMOUNT",
            f"The amount differs by {dollars(round(difference))} from quantity × price ÷ 100 and"
            " fees: probably accrued interest, which is neither basis nor proceeds.",
            "Take it out of the basis with a BASIS_ADJUSTMENT row, if so.",
        )
        return
    findings.warning(
        entry.line,
        "Amount",
        "AMOUNT_MISMATCH",
        f"The amount {dollars(amount)} differs by {dollars(round(difference))} from quantity ×"
        " price and fees. The amount is booked.",
        "Compare the row with Schwab's page.",
    )


def _missing(entry: Entry, column: str, code: str, findings: Findings) -> None:
    findings.error(entry.line, column, code, f"{quoted(entry.name)} without '{column}'.", AGAIN)


def within(days: int, earlier: date, later: date) -> bool:
    """Whether ``later`` lies at most so many days after ``earlier``, and not before it."""
    return timedelta(0) <= later - earlier <= timedelta(days)
