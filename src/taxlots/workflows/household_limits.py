"""What overrides leave of the trades of a household: positions and their limits."""

from __future__ import annotations

from dataclasses import dataclass

from taxlots.domain.trade_override import TradeAction, TradeOverride
from taxlots.plan.trade_overrides import OverridablePosition, TradeLimits, limits_of, said_of
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.trade_overrides import overrides_of


@dataclass(frozen=True, slots=True)
class HouseholdLimits:
    """Limits of every position that the household could have, in the order of ``positions``."""

    positions: tuple[OverridablePosition, ...]
    limits: TradeLimits

    @property
    def closed(self) -> frozenset[tuple[str, str]]:
        """Accounts and securities of which nothing may be bought."""
        return frozenset(
            (one.account, one.symbol)
            for one, most in zip(self.positions, self.limits.buy, strict=True)
            if most <= 0
        )

    @property
    def locked(self) -> frozenset[tuple[str, str]]:
        """Positions of which nothing may be sold."""
        return frozenset(
            (one.account, one.symbol)
            for one, most in zip(self.positions, self.limits.sell, strict=True)
            if one.held > 0 and most <= 0
        )

    def said(self, *heeded: TradeAction) -> tuple[str, ...]:
        """The sentences of a plan that heeds some actions alone."""
        found = [
            f"{said_of(one)} by {one.by} is not heeded here"
            for one in self.limits.applied
            if one.action not in heeded
        ]
        kept = tuple(one for one in self.limits.applied if one.action in heeded)
        return (*_without(self.limits, kept), *found)


def _without(limits: TradeLimits, kept: tuple[TradeOverride, ...]) -> tuple[str, ...]:
    left_out = {said_of(one) for one in limits.applied if one not in kept}
    return tuple(
        said for said in limits.sentences() if not any(said.startswith(name) for name in left_out)
    )


def household_limits(plan: HouseholdPlan) -> HouseholdLimits:
    """The limits that the book's overrides set to every position of a household on its day.

    Raises DataError for rows that cannot be read, and UsageError for overrides that clash.
    """
    record = plan.prepared.books.record
    overrides = overrides_of(record, plan.name, is_narrowed=plan.is_narrowed)
    symbols = {symbol for _, symbol in plan.worths.cents} | set(plan.quotes)
    named = {one.symbol for one in overrides} | {one.instead for one in overrides}
    positions = []
    for account in plan.accounts:
        for symbol in sorted(symbols & named):
            offer = plan.offer(symbol)
            if offer is not None:
                positions.append(
                    OverridablePosition(
                        household=plan.name,
                        account=account.id,
                        symbol=symbol,
                        held=plan.worths.cents.get((account.id, symbol), 0) / 100,
                        price=offer.price * offer.multiplier / 10**8,
                    )
                )
    found = tuple(positions)
    return HouseholdLimits(found, limits_of(overrides, found, plan.as_of))
