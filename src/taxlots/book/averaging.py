"""When the average basis method comes into force and ends, position by position.

Treas. Reg. 1.1012-1(e)(9): by election, by the account's standing method, until revoked or changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from taxlots.book.cells import Mask
from taxlots.book.checks import is_action, method_named
from taxlots.book.holders import delivering
from taxlots.book.journal import ACTION_CODE, ACTIONS, Journal, filled, flag
from taxlots.book.ordering import Bookings
from taxlots.domain.action import SALE_ACTIONS, Action
from taxlots.domain.method import ReliefMethod
from taxlots.domain.security import Security, SecurityKind

FUNDS: Final = frozenset({SecurityKind.MUTUAL_FUND, SecurityKind.ETF})
POOLED_KINDS: Final = FUNDS | {SecurityKind.STOCK}
TURNS: Final = (
    Action.SET_METHOD,
    Action.ELECT_AVERAGE,
    Action.REVOKE_AVERAGE,
    Action.SYMBOL_CHANGE,
)

Pair = tuple[str, str]
"""An account and a symbol."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Averaging starts or ends for one position; ``is_elected``: it can be revoked."""

    pair: Pair
    is_on: bool
    is_elected: bool = False
    is_single: bool = False


@dataclass(slots=True)
class Averaging:
    """Where averaging may be in force, where it is from the start, and its turns by booking."""

    pairs: set[Pair] = field(default_factory=set)
    from_start: set[Pair] = field(default_factory=set)
    turns: dict[int, list[Turn]] = field(default_factory=dict)


def is_fund(security: Security | None) -> bool:
    """Whether all shares of a security can be averaged; of a stock, plan shares alone."""
    return security is not None and security.kind in FUNDS


def averaging_of(journal: Journal, bookings: Bookings) -> Averaging:
    """Follow standing methods, elections and revocations through the bookings."""
    found = Averaging()
    at_start = {a.id for a in journal.record.accounts if a.method is ReliefMethod.AVERAGE}
    actions = journal.action[bookings.row]
    turning = np.isin(actions, [ACTION_CODE[action] for action in TURNS])
    named = _named_average(journal)[bookings.row]
    if not at_start and not turning.any() and not named.any():
        return found
    symbols = _symbols_of_accounts(journal, bookings)
    found.from_start = {
        (account, symbol)
        for account in at_start
        for symbol in symbols.get(account, [])
        if _kind(journal, symbol) in POOLED_KINDS
    }
    found.pairs = set(found.from_start)
    walk = _Walk(journal, symbols, set(found.from_start))
    for place in np.flatnonzero(turning | named):
        row = int(bookings.row[place])
        action = ACTIONS[journal.action[row]]
        if action in SALE_ACTIONS:
            walk.check_sale(row)
            continue
        turns = walk.turns(row, action)
        if turns:
            found.turns[int(place)] = turns
            found.pairs |= {turn.pair for turn in turns if turn.is_on}
    return found


