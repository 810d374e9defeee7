"""What writing events needs to know: the journal, its amounts, and the rows around a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.averaging import Averaging
from taxlots.book.cells import Int64
from taxlots.book.checks import ratio_of
from taxlots.book.identification import Picks
from taxlots.book.journal import ACTION_CODE, Journal, flag
from taxlots.book.ordering import Bookings
from taxlots.book.rights import Rights
from taxlots.book.tables import Terms
from taxlots.domain.account import Account
from taxlots.domain.action import Action
from taxlots.domain.view import View

SPLIT_NOTICE_DAYS: Final = 10
"""Two accounts' splits of one symbol this close are one event told twice."""

Place = tuple[str, str, str]
"""Account, symbol, and what is there: blank for what is held, ``OWED`` for short positions, else
the order under which lots are on their way."""

OWED: Final = "short"


@dataclass(slots=True, kw_only=True)
class Entry:
    """One event to be.  ``place`` is what it takes from or opens in, ``to`` where lots go."""

    household: int
    day: int
    time: int
    row: int
    kind: int
    place: Place
    to: Place | None = None
    quantity: int = 0
    cents: int = 0
    flags: int = 0
    holding_period: int = 0
    acquired: int = kinds.UNSTATED
    loss_cents: int = 0
    ratio: Fraction = Fraction(1)
    picks: Picks = field(default_factory=list)
    arrives: int = -1
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """One split of a symbol, as a household's rows state it."""

    row: int
    day: int
    time: int
    account: str
    ratio: Fraction


@dataclass(slots=True)
class Desk:
    """What writing an entry needs to know: the journal, its amounts, and the rows around."""

    journal: Journal
    view: View
    cents: Int64
    accounts: dict[str, Account]
    picks: dict[int, Picks]
    holders: dict[tuple[int, str], list[str]]
    outbound: dict[tuple[int, str], Place]
    splits: dict[tuple[int, str], list[Split]]
    averaging: Averaging
    shorted: frozenset[tuple[str, str]]
    """Accounts and symbols that are ever owed."""
    vest_is_acquisition: bool
    cured: frozenset[int]
    """Rows of short sales that the journal shows to be no constructive sale."""
    left: set[tuple[int, str]] = field(default_factory=set)
    """Households and orders under which lots have left so far."""
    under_way: set[Place] = field(default_factory=set)
    """Where shares were distributed on lots that are on their way."""
    rights: Rights = field(default_factory=Rights)

    def entry(self, bookings: Bookings, place: int, kind: int) -> Entry:
        """The entry that a booking makes before its action has its say."""
        row = int(bookings.row[place])
        return Entry(
            household=int(bookings.household[place]),
            day=int(bookings.day[place]),
            time=int(bookings.time[place]),
            row=row,
            kind=kind,
            place=(self.journal.account_of(row), self.journal.symbol_of(row), ""),
            quantity=int(self.journal.number["quantity"].values[row]),
            cents=int(self.cents[row]),
            holding_period=int(bookings.day[place]),
            picks=self.picks.get(row, []),
        )


def is_other_distribution(journal: Journal, row: int) -> bool:
    """Whether a stock dividend brings another class or is taxable: no split of what is held."""
    return bool(journal.cell("to_symbol", row)) or flag(journal, "taxable", row)


def splits_of(journal: Journal, bookings: Bookings) -> dict[tuple[int, str], list[Split]]:
    """The splits of each household and symbol, each once however many accounts state it."""
    found: dict[tuple[int, str], list[Split]] = {}
    codes = [ACTION_CODE[Action.SPLIT], ACTION_CODE[Action.STOCK_DIVIDEND]]
    for place in np.flatnonzero(np.isin(journal.action[bookings.row], codes)):
        row = int(bookings.row[place])
        if is_other_distribution(journal, row):
            continue
        ratio = ratio_of(journal, row)
        if ratio is None:
            continue
        split = Split(
            row=row,
            day=int(bookings.day[place]),
            time=int(bookings.time[place]),
            account=journal.account_of(row),
            ratio=ratio,
        )
        known = found.setdefault((int(bookings.household[place]), journal.symbol_of(row)), [])
        if any(s.day == split.day and s.ratio == ratio for s in known):
            continue
        if any(_in_conflict(s, split) for s in known):
            journal.note(
                row,
                "ratio",
                "SPLIT_CONFLICT",
                "another row states a split of this symbol at the same time with another ratio "
                "or date",
                "keep one row, with a blank account, at the date on which the split took effect",
            )
        else:
            known.append(split)
    return found


def _in_conflict(one: Split, other: Split) -> bool:
    if one.day == other.day:
        return True
    return one.account != other.account and abs(one.day - other.day) <= SPLIT_NOTICE_DAYS
