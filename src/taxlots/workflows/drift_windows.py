"""Windows of illiquid classes: what is dealt on a day, and when to give notice for another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from taxlots.domain.rebalance_rule import RATIO, DealingWindow, TargetRule
from taxlots.market_data.calendars import sessions_between
from taxlots.plan.execution.windows import (
    CashDay,
    Illiquid,
    Window,
    WindowSide,
    through_windows,
)

CENTS = 100
LEAST_DOLLARS = 1.0
"""What rounds to nothing is no order."""


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """What is dealt of an illiquid class on a day: whether it is bought, and what part is sold."""

    buys: bool
    sells_part: float

    def reached(self, weight: float, target: float) -> float:
        """The weight nearest to a target that trades of the day can reach."""
        most = max(weight, target) if self.buys else weight
        return min(most, max(target, weight * (1 - self.sells_part)))


def open_windows(rule: TargetRule, as_of: date) -> dict[str, OpenWindow]:
    """The windows of illiquid classes that are dealt on a day, by the name of the class.

    A day without a session is dealt on the next.
    """
    found = {}
    for name in sorted({one.asset_class for one in rule.windows} & rule.illiquid):
        today = [one for one in _of_class(rule.windows, name) if _is_dealt(one, as_of)]
        gates = [one.most / RATIO for one in today if one.side != WindowSide.SUBSCRIBE]
        buys = any(one.side != WindowSide.REDEEM for one in today)
        if today:
            found[name] = OpenWindow(buys, max(gates, default=0.0))
    return found


def _is_dealt(window: DealingWindow, as_of: date) -> bool:
    if not window.day <= as_of:
        return False
    return next(iter(sessions_between(window.day, as_of)), window.day) == as_of


def notices(
    rule: TargetRule, name: str, *, held: float, wanted: float, as_of: date
) -> Iterator[str]:
    """The orders to give for later windows of a class, in sentences.

    ``held`` and ``wanted`` (what it should change by) are dollars.  Capital calls and distributions
    of the class come anyway, and are counted first.
    """
    windows = [one for own in _of_class(rule.windows, name) for one in _windows(own)]
    until = max((one.deals_on for one in windows), default=as_of)
    if abs(wanted) < LEAST_DOLLARS or until <= as_of:
        return
    calls = [CashDay(one.day, one.amount_cents / CENTS) for one in rule.calls]
    mine = [call for call, flow in zip(calls, rule.calls, strict=True) if flow.asset_class == name]
    unfunded = sum(max(0.0, one.dollars) for one in mine)
    later = [one for one in windows if one.deals_on > as_of]
    holding = Illiquid(value=held, unfunded=unfunded, windows=later, calls=mine)
    plan = through_windows(wanted, holding, as_of, until)
    for trade in plan.trades:
        if trade.notice_by is not None and abs(trade.dollars) >= LEAST_DOLLARS:
            action = "subscribe" if trade.dollars > 0 else "redeem"
            yield (
                f"{name}: give notice by {trade.notice_by} to {action} {abs(trade.dollars):.2f} on"
                f" {trade.day}"
            )
    if abs(plan.left) >= LEAST_DOLLARS:
        yield f"{name}: {abs(plan.left):.2f} of the way to its target find no window until {until}"


def _of_class(windows: Sequence[DealingWindow], name: str) -> list[DealingWindow]:
    return [one for one in windows if one.asset_class == name]


def _windows(own: DealingWindow) -> Iterator[Window]:
    for side in WindowSide:
        if own.side in ("", side):
            yield Window(
                side=side,
                deals_on=own.day,
                notice_days=own.notice_days,
                gate=own.most / RATIO,
            )
