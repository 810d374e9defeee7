"""One transaction of a custodian's file: what it tells, its checks, and the booking order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final

from taxlots.brokers.cells import Cells
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.vocabulary import Nature, Rule
from taxlots.domain.action import Action
from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE, dollars

COPY: Final = "Take the row out of a copy of the file and import in its place"
OPTION_MULTIPLIER: Final = 100
_BOND_PRICE_BASE: Final = 100
_LEAST_PRICE_RATIO: Final = 20
"""Quantity × price is about a hundred times what is paid for a bond, accrued interest apart."""
_SHARE_TRADES: Final = frozenset({Action.BUY, Action.SELL, Action.REINVEST})
_TRADES: Final = frozenset({Nature.SHARES_IN, Nature.SHARES_OUT, Nature.STRIKE})
_COMES_IN: Final = frozenset(
    {Action.BUY, Action.REINVEST, Action.BUY_OPTION, Action.CLOSE_OPTION, Action.BUY_TO_COVER}
)
_MONEY_ONLY: Final = frozenset({Nature.CASH, Nature.COST, Nature.MONEY_MOVE, Nature.IN_LIEU})
_SHARES_ONLY: Final = frozenset(
    {Nature.SPLIT, Nature.REVERSE_SPLIT, Nature.RENAME, Nature.EXPIRY, Nature.OPTION_END}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Custodian:
    """What must be known of a custodian to speak of its transactions.

    ``page`` is where its client compares a row, ``lot_details`` where the lots behind a transfer
    are told.  ``is_grouped`` files list security by security, and no order of dates is expected.
    Where forms differ in the zeros behind a price, ``trims_prices`` leaves them out, so that a row
    is the same in every form.  The others are the names of the columns.
    """

    page: str
    lot_details: str
    date: str
    action: str
    symbol: str
    quantity: str
    price: str
    fees: str
    amount: str
    is_grouped: bool = False
    trims_prices: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One transaction as its custodian tells it.

    ``place`` is its place in the file.  ``posted`` is when the custodian entered it, ``day`` the
    day as of which it counts.  ``name`` is the action for the journal's note, ``description`` what
    is shown of it.  Quantity (1e-8) is positive in trades and signed in moves of shares; amount
    (cents) is positive for money that comes in; None is a blank cell.  ``price`` is plain decimal
    text, blank if none; a bond's is a percentage.  ``accrued_cents`` is the interest that a bond's
    buyer pays within the amount.  ``reference`` is common to the rows of one event, where told.
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
    accrued_cents: int = 0
    reference: str = ""

    @property
    def comes_in(self) -> bool:
        """Whether shares or contracts come in, for which money is paid."""
        return self.rule.action in _COMES_IN

    @property
    def basis_cents(self) -> int | None:
        """The amount of a trade less accrued interest, positive; None where it is not told."""
        return None if self.amount_cents is None else abs(self.amount_cents) - self.accrued_cents


def in_booking_order(
    entries: Sequence[Entry], custodian: Custodian, findings: Findings
) -> list[Entry]:
    """Oldest first.

    Custodians list the newest row first and tell no times, so of two rows of one day the lower one
    is taken as the earlier; in a file that is sorted oldest first, the upper one.  A split takes
    effect before the market opens on its day, so it comes first there; entered later "as of" a
    day, it took effect after that day's close and stays where it stands, after that day's trades.
    """
    posted = [entry.posted for entry in entries]
    is_newest_first = all(a >= b for a, b in pairwise(posted))
    is_oldest_first = all(a <= b for a, b in pairwise(posted))
    is_sorted = is_newest_first or is_oldest_first
    if entries and not is_sorted and not custodian.is_grouped:
        at = next(i for i in range(1, len(posted)) if posted[i] > posted[i - 1])
        findings.warning(
            entries[at].line,
            custodian.date,
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


def note_unknown_action(cells: Cells, column: str, name: str, shown: str) -> None:
    """An action that the importer does not know is an error: nothing is booked by a guess."""
    what = f"The action {quoted(name)} is not known" if name else "The row has no action"
    cells.findings.error(
        cells.line,
        column,
        "UNKNOWN_ACTION",
        f"{what}: {quoted(shown)}.",
        "Take the row out of a copy of the file and import what it did as a canonical row; and"
        " report the action, so that it can be added.",
    )


def check_day_of(
    entry: Entry, as_of: date | None, custodian: Custodian, findings: Findings
) -> None:
    """A row dated after the day of the statement is an error."""
    last = max(entry.posted, entry.day)
    if as_of and last > as_of:
        findings.error(
            entry.line,
            custodian.date,
            "AFTER_AS_OF",
            f"The row's {last} lies after {as_of}, the day as of which the file was made.",
            AGAIN,
        )


def check_entry(entry: Entry, custodian: Custodian, findings: Findings) -> None:
    """Whether the row has the cells that its action needs, with signs that make sense."""
    nature = entry.rule.nature
    moves_shares = nature in _TRADES or nature in _SHARES_ONLY or nature is Nature.CANCEL
    if moves_shares and not entry.symbol:
        _missing(entry, custodian.symbol, "MISSING_SYMBOL", findings)
    if moves_shares and not entry.quantity:
        _missing(entry, custodian.quantity, "BAD_QUANTITY", findings)
    if nature in _MONEY_ONLY:
        if entry.amount_cents is None:
            _missing(entry, custodian.amount, "BAD_AMOUNT", findings)
        if entry.quantity:
            findings.error(
                entry.line,
                custodian.quantity,
                "BAD_QUANTITY",
                f"{quoted(entry.name)} moves money, but the row tells a number of shares.",
                "Take the row out of a copy of the file and import it as canonical rows.",
            )
    if nature in _TRADES:
        _check_trade(entry, custodian, findings)
    if nature in _TRADES or nature is Nature.SPLIT:
        for column, told in (
            (custodian.fees, entry.fees_cents < 0),
            (custodian.price, "-" in entry.price),
        ):
            if told:
                findings.error(entry.line, column, "WRONG_SIGN", f"'{column}' is negative.", AGAIN)


def _check_trade(entry: Entry, custodian: Custodian, findings: Findings) -> None:
    comes_in = entry.comes_in
    if (entry.quantity or 0) < 0:
        findings.error(
            entry.line,
            custodian.quantity,
            "NEGATIVE_QUANTITY",
            f"{quoted(entry.name)} with a negative number of shares: the action tells the"
            " direction.",
            AGAIN,
        )
    amount = entry.amount_cents
    if amount is None and not entry.price:
        _missing(entry, custodian.amount, "BAD_AMOUNT", findings)
    elif amount is not None and (amount > 0 if comes_in else amount < 0):
        findings.error(
            entry.line,
            custodian.amount,
            "WRONG_SIGN",
            f"{quoted(entry.name)} with an amount of {dollars(amount)}: money"
            f" {'paid is negative' if comes_in else 'received is positive'}.",
            AGAIN,
        )
    elif amount is not None and not 0 <= entry.accrued_cents <= abs(amount):
        findings.error(
            entry.line,
            custodian.amount,
            "WRONG_SIGN",
            f"Accrued interest of {dollars(entry.accrued_cents)} within an amount of"
            f" {dollars(amount)} cannot be.",
            AGAIN,
        )
    elif amount is not None and entry.price and (entry.quantity or 0) > 0:
        _check_sum(entry, amount, custodian, findings)
    if entry.is_option and entry.rule.action in _SHARE_TRADES:
        findings.error(
            entry.line,
            custodian.action,
            "NEEDS_FACTS",
            f"{quoted(entry.name)} of the option {entry.symbol} does not tell whether it opens or"
            " closes a position.",
            "Take the row out of a copy of the file and import it as BUY_OPTION, SELL_OPTION,"
            " WRITE_OPTION or CLOSE_OPTION.",
        )


def _check_sum(entry: Entry, amount: int, custodian: Custodian, findings: Findings) -> None:
    """Amount = quantity × price ± fees, as far as the shown digits of the price allow."""
    factor = Fraction(OPTION_MULTIPLIER if entry.is_option else 1)
    factor /= _BOND_PRICE_BASE if entry.is_bond else 1
    quantity = Fraction(entry.quantity or 0, SHARE) * factor
    price = Fraction(entry.price)
    fees = entry.fees_cents if entry.comes_in else -entry.fees_cents
    difference = abs(amount) - (quantity * price * 100 + fees + entry.accrued_cents)
    # Trailing zeros are often left out, but no price is rounded to less than cents.
    decimals = max(len(entry.price.partition(".")[2]), 2)
    slack = 100 * (quantity / 2 / 10**decimals + price * factor / 20_000) + 2
    if abs(difference) <= slack:
        return
    if entry.is_bond and not entry.accrued_cents:
        findings.warning(
            entry.line,
            custodian.amount,
            "BOND_AMOUNT",
            f"The amount differs by {dollars(round(difference))} from quantity × price ÷ 100 and"
            " fees: probably accrued interest, which is neither basis nor proceeds.",
            "Take it out of the basis with a BASIS_ADJUSTMENT row, if so.",
        )
        return
    findings.warning(
        entry.line,
        custodian.amount,
        "AMOUNT_MISMATCH",
        f"The amount {dollars(amount)} differs by {dollars(round(difference))} from quantity ×"
        " price and fees. The amount is booked.",
        f"Compare the row with {custodian.page}.",
    )


def _missing(entry: Entry, column: str, code: str, findings: Findings) -> None:
    findings.error(entry.line, column, code, f"{quoted(entry.name)} without '{column}'.", AGAIN)


def is_priced_in_percent(quantity: int | None, price: str | None, amount: int | None) -> bool:
    """Whether a bond's price is a percentage of its face value, by what was paid for it."""
    if not (quantity and price and amount):
        return False
    asked = abs(Fraction(quantity, SHARE) * Fraction(price))
    return asked * CENTS_PER_DOLLAR >= _LEAST_PRICE_RATIO * abs(amount)


def within(days: int, earlier: date, later: date) -> bool:
    """Whether ``later`` lies at most so many days after ``earlier``, and not before it."""
    return timedelta(0) <= later - earlier <= timedelta(days)
