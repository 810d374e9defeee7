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
from taxlots.plan.rebalance.short_overrides import owed_by, shorts_overridden
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
    held = [one for one in positions if one.short is None]
    live = [one for one in overrides if one.holds_on(as_of)]
    of_owed = {id(one) for one in live if owed_by(one, positions)}
    limits = limits_of(
        [one for one in overrides if id(one) not in of_owed or _is_of_held(one, held)],
        [_overridable(one) for one in held],
        as_of,
        buy=np.array([0.0 if one.buy_bar else np.inf for one in held]),
        sell=np.array([one.sellable_cents / CENTS for one in held]),
    )
    found = iter(
        replace(
            one,
            most_bought_cents=None if np.isinf(buy) else round(float(buy) * CENTS),
            most_sold_cents=round(float(sell) * CENTS),
            forced_cents=round(float(forced) * CENTS),
            forced_units=_forced_units(one, limits, float(forced)) if forced else 0,
        )
        for one, buy, sell, forced in zip(held, limits.buy, limits.sell, limits.forced, strict=True)
    )
    owed_alone = [one for one in live if id(one) in of_owed and one not in limits.applied]
    limits = replace(limits, applied=(*limits.applied, *owed_alone))
    owed = shorts_overridden(positions, live)
    return tuple(next(found) if one.short is None else next(owed) for one in positions), limits


def _is_of_held(one: TradeOverride, held: Sequence[Position]) -> bool:
    """Whether an override is about what is held; a forced trade is either of that or of shorts."""
    return one.action is not TradeAction.FORCE and any(
        one.speaks_of(p.account.household, p.account.id, p.symbol) for p in held
    )


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
        return solution.optimum.certificate.objective * nav

    return costs_of_overrides(objective, overrides)


def _overridable(one: Position) -> OverridablePosition:
    return OverridablePosition(
        household=one.account.household,
        account=one.account.id,
        symbol=one.symbol,
        held=one.sellable_cents / CENTS,
        price=one.price * one.multiplier / 1e8,
    )
