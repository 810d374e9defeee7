"""Which accounts of a household ever hold a symbol, and what is ever owed in them."""

from __future__ import annotations

import numpy as np

from taxlots.book.checks import is_action
from taxlots.book.journal import Journal, filled
from taxlots.book.ordering import Bookings
from taxlots.domain.account import Account
from taxlots.domain.action import CORPORATE_ACTIONS, Action

OWING = frozenset({Action.SELL_SHORT, Action.WRITE_OPTION})


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
    _follow(journal, bookings, accounts, found)
    return {key: list(holders) for key, holders in found.items()}


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


def shorted_of(
    journal: Journal, bookings: Bookings, holders: dict[tuple[int, str], list[str]]
) -> frozenset[tuple[str, str]]:
    """Accounts and symbols that are ever owed, also under the symbol they turn into."""
    owing = is_action(journal, OWING)[bookings.row]
    if not owing.any():
        return frozenset()
    found = {
        (journal.account_of(int(row)), journal.symbol_of(int(row))) for row in bookings.row[owing]
    }
    turning = is_action(journal, CORPORATE_ACTIONS) & filled(journal, "to_symbol")
    for place in np.flatnonzero(turning[bookings.row]):
        row = int(bookings.row[place])
        old, new = journal.symbol_of(row), journal.cell("to_symbol", row)
        account = journal.account_of(row)
        named = [account] if account else holders.get((int(bookings.household[place]), old), [])
        found |= {(name, new) for name in named if (name, old) in found}
    return frozenset(found)
