"""Limits of a plan by volume: what is traded of a security at one look, and what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from taxlots.domain.money import SHARE, shares
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.rebalance.mandate import SumLimit
from taxlots.plan.rebalance.positions import Position

NEARLY = 0.98
"""What is traded to within a whole share of its limit is at it; few limits are fifty shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeLimit:
    """The most that is traded of a security by all accounts together: units in 1e-8, and cents."""

    symbol: str
    units: int
    cents: int


def volume_limits(
    positions: Sequence[Position], volumes: Mapping[str, int], part: float, nav_cents: int
) -> tuple[VolumeLimit, ...]:
    """The limits that can bind: those of less than the household holds in all.

    ``volumes`` are average units a day in 1e-8, by security, times the days of a look; ``part`` of
    them is traded at most.  A security whose volume is not known has no limit.
    """
    found = {}
    for one in positions:
        if volume := volumes.get(one.symbol):
            units = int(volume * part) // SHARE * SHARE
            cents = market_value_cents(units, one.multiplier, one.price)
            if cents < nav_cents:
                found[one.symbol] = VolumeLimit(symbol=one.symbol, units=units, cents=cents)
    return tuple(found.values())


def within_volume(
    positions: Sequence[Position], limits: Sequence[VolumeLimit]
) -> tuple[Position, ...]:
    """Positions of which no account trades more than the limit.  What people force is left free."""
    most = {one.symbol: one.cents for one in limits}
    return tuple(
        one
        if one.forced_cents or one.symbol not in most
        else replace(
            one,
            most_bought_cents=_least(one.most_bought_cents, round(most[one.symbol] * one.equity)),
            most_sold_cents=_least(one.most_sold_cents, round(most[one.symbol] * one.equity)),
        )
        for one in positions
    )


def household_limits(
    positions: Sequence[Position], limits: Sequence[VolumeLimit], nav_cents: int
) -> Iterator[SumLimit]:
    """What all accounts together change a security by, where several could trade it."""
    for limit in limits:
        mine = [one for one in positions if one.symbol == limit.symbol]
        if len(mine) > 1 and not any(one.forced_cents for one in mine):
            held = sum(one.value_cents * one.gear for one in mine)
            yield SumLimit(
                name=f"volume of {limit.symbol}",
                exposures={limit.symbol: 1.0},
                least=(held - limit.cents) / nav_cents,
                most=(held + limit.cents) / nav_cents,
            )


def left_for_later(
    limits: Sequence[VolumeLimit],
    traded_cents: Mapping[str, int],
    goal_cents: Mapping[str, int],
    *,
    days: int,
) -> Iterator[str]:
    """What a limit leaves for later looks, in sentences.

    ``traded_cents`` is what the plan buys (sells, below 0) of each security, and ``goal_cents``
    what its targets would have it change by.
    """
    for one in limits:
        traded, goal = traded_cents.get(one.symbol, 0), goal_cents.get(one.symbol, 0)
        if not one.cents or abs(traded) < NEARLY * one.cents or traded * goal <= 0:
            continue
        rest = abs(goal) - abs(traded)
        if rest <= 0:
            continue
        more = -(-rest // one.cents)
        yield (
            f"{one.symbol}: {shares(one.units)} shares are traded at most, by its volume of"
            f" {days} {'day' if days == 1 else 'days'}: {rest / 100:.2f} more towards its target"
            f" take {more} {'look' if more == 1 else 'looks'} like this"
        )


def _least(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)
