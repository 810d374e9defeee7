"""Overrides in a rebalance: positions as people let them be traded, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from taxlots.domain.order import Side
from taxlots.domain.trade_override import TradeAction, TradeOverride
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.replacements import Replaces
from taxlots.plan.rebalance.solving import Question, solve_household
from taxlots.plan.trade_overrides import (
    OverridablePosition,
    OverrideCosts,
    TradeLimits,
    costs_of_overrides,
    limits_of,
)

CENTS = 100


def overridden(
    positions: Sequence[Position], overrides: Sequence[TradeOverride], as_of: date
) -> tuple[tuple[Position, ...], TradeLimits]:
    """Positions with the limits that overrides set on them.

    Raises UsageError for overrides that contradict each other or cannot be done.
    """
    limits = limits_of(
        overrides,
        [_overridable(one) for one in positions],
        as_of,
        buy=np.array([0.0 if one.buy_bar else np.inf for one in positions]),
        sell=np.array([one.sellable_cents / CENTS for one in positions]),
    )
    found = tuple(
        replace(
            one,
            most_bought_cents=None if np.isinf(buy) else round(float(buy) * CENTS),
            most_sold_cents=round(float(sell) * CENTS),
            forced_cents=round(float(forced) * CENTS),
            forced_units=_forced_units(one, limits, float(forced)) if forced else 0,
        )
        for one, buy, sell, forced in zip(
            positions, limits.buy, limits.sell, limits.forced, strict=True
        )
    )
    return found, limits


def _forced_units(position: Position, limits: TradeLimits, forced: float) -> int:
    """The quantity that is forced, in 1e-8 units, sold below 0; 0 where it is an amount.

    A forced sale of a security speaks of accounts that hold none of it, too: it is of the position
    only where its dollars, ``forced``, are on the same side.
    """
    account, side = position.account, Side.BUY if forced > 0 else Side.SELL
    for one in limits.applied:
        is_about = one.speaks_of(account.household, account.id, position.symbol)
        if one.action is TradeAction.FORCE and one.side is side and is_about and one.quantity:
            return one.quantity if side is Side.BUY else -one.quantity
    return 0


def cost_of_overrides(
    question: Question,
    positions: Sequence[Position],
    overrides: Sequence[TradeOverride],
    as_of: date,
    replaces: Replaces,
) -> OverrideCosts:
    """What overrides cost in dollars: each plan is solved again without them.

    ``positions`` are those before any override.
    """

    def objective(kept: Sequence[TradeOverride]) -> float:
        own, _ = overridden(positions, kept, as_of)
        solution = solve_household(replace(question, positions=own), replaces, is_rounded=False)
        nav = solution.household.nav_cents / CENTS
        return solution.optimum.parts.total * nav

    return costs_of_overrides(objective, overrides)


def _overridable(one: Position) -> OverridablePosition:
    return OverridablePosition(
        household=one.account.household,
        account=one.account.id,
        symbol=one.symbol,
        held=one.sellable_cents / CENTS,
        price=one.price * one.multiplier / 1e8,
    )
