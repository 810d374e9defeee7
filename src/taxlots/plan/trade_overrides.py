"""Overrides as limits: what an optimizer may trade once people have had their say, and its price.

A plan is solved again around what is overridden.  The difference of its objective with and without
is what the overrides cost, all together and each by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.domain.problem import UsageError
from taxlots.domain.trade_override import TradeAction, TradeOverride

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

CENT: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class OverridablePosition:
    """A position that a plan could trade: its value, and the price of one unit, in dollars."""

    household: str
    account: str
    symbol: str
    held: float
    price: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TradeLimits:
    """What may be traded of n positions, in dollars; shape (n,).

    ``buy`` and ``sell`` are the most that may be bought and sold (infinite where nobody limits a
    purchase), ``forced`` is what must be traded (sales below 0), and is inside the limits.
    ``locked`` positions are not traded at all.  ``instead`` maps places to the place of what is
    bought instead.
    """

    buy: Floats
    sell: Floats
    forced: Floats
    locked: Mask
    instead: Mapping[int, int]
    applied: tuple[TradeOverride, ...]
    expired: tuple[TradeOverride, ...]
    unused: tuple[TradeOverride, ...]

    def sentences(self) -> Iterator[str]:
        """Who changed what, why and until when; what is over, and what is about nothing."""
        for one in self.applied:
            end = "" if one.until is None else f" until {one.until}"
            yield f"{said_of(one)}{end}, by {one.by}: {one.reason}"
        for one in self.expired:
            yield f"{said_of(one)} by {one.by} has expired on {one.until} and counts no more"
        for one in self.unused:
            yield (
                f"{said_of(one)} by {one.by} is about no position of this plan; check its symbol"
                " and account, or whether the security has a target and a fresh close"
            )


def said_of(one: TradeOverride) -> str:
    """An override in a few words."""
    side = "" if one.side is None else f" {one.side.lower()}"
    size = ""
    if one.quantity is not None:
        size = f" {one.quantity / SHARE:g}"
    elif one.amount_cents is not None:
        size = f" {one.amount_cents / 100:.2f} dollars of"
    where = one.account or one.household
    place = f" in {where}" if where else ""
    instead = f" with {one.instead}" if one.instead else ""
    return f"{one.id}: {one.action}{side}{size} {one.symbol}{place}{instead}"


def limits_of(
    overrides: Sequence[TradeOverride],
    positions: Sequence[OverridablePosition],
    as_of: date,
    *,
    buy: Floats | None = None,
    sell: Floats | None = None,
) -> TradeLimits:
    """What overrides leave of the trades that a plan could make.

    ``buy`` and ``sell`` are the limits before them, in dollars (n,): 0 where a purchase is blocked;
    without them anything may be bought, and what is held sold.  Raises UsageError for overrides
    that contradict each other or cannot be done, with what clashes and the most that is possible.
    """
    n = len(positions)
    found = TradeLimits(
        buy=np.full(n, np.inf) if buy is None else buy.astype(np.float64).copy(),
        sell=np.array([one.held for one in positions])
        if sell is None
        else sell.astype(np.float64).copy(),
        forced=np.zeros(n),
        locked=np.zeros(n, np.bool_),
        instead={},
        applied=(),
        expired=tuple(one for one in overrides if not one.holds_on(as_of)),
        unused=(),
    )
    instead: dict[int, int] = {}
    forced_by: dict[int, TradeOverride] = {}
    closed_by: dict[tuple[int, Side], TradeOverride] = {}
    applied: list[TradeOverride] = []
    unused: list[TradeOverride] = []
    live = [one for one in overrides if one.holds_on(as_of)]
    for one in sorted(live, key=lambda one: one.action is TradeAction.FORCE):
        places = [
            i
            for i, p in enumerate(positions)
            if one.speaks_of(p.household, p.account, p.symbol) and _can_be(one, p)
        ]
        (applied if places else unused).append(one)
        if one.action is TradeAction.FORCE:
            _force(one, places, positions, found, forced_by, closed_by)
        elif one.action is TradeAction.REPLACE:
            _replace(one, places, positions, found, instead, closed_by)
        else:
            _limit(one, places, positions, found, closed_by)
    _refuse_unbuyable(instead, positions, found, closed_by)
    return TradeLimits(
        buy=found.buy,
        sell=found.sell,
        forced=found.forced,
        locked=found.locked,
        instead=instead,
        applied=tuple(applied),
        expired=found.expired,
        unused=tuple(unused),
    )


def _can_be(one: TradeOverride, position: OverridablePosition) -> bool:
    """A forced sale is one of what is held."""
    return not (one.action is TradeAction.FORCE and one.side is Side.SELL and position.held <= 0)


def _dollars(one: TradeOverride, position: OverridablePosition) -> float:
    if one.amount_cents is not None:
        return one.amount_cents / 100
    return (one.quantity or 0) / SHARE * position.price


def _limit(
    one: TradeOverride,
    places: Sequence[int],
    positions: Sequence[OverridablePosition],
    limits: TradeLimits,
    closed_by: dict[tuple[int, Side], TradeOverride],
) -> None:
    """Lock, exclude or cap: the smaller of what is allowed."""
    sides = list(Side) if one.side is None or one.action is TradeAction.LOCK else [one.side]
    for i in places:
        most = _dollars(one, positions[i]) if one.action is TradeAction.CAP else 0.0
        for side in sides:
            limit = limits.buy if side is Side.BUY else limits.sell
            if most < limit[i]:
                limit[i] = most
                closed_by[i, side] = one
        limits.locked[i] |= one.action is TradeAction.LOCK


def _replace(
    one: TradeOverride,
    places: Sequence[int],
    positions: Sequence[OverridablePosition],
    limits: TradeLimits,
    instead: dict[int, int],
    closed_by: dict[tuple[int, Side], TradeOverride],
) -> None:
    """Nothing more is bought of a security; what is bought instead stands in the same account."""
    for i in places:
        own = positions[i]
        other = next(
            (
                j
                for j, p in enumerate(positions)
                if (p.account, p.symbol) == (own.account, one.instead)
            ),
            None,
        )
        if other is None:
            raise _no_replacement(one, own, "is not among what may be traded")
        if i in instead and instead[i] != other:
            raise UsageError(
                f"{said_of(one)} and {said_of(closed_by[i, Side.BUY])} put two securities in place"
                f" of {own.symbol} in {own.account}; keep one of them"
            )
        instead[i] = other
        limits.buy[i] = 0.0
        closed_by[i, Side.BUY] = one


def _refuse_unbuyable(
    instead: Mapping[int, int],
    positions: Sequence[OverridablePosition],
    limits: TradeLimits,
    closed_by: Mapping[tuple[int, Side], TradeOverride],
) -> None:
    """What is bought instead may be bought, in whichever order the overrides are stated."""
    for i, other in instead.items():
        if limits.buy[other] <= 0:
            raise _no_replacement(closed_by[i, Side.BUY], positions[i], "may not be bought")


def _no_replacement(one: TradeOverride, own: OverridablePosition, why: str) -> UsageError:
    return UsageError(
        f"{said_of(one)}: {one.instead} {why} in {own.account}; name another security, or"
        f" exclude {one.symbol}"
    )


def _force(
    one: TradeOverride,
    places: Sequence[int],
    positions: Sequence[OverridablePosition],
    limits: TradeLimits,
    forced_by: dict[int, TradeOverride],
    closed_by: Mapping[tuple[int, Side], TradeOverride],
) -> None:
    """A trade that must be made, in one account, within what is allowed."""
    if len(places) > 1:
        names = ", ".join(positions[i].account for i in places)
        raise UsageError(f"{said_of(one)}: say in which account: {names}")
    for i in places:
        if i in forced_by:
            raise UsageError(
                f"{said_of(one)} and {said_of(forced_by[i])} force one position twice; keep one"
            )
        wanted = _dollars(one, positions[i])
        is_buy = one.side is Side.BUY
        most = float((limits.buy if is_buy else limits.sell)[i])
        if wanted > most + (CENT if most > 0 else 0.0):
            clash = closed_by.get((i, Side.BUY if is_buy else Side.SELL))
            because = (
                f"{said_of(clash)} (by {clash.by}) stands against it"
                if clash is not None
                else "a purchase is blocked or limited there"
                if is_buy
                else f"{positions[i].held:,.2f} is held"
            )
            raise UsageError(f"{said_of(one)}: {because}; the most that is possible is {most:,.2f}")
        forced_by[i] = one
        limits.forced[i] = wanted if is_buy else -wanted


@dataclass(frozen=True, slots=True)
class OverrideCosts:
    """What overrides cost, in the unit of the objective: together, and each beside the others."""

    total: float
    each: Mapping[str, float]

    def sentences(self, unit: str) -> Iterator[str]:
        """The costs in words; a cost below zero is a gain."""
        yield f"the overrides cost {_rounded(self.total):,.2f} {unit} together"
        for name, cost in self.each.items():
            yield f"without {name} alone the plan is better by {_rounded(cost):,.2f} {unit}"


def _rounded(cost: float) -> float:
    """In hundredths; what rounds to nothing has no sign."""
    return round(cost, 2) + 0.0


def costs_of_overrides(
    objective: Callable[[Sequence[TradeOverride]], float], overrides: Sequence[TradeOverride]
) -> OverrideCosts:
    """Solve again without all overrides, and without each of them.

    ``objective`` solves a plan under some overrides and gives its objective, the less the better.
    """
    whole = objective(overrides)
    return OverrideCosts(
        total=whole - objective(()),
        each={
            one.id: whole - objective([other for other in overrides if other is not one])
            for one in overrides
        },
    )
