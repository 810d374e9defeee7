"""What accounts hold of section 1256 contracts: long and short, first in, first out."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from taxlots.book.contract_trades import Trade
from taxlots.domain.account import Account
from taxlots.domain.action import PURCHASE_ACTIONS, Action
from taxlots.domain.money import apportion
from taxlots.domain.problem import Problem, error
from taxlots.domain.security import Security
from taxlots.law.s1256_contracts import unrealized

LONG_CLOSED_BY: Final = frozenset(
    {Action.SELL, Action.SELL_OPTION, Action.EXERCISE, Action.TRANSFER}
)
SHORT_OPENED_BY: Final = frozenset({Action.SELL_SHORT, Action.WRITE_OPTION})
SHORT_CLOSED_BY: Final = frozenset({Action.BUY_TO_COVER, Action.CLOSE_OPTION, Action.ASSIGN})


@dataclass(slots=True)
class ContractLot:
    """Contracts opened by one row: a whole, of which ``relieved`` units have left."""

    row: int
    opened: int
    is_short: bool
    quantity: int
    cents: int
    relieved: int = 0

    @property
    def units(self) -> int:
        """How many are open, in 1e-8 contracts."""
        return self.quantity - self.relieved

    @property
    def open_cents(self) -> int:
        """What the open ones cost, or brought."""
        return self.cents - apportion(self.cents, self.relieved, self.quantity)

    def relieve(self, units: int) -> ContractLot:
        """Take units out, with their part of the cents: a whole of their own."""
        before = self.open_cents
        self.relieved += units
        return ContractLot(self.row, self.opened, self.is_short, units, before - self.open_cents)


@dataclass(slots=True)
class Side:
    """The long or the short contracts of a place, in the order in which they were opened."""

    lots: deque[ContractLot] = field(default_factory=deque)
    units: int = 0

    def add(self, lot: ContractLot) -> None:
        """Put a lot behind the others."""
        self.lots.append(lot)
        self.units += lot.units

    def relieve(self, units: int) -> list[ContractLot]:
        """Take units out, first in, first out; there must be that many."""
        self.units -= units
        parts = []
        while units:
            lot = self.lots[0]
            part = lot.relieve(min(units, lot.units))
            parts.append(part)
            units -= part.quantity
            if not lot.units:
                self.lots.popleft()
        return parts


@dataclass(slots=True)
class ContractPlace:
    """What one account holds of one contract, and the year that it is in.

    ``is_known`` is false from the year on in which a row could not be booked.
    """

    account: Account
    contract: Security
    year: int
    realized: int = 0
    before: int | None = 0
    has_traded: bool = False
    is_known: bool = True
    long: Side = field(default_factory=Side)
    short: Side = field(default_factory=Side)

    @property
    def lots(self) -> list[ContractLot]:
        """Everything that is open, the long side first."""
        return [*self.long.lots, *self.short.lots]


def booked(trade: Trade, place: ContractPlace, target: ContractPlace) -> Problem | None:
    """Book a trade at its place; ``target`` is where a TRANSFER goes to.

    Returns what is wrong with a trade that cannot be booked; nothing has changed then.
    """
    action = trade.action
    if action in PURCHASE_ACTIONS or action in SHORT_OPENED_BY:
        is_short = action in SHORT_OPENED_BY
        side = place.short if is_short else place.long
        side.add(ContractLot(trade.row, trade.day, is_short, trade.quantity or 0, trade.cents))
        return None
    closed = _side_closed(trade, place)
    if closed is None:
        return not_booked(trade)
    units = closed.units if trade.quantity is None else trade.quantity
    if units > closed.units:
        return _oversold(trade)
    parts = closed.relieve(units)
    if action is Action.TRANSFER:
        for part in parts:
            target.long.add(part)
        return None
    opening = sum(part.cents for part in parts)
    closing = 0 if action is Action.EXPIRE else trade.cents
    place.realized += unrealized(closing, opening, closed is place.short)
    return None


def _side_closed(trade: Trade, place: ContractPlace) -> Side | None:
    """The side of a place from which a trade takes; None where the trade is not booked here."""
    action = trade.action
    if action in (Action.EXERCISE, Action.ASSIGN) and not trade.is_in_cash:
        return None
    if action is Action.EXPIRE:
        return place.long if place.long.units else place.short
    if action in LONG_CLOSED_BY:
        return place.long
    return place.short if action in SHORT_CLOSED_BY else None


def not_booked(trade: Trade) -> Problem:
    """A row whose effect on what is taxed cannot be told from it."""
    if trade.action in (Action.EXERCISE, Action.ASSIGN):
        remedy = "state what the settlement paid in the column cash"
    else:
        remedy = (
            "enter how the contracts were opened and closed, each on its own date: BUY and SELL, "
            "SELL_SHORT and BUY_TO_COVER, WRITE_OPTION and CLOSE_OPTION, EXPIRE"
        )
    return error(
        trade.where,
        "SECTION_1256_ROW",
        f"transaction {trade.id!r}: the book of section 1256 does not know what {trade.action} of "
        f"{trade.symbol} is worth",
        remedy,
    )


def _oversold(trade: Trade) -> Problem:
    return error(
        trade.where,
        "SECTION_1256_OVERSOLD",
        f"transaction {trade.id!r}: {trade.action} closes more of {trade.symbol} than is open",
        "correct the quantity, or enter what opened the contracts",
    )
