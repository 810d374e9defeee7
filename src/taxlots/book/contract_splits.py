"""Listed options of which the stock was split while contracts were open.

The clearing house adjusts them: a split of whole shares multiplies the contracts and divides the
strike, any other one changes what a contract delivers.  The books adjust contracts by rows of
their own only, because the adjusted contract bears another symbol.  (OCC By-Laws, Article VI,
section 11A; Characteristics and Risks of Standardized Options.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.book.checks import is_action, void_rows
from taxlots.book.desk import is_other_distribution
from taxlots.book.journal import ACTIONS
from taxlots.domain.action import Action
from taxlots.domain.problem import Problem, warning
from taxlots.domain.security import SecurityKind

if TYPE_CHECKING:
    from taxlots.book.booking import Books

ADJUSTED_WITHIN_DAYS: Final = 10
"""A contract whose own row comes this soon after the split of its stock is adjusted."""

COMING: Final = frozenset(
    {Action.BUY, Action.BUY_OPTION, Action.WRITE_OPTION, Action.TRANSFER_IN, Action.GIFT_IN}
)
STAYING: Final = frozenset({Action.TRANSFER, Action.IRA_DISTRIBUTION, Action.RIGHTS})
SPLITS: Final = frozenset({Action.SPLIT, Action.STOCK_DIVIDEND})

Key = tuple[int, str]
"""A household and the symbol of an option."""


@dataclass(slots=True)
class _Contracts:
    """How contracts came and went, held and written together, and when rows adjusted them."""

    books: Books
    changes: dict[Key, list[tuple[int, int]]] = field(default_factory=dict)
    adjusted: dict[Key, list[int]] = field(default_factory=dict)

    def pass_booking(self, place: int) -> None:
        """Follow one booking of an option."""
        bookings, journal = self.books.bookings, self.books.journal
        row = int(bookings.row[place])
        action = ACTIONS[journal.action[row]]
        symbol = journal.symbol_of(row)
        key, day = (int(bookings.household[place]), symbol), int(bookings.day[place])
        if action in SPLITS or action is Action.SYMBOL_CHANGE:
            self.adjusted.setdefault(key, []).append(day)
            target = (key[0], journal.cell("to_symbol", row) or symbol)
            if target != key:
                moved = sum(units for _, units in self.changes.get(key, []))
                self.changes.setdefault(key, []).append((day, -moved))
                self.changes.setdefault(target, []).append((day, moved))
        elif action not in STAYING:
            units = int(journal.number["quantity"].values[row])
            if action is Action.EXPIRE and units == 0:
                units = sum(units for _, units in self.changes.get(key, []))
            sign = 1 if action in COMING else -1
            self.changes.setdefault(key, []).append((day, sign * units))

    def is_open_unadjusted(self, key: Key, day: int) -> bool:
        """Whether contracts of before a day were open on it, and no row adjusts them."""
        if sum(units for on, units in self.changes.get(key, []) if on < day) <= 0:
            return False
        own = self.adjusted.get(key, [])
        return not any(0 <= adjusted - day <= ADJUSTED_WITHIN_DAYS for adjusted in own)


def options_not_adjusted(books: Books) -> Iterator[Problem]:
    """A warning for each option of which contracts were open when its stock was split."""
    options: dict[str, list[str]] = {}
    for security in books.record.securities.values():
        if security.kind is SecurityKind.OPTION and security.underlying:
            options.setdefault(security.underlying, []).append(security.symbol)
    splits = _splits(books, options)
    if not splits:
        return
    contracts = _Contracts(books)
    named = {symbol for symbols in options.values() for symbol in symbols}
    codes = [code for code, name in enumerate(books.journal.symbol.names) if name in named]
    symbols = books.journal.symbol.values[books.bookings.row]
    for place in np.flatnonzero(np.isin(symbols, codes)).tolist():
        contracts.pass_booking(place)
    told: set[tuple[Key, int]] = set()
    for row, household in splits:
        stock, day = books.journal.symbol_of(row), int(books.journal.day["date"][0][row])
        for option in options[stock]:
            key = (household, option)
            if (key, day) in told or not contracts.is_open_unadjusted(key, day):
                continue
            told.add((key, day))
            yield warning(
                books.journal.where(row, "ratio"),
                "OPTION_NOT_ADJUSTED",
                f"contracts of {option} were open when {stock} was split; they are booked as they "
                "were",
                f"write a SPLIT of {option} with the same ratio and a SYMBOL_CHANGE to the "
                "contract with the new strike; where the ratio is no whole number, a SYMBOL_CHANGE "
                "to a contract with the multiplier that it delivers now",
            )


def _splits(books: Books, options: dict[str, list[str]]) -> list[tuple[int, int]]:
    """The rows that split a stock with options, and each household that they are about."""
    journal = books.journal
    live = ~void_rows(journal) & (journal.day["date"][0] <= books.as_of)
    number = {name: at for at, name in enumerate(books.households)}
    home = {account.id: number[account.household] for account in books.record.accounts}
    found = []
    for row in np.flatnonzero(is_action(journal, SPLITS) & live).tolist():
        if journal.symbol_of(row) not in options or is_other_distribution(journal, row):
            continue
        account = journal.account_of(row)
        households = [home[account]] if account in home else list(number.values())
        found += [(row, household) for household in households]
    return found
