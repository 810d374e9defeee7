"""Which accounts of a household ever hold a symbol, and what is ever owed in them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from taxlots.book.checks import is_action
from taxlots.book.journal import ACTIONS, Journal, filled
from taxlots.book.ordering import Bookings
from taxlots.domain.account import Account
from taxlots.domain.action import CORPORATE_ACTIONS, EXCHANGE_ACTIONS, Action

OWING = frozenset({Action.SELL_SHORT, Action.WRITE_OPTION})
TURNING = EXCHANGE_ACTIONS | {Action.SYMBOL_CHANGE}
"""Rows that turn what is owed into another symbol."""

DELIVERING = frozenset({Action.EXERCISE, Action.ASSIGN})
"""Rows of options that bring or take their underlying."""


def holders_of(
    journal: Journal, bookings: Bookings, accounts: dict[str, Account]
) -> dict[tuple[int, str], list[str]]:
    """Accounts by household and symbol, in order of appearance; empty where no row asks.

    Rows of corporate actions with a blank account work on all of them, now or ever: a position
    that holds nothing is not changed.
    """
    for_all = is_action(journal, CORPORATE_ACTIONS) & (journal.account.values < 0)
    if not for_all[bookings.row].any():
        return {}
    found: dict[tuple[int, str], dict[str, None]] = {}
    width = len(journal.symbol.names) + 1
    keys = bookings.household.astype(np.int64) * (len(journal.account.names) + 1)
    keys = (keys + journal.account.values[bookings.row] + 1) * width
    keys = keys + journal.symbol.values[bookings.row] + 1
    _, first = np.unique(keys, return_index=True)
    for place in sorted(first.tolist()):
        row = int(bookings.row[place])
        account, symbol = journal.account_of(row), journal.symbol_of(row)
        if account in accounts and symbol:
            found.setdefault((int(bookings.household[place]), symbol), {})[account] = None
    _deliver(journal, bookings, accounts, found)
    _follow(journal, bookings, accounts, found)
    return {key: list(holders) for key, holders in found.items()}


def _deliver(
    journal: Journal,
    bookings: Bookings,
    accounts: dict[str, Account],
    found: dict[tuple[int, str], dict[str, None]],
) -> None:
    """What options bring when they are exercised or assigned is held there."""
    for place, underlying in delivering(journal, bookings):
        account = journal.account_of(int(bookings.row[place]))
        if account in accounts:
            key = (int(bookings.household[place]), underlying)
            found.setdefault(key, {})[account] = None


def delivering(journal: Journal, bookings: Bookings) -> Iterator[tuple[int, str]]:
    """The bookings by which options bring or take their underlying, and its symbol."""
    for place in np.flatnonzero(is_action(journal, DELIVERING)[bookings.row]):
        option = journal.record.securities.get(journal.symbol_of(int(bookings.row[place])))
        if option is not None and option.underlying:
            yield int(place), option.underlying


def _follow(
    journal: Journal,
    bookings: Bookings,
    accounts: dict[str, Account],
    found: dict[tuple[int, str], dict[str, None]],
) -> None:
    """What moves to another account or turns into another symbol is held there too."""
    moving = (filled(journal, "to_account") | filled(journal, "to_symbol"))[bookings.row]
    for place in np.flatnonzero(moving):
        row = int(bookings.row[place])
        household = int(bookings.household[place])
        symbol = journal.symbol_of(row)
        target = journal.cell("to_symbol", row) or symbol
        to_account = journal.cell("to_account", row) or journal.account_of(row)
        named = [to_account] if to_account else list(found.get((household, symbol), {}))
        holders = found.setdefault((household, target), {})
        holders.update((name, None) for name in named if name in accounts)


def _sold_by_options(journal: Journal, bookings: Bookings) -> Iterator[tuple[str, str]]:
    """Where a call assigned or a put exercised sells its underlying, perhaps short."""
    for place, underlying in delivering(journal, bookings):
        row = int(bookings.row[place])
        is_exercise = ACTIONS[journal.action[row]] is Action.EXERCISE
        if journal.record.securities[journal.symbol_of(row)].is_put == is_exercise:
            yield journal.account_of(row), underlying


def shorted_of(
    journal: Journal, bookings: Bookings, holders: dict[tuple[int, str], list[str]]
) -> frozenset[tuple[str, str]]:
    """Accounts and symbols that are ever owed, also under the symbol they turn into."""
    owing = is_action(journal, OWING)[bookings.row]
    found_short = set(_sold_by_options(journal, bookings))
    if not owing.any() and not found_short:
        return frozenset()
    found = {
        (journal.account_of(int(row)), journal.symbol_of(int(row))) for row in bookings.row[owing]
    }
    found |= found_short
    turning = is_action(journal, TURNING) & filled(journal, "to_symbol")
    for place in np.flatnonzero(turning[bookings.row]):
        row = int(bookings.row[place])
        old, new = journal.symbol_of(row), journal.cell("to_symbol", row)
        account = journal.account_of(row)
        named = [account] if account else holders.get((int(bookings.household[place]), old), [])
        found |= {(name, new) for name in named if (name, old) in found}
    return frozenset(found)
