"""Contracts that a rebalance may hold beside its trades: what each moves, ties up and costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taxlots.domain.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayContract:
    """A contract that an account may be long or short of, in whole numbers.

    ``notional_cents`` is what one contract stands for.  ``moves_with`` are dollars of each security
    of its class for a dollar of notional, and ``basis`` the annual deviation that these leave.
    Parts of notional are: ``tied``, margin and reserve, ``margin`` alone, ``trade_cost`` of
    entering or leaving, ``long_carry`` and ``short_carry`` of a year (rolls, margin and tax beyond
    what securities cost, from zero up), of which ``tax`` is an expected tax.  ``held`` are open
    (short: below zero), and at most so many of each side are wanted; a bar says why it is not
    entered.
    """

    symbol: str
    asset_class: str
    account: Account
    notional_cents: int
    moves_with: Mapping[str, float]
    tied: float
    underlying: str = ""
    basis: float = 0.0
    trade_cost: float = 0.0
    long_carry: float = 0.0
    short_carry: float = 0.0
    margin: float = 0.0
    tax: float = 0.0
    held: int = 0
    most_long: int = 0
    most_short: int = 0
    long_bar: str = ""
    short_bar: str = ""

    @property
    def most(self) -> int:
        """The largest number: no more is bought than may be, and what is held may stay."""
        return max(self.held, 0 if self.long_bar else self.most_long)

    @property
    def least(self) -> int:
        """The smallest number, below zero where it may be sold short."""
        return min(self.held, 0 if self.short_bar else -self.most_short)

    def tied_cents(self, count: int) -> int:
        """Margin and reserve of so many contracts."""
        return round(abs(count) * self.notional_cents * self.tied)

    def carry(self, count: int) -> float:
        """Dollars a year that so many contracts cost."""
        part = self.long_carry if count > 0 else self.short_carry
        return abs(count) * self.notional_cents / 100 * part

    def entry_cost(self, count: int) -> float:
        """Dollars of going from what is held to so many contracts."""
        return abs(count - self.held) * self.notional_cents / 100 * self.trade_cost
