"""Trades that a plan in fractions makes and that are too small to be made in shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from taxlots.domain.money import SHARE, dollars, shares
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.solving import Question, Solution

TOLD_FROM: Final = 0.25
"""Of all that is wanted, in dollars: stopped trades that are less together are not told."""

SMALLEST_TRADE: Final = "min_trade"
ROUND_LOTS: Final = "round_lots"
WHOLE_SHARES: Final = "whole_shares"


class StoppedTrade(NamedTuple):
    """A trade that is wanted and not made, what it is worth, and the limit that it is below.

    ``least_cents`` is the smallest trade that the limit lets be made.
    """

    position: Position
    cents: int
    limit: str
    least_cents: int


def stopped_trades(question: Question, solution: Solution) -> list[StoppedTrade]:
    """What the plan in fractions trades and the trades in shares leave out, by size alone."""
    made = {one.position.name for one in solution.trades}
    found = []
    for position, cents in _wanted(solution):
        limit, least = _least(question, position)
        if position.name not in made and 0 < cents < least:
            found.append(StoppedTrade(position, cents, limit, least))
    return found


def sentences_of_stopped(question: Question, solution: Solution) -> Iterator[str]:
    """Each limit on the size of trades that stops a good part of a plan, with what to change."""
    stopped = stopped_trades(question, solution)
    wanted = [cents for _, cents in _wanted(solution) if cents]
    if sum(one.cents for one in stopped) < TOLD_FROM * sum(wanted):
        return
    for limit in (SMALLEST_TRADE, ROUND_LOTS, WHOLE_SHARES):
        mine = [one for one in stopped if one.limit == limit]
        if mine:
            yield _told(question, mine, len(wanted))


def _wanted(solution: Solution) -> Iterator[tuple[Position, int]]:
    """What the plan in fractions trades of each position, in cents."""
    nav = solution.household.nav_cents
    for position, part in zip(solution.household.positions, solution.wanted.tolist(), strict=True):
        yield position, round(abs(part) * nav / position.equity)


def _least(question: Question, position: Position) -> tuple[str, int]:
    """The limit that asks for the largest trade of a position, and that trade in cents."""
    each = position.price * position.multiplier / UNITS_PER_CENT
    lot = question.mandate.round_lots.get(position.symbol, 0)
    sizes = {
        SMALLEST_TRADE: question.least_cents,
        ROUND_LOTS: round(lot * each),
        WHOLE_SHARES: round(question.step * each) if question.step == SHARE else 0,
    }
    return max(sizes.items(), key=lambda one: one[1])


def _told(question: Question, stopped: Sequence[StoppedTrade], wanted: int) -> str:
    largest = max(stopped, key=lambda one: one.cents)
    position = largest.position
    many = "trade" if len(stopped) == 1 else "trades"
    size = (
        f"{len(stopped)} {many} of the {wanted} that the plan would make, the largest"
        f" {dollars(largest.cents)} of {position.symbol} in {position.account.id}"
    )
    if largest.limit == SMALLEST_TRADE:
        least = dollars(question.least_cents)
        return f"the smallest trade, {least}, stops {size}; lower min_trade in [rebalance.plan]"
    worth = dollars(largest.least_cents)
    if largest.limit == ROUND_LOTS:
        lot = shares(question.mandate.round_lots[position.symbol])
        return (
            f"round lots stop {size}, where a lot of {lot} is {worth}; lower them in"
            " [rebalance.mandate.round_lots]"
        )
    return (
        f"whole shares stop {size}, where one is {worth}; whole_shares = false in"
        " [rebalance.plan] trades fractions"
    )
