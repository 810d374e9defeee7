"""Short sales that the journal shows to be cured: no constructive sale.  26 USC 1259(c)(3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taxlots.book.checks import is_action
from taxlots.book.journal import ACTIONS, Journal
from taxlots.book.ordering import Bookings
from taxlots.domain.account import Account
from taxlots.domain.action import Action
from taxlots.law.s1259_constructive_sales import exposed_through, last_day_to_close

REDUCING: Final = frozenset(
    {
        Action.SELL,
        Action.SELL_SHORT,
        Action.TRANSFER_OUT,
        Action.DONATE,
        Action.GIFT_OUT,
    }
)
"""Rows after which the appreciated position is not kept as it was."""


@dataclass(slots=True)
class _Open:
    """What is left of a short sale, and when the last of it was closed."""

    row: int
    day: int
    left: int
    closed: int = -1
    is_delivered: bool = False


def cured_shorts(
    journal: Journal, bookings: Bookings, accounts: dict[str, Account], as_of: int
) -> frozenset[int]:
    """The SELL_SHORT rows that were closed and whose position stayed exposed, as of a day."""
    actions = journal.action[bookings.row]
    if not is_action(journal, {Action.SELL_SHORT})[bookings.row].any():
        return frozenset()
    closed: list[tuple[_Open, str, str]] = []
    queues: dict[tuple[str, str], list[_Open]] = {}
    reducing: dict[tuple[str, str], list[int]] = {}
    for place in range(len(bookings)):
        row = int(bookings.row[place])
        action = ACTIONS[actions[place]]
        account = accounts.get(journal.account_of(row))
        if account is None:
            continue
        symbol = journal.symbol_of(row)
        day = int(bookings.day[place])
        kept = _reduced(journal, action, symbol)
        if kept:
            reducing.setdefault((account.tax_return, kept), []).append(day)
        queue = queues.setdefault((account.id, symbol), [])
        units = int(journal.number["quantity"].values[row])
        if action is Action.SELL_SHORT:
            queue.append(_Open(row, day, units))
            closed.append((queue[-1], account.tax_return, symbol))
        elif action in (Action.BUY_TO_COVER, Action.CLOSE_SHORT_BY_DELIVERY):
            _close(queue, units, day, is_delivered=action is Action.CLOSE_SHORT_BY_DELIVERY)
    return frozenset(
        short.row
        for short, tax_return, symbol in closed
        if _is_cured(short, reducing.get((tax_return, symbol), []), as_of)
    )


def _reduced(journal: Journal, action: Action, symbol: str) -> str:
    """The symbol whose holding a row reduces or hedges; blank if none."""
    if action in REDUCING:
        return symbol
    security = journal.record.securities.get(symbol)
    if security is None or not security.underlying:
        return ""
    is_hedge = (action is Action.BUY_OPTION and security.is_put) or (
        action is Action.WRITE_OPTION and not security.is_put
    )
    return security.underlying if is_hedge else ""


def _close(queue: list[_Open], units: int, day: int, *, is_delivered: bool) -> None:
    for short in queue:
        taken = min(units, short.left)
        if taken:
            short.left -= taken
            units -= taken
            short.closed = day
            short.is_delivered |= is_delivered


def _is_cured(short: _Open, reducing: list[int], as_of: int) -> bool:
    if short.left or short.is_delivered or short.closed > last_day_to_close(short.day):
        return False
    end = exposed_through(short.closed)
    return as_of > end and not any(short.closed <= day <= end for day in reducing)
