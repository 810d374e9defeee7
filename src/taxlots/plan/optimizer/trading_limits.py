"""Who forbids which trade: the limits of a portfolio by name, each with its cause.

Wash blocks come from the guard, locks from a person, frequencies and position limits from a
mandate or a regulation.  The strictest of a name's limits holds, and is named in the plan.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import numpy as np

from taxlots.domain.problem import Problem, UsageError, warning
from taxlots.plan.optimizer.portfolio import Portfolio


class Side(StrEnum):
    """What a limit is of."""

    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class TradeLimit:
    """At most ``most`` of NAV may be traded on one side of a name; ``cause`` says by whom."""

    name: str
    side: Side
    most: float
    cause: str


@dataclass(frozen=True, slots=True)
class PositionLimit:
    """A name's weight after the trades, between two bounds; ``cause`` says who sets them."""

    name: str
    least: float
    most: float
    cause: str


@dataclass(frozen=True, slots=True)
class Limited:
    """A portfolio with limits, and the cause of each that holds."""

    book: Portfolio
    causes: Mapping[tuple[str, str], str] = field(default_factory=dict)


def wash_blocks(blocked: Iterable[tuple[str, int]], day: int) -> list[TradeLimit]:
    """Names that may not be bought because a loss was realized: each with its first free day.

    ``first_free_day`` of ``plan.free_day`` is the 31st after the sale: on the 30th a purchase
    still replaces the shares sold (26 USC 1091(a)).
    """
    return [
        TradeLimit(name, Side.BUY, 0.0, f"wash sale window, free from day {first_free}")
        for name, first_free in blocked
        if day < first_free
    ]


def frequency_limits(last_traded: Mapping[str, int], least_days: int, day: int) -> list[TradeLimit]:
    """Names traded less than ``least_days`` ago: neither bought nor sold."""
    return [
        TradeLimit(name, side, 0.0, f"traded {day - last} days ago, at least {least_days} apart")
        for name, last in last_traded.items()
        if day - last < least_days
        for side in Side
    ]


def limited(
    book: Portfolio,
    trades: Iterable[TradeLimit] = (),
    positions: Iterable[PositionLimit] = (),
) -> Limited:
    """The portfolio within the strictest limits of each name."""
    at = {name: row for row, name in enumerate(book.names)}
    buy, sell = book.buy_limit.copy(), book.sell_limit.copy()
    least, most = book.least.copy(), book.most.copy()
    causes: dict[tuple[str, str], str] = {}
    for limit in trades:
        row = _row(at, limit.name)
        array = buy if limit.side is Side.BUY else sell
        if limit.most < array[row]:
            array[row] = limit.most
            causes[limit.name, limit.side] = limit.cause
    for position in positions:
        row = _row(at, position.name)
        if position.most < most[row]:
            most[row] = position.most
            causes[position.name, "most"] = position.cause
        if position.least > least[row]:
            least[row] = position.least
            causes[position.name, "least"] = position.cause
    changed = replace(book, buy_limit=buy, sell_limit=sell, least=least, most=most)
    return Limited(changed, causes)


def _row(at: Mapping[str, int], name: str) -> int:
    if name not in at:
        raise UsageError(f"a limit names {name}, which the portfolio does not hold or want")
    return at[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingRule:
    """A holding that must be reported from some fraction on, of a company or of a sum."""

    code: str
    threshold: float
    near: float
    duty: str


SCHEDULE_13D: Final = ReportingRule(
    code="13D/G",
    threshold=0.05,
    near=0.8,
    duty="a Schedule 13D or 13G is due beyond 5 percent of a class (17 CFR 240.13d-1)",
)
FORM_13F_CENTS: Final = 100_000_000_00
"""Managers with discretion over that much of section 13(f) securities report (17 CFR 240.13f-1)."""


def told_of_ownership(
    shares: Mapping[str, float],
    outstanding: Mapping[str, float],
    rules: Sequence[ReportingRule] = (SCHEDULE_13D,),
) -> list[Problem]:
    """Holdings after the plan that approach or pass a threshold of ownership of a company."""
    found = []
    for name, held in shares.items():
        if not outstanding.get(name):
            continue
        part = held / outstanding[name]
        for rule in rules:
            if part >= rule.near * rule.threshold:
                how = "passes" if part > rule.threshold else "approaches"
                message = f"{name}: {100 * part:.2f} % of the class {how} {rule.code}: {rule.duty}"
                remedy = "file in time, or cap the position"
                found.append(warning(name, "REPORTING_THRESHOLD", message, remedy))
    return found


def told_of_13f(managed_cents: int, near: float = 0.8) -> list[Problem]:
    """Whether what is managed approaches or passes the threshold of Form 13F."""
    if managed_cents < near * FORM_13F_CENTS:
        return []
    how = "passes" if managed_cents >= FORM_13F_CENTS else "approaches"
    message = f"{managed_cents / 100:,.0f} of section 13(f) securities {how} the 13F threshold"
    return [warning("13F", "REPORTING_THRESHOLD", message, "report within 45 days of a quarter")]


def without(names: Collection[str], side: Side, cause: str) -> list[TradeLimit]:
    """A list of names that may not be bought, or not be sold."""
    return [TradeLimit(name, side, 0.0, cause) for name in names]


def binding(found: Limited, trades: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    """The limits that a plan runs into, with their causes."""
    book, told = found.book, []
    for (name, side), cause in found.causes.items():
        row = book.names.index(name)
        bound = {
            "buy": book.buy_limit[row] - trades[row],
            "sell": book.sell_limit[row] + trades[row],
            "most": book.most[row] - book.held[row] - trades[row],
            "least": book.held[row] + trades[row] - book.least[row],
        }[str(side)]
        if abs(bound) <= 1e-9:  # noqa: PLR2004 (rounding)
            told.append(f"{name}: {side} is limited: {cause}")
    return told