@dataclass(slots=True)
class _Walk:
    """Which positions are averaged so far: by a standing method; by election, alone or not."""

    journal: Journal
    symbols: dict[str, list[str]]
    by_method: set[Pair]
    elected: dict[Pair, bool] = field(default_factory=dict)
    own_orders: set[Pair] = field(default_factory=set)

    def turns(self, row: int, action: Action) -> list[Turn]:
        pair = (self.journal.account_of(row), self.journal.symbol_of(row))
        if action is Action.SYMBOL_CHANGE:
            return self._renamed(pair, self.journal.cell("to_symbol", row))
        if action is Action.SET_METHOD:
            is_on = method_named(self.journal, row) is ReliefMethod.AVERAGE
            return [turn for one in self._ordered(pair) for turn in self._by_method(one, is_on)]
        if _kind(self.journal, pair[1]) not in POOLED_KINDS:
            _not_allowed(self.journal, row, pair[1])
            return []
        if action is Action.REVOKE_AVERAGE:
            return self._revoked(pair)
        if pair in self.elected:
            return []
        is_single = flag(self.journal, "single_account", row)
        self.elected[pair] = is_single
        return [Turn(pair, is_on=True, is_elected=True, is_single=is_single)]

    def _ordered(self, pair: Pair) -> list[Pair]:
        """The positions for which a standing order speaks."""
        account, symbol = pair
        if symbol:
            self.own_orders.add(pair)
            return [pair]
        named = [(account, symbol) for symbol in self.symbols.get(account, [])]
        return [one for one in named if one not in self.own_orders]

    def _by_method(self, pair: Pair, is_on: bool) -> list[Turn]:
        """A method starts averaging, or ends what a method started."""
        was_on = pair in self.by_method
        if _kind(self.journal, pair[1]) not in POOLED_KINDS or was_on == is_on:
            return []
        if is_on:
            self.by_method.add(pair)
        else:
            self.by_method.discard(pair)
        return [] if pair in self.elected else [Turn(pair, is_on)]

    def _renamed(self, pair: Pair, target: str) -> list[Turn]:
        """A standing order for a symbol and an election go on under its new name."""
        account, symbol = pair
        found = []
        for holder in [account] if account else list(self.symbols):
            old, new = (holder, symbol), (holder, target)
            if old in self.own_orders:
                self.own_orders.add(new)
                found += self._by_method(new, old in self.by_method)
            if old in self.elected and new not in self.elected:
                self.elected[new] = self.elected.pop(old)
                found.append(Turn(new, is_on=True, is_single=self.elected[new]))
        return found

    def _revoked(self, pair: Pair) -> list[Turn]:
        """An election ends; the standing method may average on.  Else it is a change of method."""
        if pair in self.elected:
            del self.elected[pair]
            return [Turn(pair, is_on=pair in self.by_method)]
        return self._by_method(pair, is_on=False)

    def check_sale(self, row: int) -> None:
        """A single sale cannot be averaged on its own."""
        pair = (self.journal.account_of(row), self.journal.symbol_of(row))
        if pair not in self.elected and pair not in self.by_method:
            self.journal.note(
                row,
                "method",
                "AVERAGE_NOT_ELECTED",
                "the average basis method is not in force for this position",
                "elect it by ELECT_AVERAGE before the sale; it cannot hold for one sale alone "
                "(Treas. Reg. 1.1012-1(e)(9))",
            )


def _not_allowed(journal: Journal, row: int, symbol: str) -> None:
    journal.note(
        row,
        "symbol",
        "AVERAGE_NOT_ALLOWED",
        f"the basis of {symbol!r} cannot be averaged",
        "only fund shares and stock held in a reinvestment plan can (26 USC 1012(c) and (d))",
    )


def _named_average(journal: Journal) -> Mask:
    """Sales that name AVERAGE as their own method."""
    rows = filled(journal, "method") & is_action(journal, SALE_ACTIONS)
    for row in np.flatnonzero(rows):
        rows[row] = journal.cell("method", int(row)) == ReliefMethod.AVERAGE
    return rows


def _kind(journal: Journal, symbol: str) -> SecurityKind:
    return journal.record.securities.get(symbol, Security(symbol=symbol)).kind


def _symbols_of_accounts(journal: Journal, bookings: Bookings) -> dict[str, list[str]]:
    """Every symbol that an account ever names, also as the target of an action."""
    found: dict[str, dict[str, None]] = {}
    width = len(journal.symbol.names) + 1
    keys = journal.account.values[bookings.row].astype(np.int64) * width
    keys += journal.symbol.values[bookings.row]
    for key in np.unique(keys).tolist():
        account, symbol = divmod(key, width)
        if account >= 0 and symbol < width - 1:
            found.setdefault(journal.account.names[account], {})[journal.symbol.names[symbol]] = (
                None
            )
    for row in bookings.row[
        (filled(journal, "to_account") | filled(journal, "to_symbol"))[bookings.row]
    ]:
        symbol = journal.cell("to_symbol", int(row)) or journal.symbol_of(int(row))
        named = journal.cell("to_account", int(row)) or journal.account_of(int(row))
        accounts = [named] if named else [a.id for a in journal.record.accounts]
        for account_id in accounts:
            found.setdefault(account_id, {})[symbol] = None
    for place, underlying in delivering(journal, bookings):
        account = journal.account_of(int(bookings.row[place]))
        found.setdefault(account, {})[underlying] = None
    return {account: list(symbols) for account, symbols in found.items()}
