"""Short sales and options as entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import floor

from taxlots.book import kinds
from taxlots.book.desk import OWED, Desk, Entry
from taxlots.book.journal import ACTIONS, day_or_none
from taxlots.book.ordering import Bookings
from taxlots.domain.action import Action
from taxlots.domain.money import SHARE
from taxlots.domain.security import Security
from taxlots.domain.view import View


def sell_short(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """SELL_SHORT and WRITE_OPTION open a lot of what is owed."""
    entry = desk.entry(bookings, place, kinds.OPEN_SHORT)
    account, symbol, _ = entry.place
    is_short_sale = ACTIONS[desk.journal.action[entry.row]] is Action.SELL_SHORT
    if is_short_sale and not _may_be_short(desk, entry):
        return
    flags = 0
    if is_short_sale and entry.row not in desk.cured and desk.view is View.TAXPAYER:
        flags = kinds.CONSTRUCTIVE
    yield replace(entry, place=(account, symbol, OWED), flags=flags, picks=[])


def _may_be_short(desk: Desk, entry: Entry) -> bool:
    account = desk.accounts[entry.place[0]]
    if not account.kind.is_tax_deferred:
        return True
    desk.journal.note(
        entry.row,
        "account",
        "SHORT_IN_DEFERRED",
        f"{account.kind} cannot sell short",
        "correct the account; plans and IRAs hold no short positions",
    )
    return False


def cover(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """BUY_TO_COVER and CLOSE_OPTION close what is owed."""
    entry = desk.entry(bookings, place, kinds.COVER)
    account, symbol, _ = entry.place
    yield replace(entry, place=(account, symbol, OWED), acquired=_delivered_on(desk, entry))


def _delivered_on(desk: Desk, entry: Entry) -> int:
    """The day on which a covering purchase settles, if it is later than the purchase."""
    settled = day_or_none(desk.journal.day["settle_date"], entry.row)
    is_short_sale = ACTIONS[desk.journal.action[entry.row]] is Action.BUY_TO_COVER
    is_later = is_short_sale and settled is not None and settled > entry.day
    return settled if settled is not None and is_later else kinds.UNSTATED


def deliver(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """CLOSE_SHORT_BY_DELIVERY takes held shares for what is owed."""
    entry = desk.entry(bookings, place, kinds.DELIVER)
    account, symbol, _ = entry.place
    if _may_be_short(desk, entry):
        yield replace(entry, to=(account, symbol, OWED))


def expire(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """EXPIRE closes what is held, else what is owed, for nothing.

    The basis of a right goes to the stock on which it was distributed.
    """
    entry = desk.entry(bookings, place, kinds.EXPIRE)
    account, symbol, _ = entry.place
    stock = desk.rights.stock_of(entry.household, account, symbol)
    to = (account, stock, "") if stock else None
    if (account, symbol) in desk.shorted:
        to = (account, symbol, OWED)
    yield replace(entry, to=to, cents=0, picks=[])


def exercise(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """EXERCISE of what is held, ASSIGN of what was written; in stock or in cash."""
    entry = desk.entry(bookings, place, kinds.OPTION_LEG)
    journal = desk.journal
    account, symbol, _ = entry.place
    is_written = ACTIONS[journal.action[entry.row]] is Action.ASSIGN
    at = (account, symbol, OWED if is_written else "")
    if not journal.number["cash"].is_blank[entry.row]:
        cash = int(journal.number["cash"].values[entry.row])
        kind = kinds.COVER if is_written else kinds.SELL
        yield replace(entry, place=at, kind=kind, cents=cash)
        return
    security = journal.record.securities.get(symbol, Security(symbol=symbol))
    if not security.underlying:
        journal.note(
            entry.row,
            "symbol",
            "NO_UNDERLYING",
            f"securities.csv does not tell what {symbol!r} is an option on",
            "fill in its underlying, or the cash for which it was settled",
        )
        return
    cents = _strike_cents(desk, entry, security)
    if cents is None:
        return
    stock = (account, security.underlying, "")
    if security.is_put == is_written:
        is_right = desk.rights.is_right(entry.household, symbol)
        since = entry.day - 1 if is_right else entry.day
        yield replace(
            entry,
            place=at,
            to=stock,
            kind=kinds.OPEN_BY_OPTION,
            cents=cents,
            holding_period=since,
        )
        return
    yield replace(entry, place=at, picks=[])
    shares = entry.quantity * security.multiplier
    yield replace(entry, place=stock, kind=kinds.SELL, quantity=shares, cents=cents)
    if not desk.accounts[account].kind.is_tax_deferred:
        flags = kinds.CONSTRUCTIVE if desk.view is View.TAXPAYER else 0
        owed = (account, security.underlying, OWED)
        yield replace(
            entry, place=owed, kind=kinds.OPEN_SHORT, quantity=0, cents=0, flags=flags, picks=[]
        )


def _strike_cents(desk: Desk, entry: Entry, security: Security) -> int | None:
    """What the stock costs or brings: the row's amount or price, else the strike, with fees."""
    number = desk.journal.number
    if not (number["amount"].is_blank[entry.row] and number["price"].is_blank[entry.row]):
        return entry.cents
    if not security.strike:
        desk.journal.note(
            entry.row,
            "amount",
            "MISSING_CELL",
            f"neither the row nor securities.csv tells the strike of {security.symbol!r}",
            "fill in amount (strike times shares, with fees), or the strike in securities.csv",
        )
        return None
    is_written = ACTIONS[desk.journal.action[entry.row]] is Action.ASSIGN
    fees = int(number["fees"].values[entry.row])
    shares = Fraction(entry.quantity * security.multiplier, SHARE)
    sign = 1 if security.is_put == is_written else -1
    dollars = shares * Fraction(security.strike) + Fraction(sign * fees, 100)
    return floor(dollars * 100 + Fraction(1, 2))
