"""What the books have of short sales: what is owed, and which losses a closing would lose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from taxlots.book.booking import Books
from taxlots.book.desk import OWED
from taxlots.book.journal import ACTION_CODE
from taxlots.book.results import realized_of, short_lots_of
from taxlots.domain.account import Account
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.domain.security import SecurityKind
from taxlots.law.s1091_wash_sale import WINDOW_DAYS
from taxlots.market_data.calendars import settlement_day
from taxlots.workflows.household_plan import HouseholdPlan

SOLD: Final = (Action.SELL, Action.SELL_SHORT)

CONTRACTS: Final = (SecurityKind.OPTION, SecurityKind.SECTION_1256)
"""Contracts, of which nobody owes shares: overlays are planned of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedLot:
    """An open part of a short lot; ``quantity`` in 1e-8 units, money in cents.

    ``deferred_cents`` is loss of an earlier short sale, ``is_backed`` as ``ShortLots`` has it.
    """

    lot_id: str
    account: str
    symbol: str
    opened: date
    quantity: int
    proceeds_cents: int
    deferred_cents: int
    is_backed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleInWindow:
    """A sale, or a short sale, of the last 30 days."""

    id: str
    account: str
    symbol: str
    day: int


@dataclass(frozen=True, slots=True)
class ShortHistory:
    """What is owed but contracts, sales in the window, and losses of closings in it.

    ``losses`` are account, symbol and day of each.
    """

    lots: tuple[OwedLot, ...]
    sales: tuple[SaleInWindow, ...]
    losses: tuple[tuple[str, str, int], ...]

    @classmethod
    def of(cls, books: Books) -> ShortHistory:
        """The history of some books on their day."""
        first = books.as_of - WINDOW_DAYS
        return cls(owed_lots(books), _sales(books, first), _losses(books, first))

    def why_kept(self, lot: OwedLot, plan: HouseholdPlan) -> str:
        """Why a lot is not closed at a loss; blank where it may be.

        A loss is disallowed where the same was sold, or sold short, within 30 days (26 USC
        1091(e)), and is one of the day on which the shares are delivered (Rev. Rul. 2002-44).
        """
        party, today = plan.index.party, plan.situation.day
        for one in self.sales:
            is_same = plan.index.replaces(one.symbol, lot.symbol)
            if one.id != lot.lot_id and is_same and party[one.account] == party[lot.account]:
                until = date_of(one.day) + timedelta(days=WINDOW_DAYS + 1)
                return (
                    f"{one.symbol} was sold in {one.account}: its loss is disallowed before {until}"
                )
        if date_of(settlement_day(today)).year != plan.as_of.year:
            return "its loss would be one of the next year (Rev. Rul. 2002-44)"
        return ""

    def lost_before(self, symbol: str, account: Account, plan: HouseholdPlan) -> str:
        """The loss of a closing that a short sale of today would disallow; blank without one."""
        party = plan.index.party
        for other, lost, day in self.losses:
            if party[other] == party[account.id] and plan.index.replaces(symbol, lost):
                until = date_of(day) + timedelta(days=WINDOW_DAYS + 1)
                return (
                    f"{lost} was covered at a loss in {other}, which a short sale before {until}"
                    " would disallow (26 USC 1091(e))"
                )
        return ""


def owed_lots(books: Books) -> tuple[OwedLot, ...]:
    """The open parts of all short lots, but those of contracts."""
    found = short_lots_of(books)
    securities = books.record.securities
    lots = []
    for at in range(len(found.position)):
        account, symbol, way = books.blueprint.places[int(found.position[at])]
        security = securities.get(symbol)
        if way == OWED and (security is None or security.kind not in CONTRACTS):
            lots.append(
                OwedLot(
                    lot_id=books.journal.id(int(found.lot_row[at])),
                    account=account,
                    symbol=symbol,
                    opened=date_of(int(found.opened[at])),
                    quantity=int(found.quantity[at]),
                    proceeds_cents=int(found.proceeds[at]),
                    deferred_cents=int(found.deferred[at]),
                    is_backed=bool(found.is_backed[at]),
                )
            )
    return tuple(lots)


def _sales(books: Books, first: int) -> tuple[SaleInWindow, ...]:
    events = books.blueprint.tables["events"]
    rows = events["row"]
    is_mine = (rows >= 0) & (events["day"] >= first) & (events["day"] <= books.as_of)
    codes = [ACTION_CODE[action] for action in SOLD]
    is_mine[is_mine] = np.isin(books.journal.action[rows[is_mine]], codes)
    return tuple(
        SaleInWindow(
            id=books.journal.id(int(rows[at])),
            account=place[0],
            symbol=place[1],
            day=int(events["day"][at]),
        )
        for at in np.flatnonzero(is_mine).tolist()
        for place in [books.blueprint.places[int(events["position"][at])]]
    )


def _losses(books: Books, first: int) -> tuple[tuple[str, str, int], ...]:
    pieces = realized_of(books)
    is_lost = (pieces.proceeds < pieces.basis) & (pieces.sold >= first)
    found = []
    for at in np.flatnonzero(is_lost).tolist():
        account, symbol, way = books.blueprint.places[int(pieces.position[at])]
        if way == OWED:
            found.append((account, symbol, int(pieces.sold[at])))
    return tuple(found)
