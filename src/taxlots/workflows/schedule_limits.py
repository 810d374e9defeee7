"""The mandate of a household held to its schedule: told after each session, and in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

import numpy as np

from taxlots.domain.execution_terms import MOST_TRANCHES, ExecutionTerms
from taxlots.domain.order import Side
from taxlots.plan.rebalance.limits_by_session import (
    LimitBreak,
    Place,
    WatchedLimit,
    Weights,
    fewest_sessions,
    limit_breaks,
    watched_sum,
)
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.proposal import ClassWeights
from taxlots.plan.rebalance.solving import Question, Solution
from taxlots.plan.rebalance.trade_schedule import TradeSchedule
from taxlots.plan.rebalance.whole_trades import Trade
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.rebalance_execution import markets_of, sessions_of, staggered

TRACKING_ERROR: Final = "the cap on tracking error"
FACTOR: Final = "factor limit"


def with_limits_checked(
    plan: HouseholdPlan,
    question: Question,
    solution: Solution,
    schedule: TradeSchedule,
    by: date | None = None,
    classes: Sequence[ClassWeights] = (),
) -> TradeSchedule:
    """The schedule with every limit and band that it exceeds, and what would keep it.

    ``question`` has all limits of the mandate; ``by`` is when a withdrawal is needed; ``classes``
    have the bands.
    """
    limits = [*watched_limits(question, solution), *watched_bands(plan, solution, classes)]
    nav = solution.household.nav_cents
    planned = _moved(((one, one.cents) for one in solution.trades), nav)
    traded = [
        (
            day,
            _moved(((one.trade, one.cents) for one in schedule.trades if one.day == day), nav),
        )
        for day in schedule.sessions
    ]
    breaks = limit_breaks(limits, traded, planned)
    if not breaks:
        return schedule
    unkept = {one.name for one in breaks if one.kept_from is None}
    enough = None
    if unkept:
        mine = [one for one in limits if one.name in unkept]
        enough = _enough(plan, question, solution, schedule.terms, mine, by)
    told = tuple(_sentence(one, enough) for one in breaks)
    return replace(schedule, breaks=breaks, told=(*told, *schedule.told))


def watched_limits(question: Question, solution: Solution) -> list[WatchedLimit]:
    """The limits of a mandate and a cap of tracking error, as functions of what is traded."""
    household = solution.household
    held = held_weights(question.positions, household.nav_cents)
    found = [watched_sum(one, held) for one in question.mandate.sums]
    cap = question.limits.tracking_error
    if cap is not None:
        places = [(one.account.id, one.symbol) for one in household.positions]

        def error(traded: Weights) -> float:
            moves = np.array([traded.get(place, 0.0) for place in places])
            return household.tracked.tracking_error(moves)

        found.append(WatchedLimit(name=TRACKING_ERROR, least=-np.inf, most=cap, value=error))
    return found


def watched_bands(
    plan: HouseholdPlan, solution: Solution, classes: Sequence[ClassWeights]
) -> Iterator[WatchedLimit]:
    """The bands of classes; what is owed is in no class."""
    of_class: dict[str, list[Place]] = {}
    for position in solution.household.positions:
        if position.short is None:
            place = position.account.id, position.symbol
            of_class.setdefault(plan.sleeves.name_of(position.symbol), []).append(place)
    for one in classes:
        weight = partial(_class_weight, one.before, of_class.get(one.name, []))
        yield WatchedLimit(name=f"band of {one.name}", least=one.low, most=one.high, value=weight)


def _class_weight(before: float, places: Sequence[Place], traded: Weights) -> float:
    return before + sum(traded.get(place, 0.0) for place in places)


def held_weights(positions: Sequence[Position], nav_cents: int) -> Weights:
    """What each place holds before the trades, less what it owes, as parts of the household."""
    found: dict[Place, float] = {}
    for one in positions:
        place = one.account.id, one.symbol
        found[place] = found.get(place, 0.0) + one.gear * one.value_cents / nav_cents
    return found


def _enough(
    plan: HouseholdPlan,
    question: Question,
    solution: Solution,
    terms: ExecutionTerms,
    limits: Sequence[WatchedLimit],
    by: date | None,
) -> int | None:
    """The fewest tranches that keep limits in the end, whatever lots they take; None: none do."""
    trades, nav = solution.trades, solution.household.nav_cents
    markets = markets_of(plan, question, terms)
    planned = _moved(((one, one.cents) for one in trades), nav)

    def keeps(tranches: int) -> bool:
        longer = replace(terms, tranches=tranches)
        days = sessions_of(plan.as_of, longer)
        wanted = [one.units for one in trades]
        found = staggered(question, trades, wanted, markets, days, longer, by)
        made = _moved(((trades[one.order], one.cents) for one in found.slices), nav)
        return not limit_breaks(limits, [(days[-1], made)], planned)

    return fewest_sessions(keeps, terms.tranches, MOST_TRANCHES)


def _moved(parts: Iterator[tuple[Trade, int]], nav_cents: int) -> Mapping[Place, float]:
    """Parts of the household by place, sales below zero."""
    found: dict[Place, float] = {}
    for trade, cents in parts:
        place = trade.position.account.id, trade.position.symbol
        sign = 1 if trade.side is Side.BUY else -1
        found[place] = found.get(place, 0.0) + sign * cents / nav_cents
    return found


def _sentence(one: LimitBreak, enough: int | None) -> str:
    """A limit that is exceeded: by how much, when, and what would keep it."""
    limits = [f"at least {_value(one, one.least)}"] if np.isfinite(one.least) else []
    limits += [f"at most {_value(one, one.most)}"] if np.isfinite(one.most) else []
    said = (
        f"{one.name} ({' and '.join(limits)}) is {_value(one, one.value)} after the session of"
        f" {one.day}, beyond it by {_value(one, one.beyond)}"
    )
    if one.kept_from is not None:
        return (
            f"{said}, because some of the trades that keep it come later; it is kept from"
            f" {one.kept_from} on"
        )
    if enough is not None:
        return (
            f"{said}, because a part of the plan is left untraded: {enough} sessions would keep it"
            f" (--tranches {enough})"
        )
    return (
        f"{said}, because a part of the plan is left untraded, and more sessions do not help: raise"
        " participation_percent of [rebalance.execution], or the cash that its purchases wait for"
    )


def _value(one: LimitBreak, value: float) -> str:
    return f"{value:.4f}" if one.name.startswith(FACTOR) else f"{100 * value:.2f} %"
