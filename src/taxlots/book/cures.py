"""Short sales that the journal shows to be cured: no constructive sale.  26 USC 1259(c)(3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from taxlots.book.checks import is_action, ratio_of
from taxlots.book.journal import ACTIONS, Journal
from taxlots.book.ordering import Bookings
from taxlots.domain.account import Account
from taxlots.domain.action import CORPORATE_ACTIONS, EXCHANGE_ACTIONS, Action
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
    tax_return: str
    symbol: str
    left: Fraction
    closed: int = -1
    is_delivered: bool = False


@dataclass(slots=True)
class _Walk:
    """The short sales of each account and symbol so far, and what reduced a holding on a day."""

    journal: Journal
    accounts: dict[str, Account]
    queues: dict[tuple[str, str], list[_Open]] = field(default_factory=dict)
    reducing: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    found: list[_Open] = field(default_factory=list)

    def pass_row(self, row: int, action: Action, day: int) -> None:
        """Follow one booking."""
        journal = self.journal
        symbol = journal.symbol_of(row)
        if action in CORPORATE_ACTIONS:
            self._restate(row, symbol)
        account = self.accounts.get(journal.account_of(row))
        if account is None:
            return
        kept = _reduced(journal, action, symbol)
        if kept:
            self.reducing.setdefault((account.tax_return, kept), []).append(day)
        queue = self.queues.setdefault((account.id, symbol), [])
        units = Fraction(int(journal.number["quantity"].values[row]))
        if action is Action.SELL_SHORT:
            queue.append(_Open(row, day, account.tax_return, symbol, units))
            self.found.append(queue[-1])
        elif action in (Action.BUY_TO_COVER, Action.CLOSE_SHORT_BY_DELIVERY):
            _close(queue, units, day, is_delivered=action is Action.CLOSE_SHORT_BY_DELIVERY)

    def _restate(self, row: int, symbol: str) -> None:
        """What is owed follows splits, and turns into what its shares turn into."""
        journal = self.journal
        named = journal.account_of(row)
        target = journal.cell("to_symbol", row)
        action = ACTIONS[journal.action[row]]
        turns = action in EXCHANGE_ACTIONS or action is Action.SYMBOL_CHANGE
        is_split = action is Action.SPLIT or (action is Action.STOCK_DIVIDEND and not target)
        stated = journal.cell("ratio", row)
        ratio = ratio_of(journal, row) if stated and (turns or is_split) else Fraction(1)
        if turns and target:
            for tax_return, held in list(self.reducing):
                if held == symbol:
                    days = self.reducing.setdefault((tax_return, target), [])
                    days.extend(self.reducing[tax_return, held])
        for holder, held in list(self.queues):
            mine = held == symbol and (is_split or named in ("", holder))
            if not mine or not (turns or is_split):
                continue
            queue = self.queues.pop((holder, held))
            for short in queue:
                short.left *= ratio or 1
                short.symbol = target or symbol
            self.queues.setdefault((holder, target or symbol), []).extend(queue)


def cured_shorts(
    journal: Journal, bookings: Bookings, accounts: dict[str, Account], as_of: int
) -> frozenset[int]:
    """The SELL_SHORT rows that were closed and whose position stayed exposed, as of a day."""
    if not is_action(journal, {Action.SELL_SHORT})[bookings.row].any():
        return frozenset()
    walk = _Walk(journal, accounts)
    actions = journal.action[bookings.row]
    for place in range(len(bookings)):
        action = ACTIONS[actions[place]]
        walk.pass_row(int(bookings.row[place]), action, int(bookings.day[place]))
    return frozenset(
        short.row
        for short in walk.found
        if _is_cured(short, walk.reducing.get((short.tax_return, short.symbol), []), as_of)
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


def _close(queue: list[_Open], units: Fraction, day: int, *, is_delivered: bool) -> None:
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
