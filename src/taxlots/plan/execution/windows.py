"""Trading windows and capital calls: when an illiquid holding can be traded, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import not_below_zero, part_of_one


class WindowSide(StrEnum):
    """What a window is open for."""

    SUBSCRIBE = "subscribe"
    REDEEM = "redeem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A dealing day of a fund: what is asked for by ``notice_days`` before it is dealt on it.

    ``gate`` is the part of the holding that may be redeemed at most, ``fee`` what a redemption
    costs as a fraction of it.
    """

    side: WindowSide
    deals_on: date
    notice_days: int = 0
    gate: float = 1.0
    fee: float = 0.0

    def __post_init__(self) -> None:
        part_of_one(self.gate, "the gate")
        part_of_one(self.fee, "the fee")
        if self.notice_days < 0:
            raise UsageError(f"a notice of {self.notice_days} days is no notice; write 0 or more")

    @property
    def notice_by(self) -> date:
        """The last day on which the order counts for this dealing day."""
        return self.deals_on - timedelta(days=self.notice_days)


@dataclass(frozen=True, slots=True)
class CashDay:
    """A capital call (dollars to pay) or, negative, a distribution to receive."""

    day: date
    dollars: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Illiquid:
    """A holding without a market: its value, what is still committed to it, and when it moves."""

    value: float
    unfunded: float = 0.0
    windows: Sequence[Window] = field(default=())
    calls: Sequence[CashDay] = field(default=())

    def __post_init__(self) -> None:
        not_below_zero(self.value, "the value of the holding")
        not_below_zero(self.unfunded, "the unfunded commitment")
        called = sum(one.dollars for one in self.calls if one.dollars > 0)
        if called > self.unfunded:
            raise UsageError(
                f"capital calls of {called:.2f} are expected and {self.unfunded:.2f} is unfunded;"
                " correct the commitment or the calls"
            )


@dataclass(frozen=True, slots=True)
class WindowTrade:
    """A part of a wanted trade, the day on which it is dealt, and when to give notice.

    ``dollars`` are bought (positive) or redeemed (negative); ``fee`` in dollars.  A capital call
    or a distribution has no ``notice_by``: it comes without being asked for.
    """

    dollars: float
    day: date
    notice_by: date | None = None
    fee: float = 0.0


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """What of a wanted trade windows and calls bring, in order of time, and what they do not."""

    trades: tuple[WindowTrade, ...]
    left: float


def through_windows(wanted: float, holding: Illiquid, as_of: date, until: date) -> WindowPlan:
    """How a wanted change of an illiquid holding comes about from a day until another.

    Capital calls and distributions come whatever is wanted, and are counted first; windows whose
    notice is not past bring the rest, earliest first.  A redemption takes at most its gate of
    what is then held.  What is ``left`` has to be carried elsewhere: by a synthetic overlay, by
    other holdings, or by a forced sale.
    """
    if until < as_of:
        raise UsageError(f"the plan ends on {until}, before it begins on {as_of}")
    coming = [one for one in holding.calls if as_of < one.day <= until]
    trades = [WindowTrade(one.dollars, one.day) for one in coming]
    left = wanted - sum(one.dollars for one in coming)
    side = WindowSide.SUBSCRIBE if left > 0 else WindowSide.REDEEM
    open_windows = sorted(
        (
            one
            for one in holding.windows
            if one.side is side and as_of <= one.notice_by and one.deals_on <= until
        ),
        key=lambda one: one.deals_on,
    )
    asked = 0.0
    for one in open_windows:
        if left == 0:
            break
        flows = sum(call.dollars for call in coming if call.day <= one.deals_on)
        held = max(0.0, holding.value + flows + asked)
        dealt = left if side is WindowSide.SUBSCRIBE else -min(-left, held * one.gate)
        if dealt:
            fee = abs(dealt) * one.fee if side is WindowSide.REDEEM else 0.0
            trades.append(WindowTrade(dealt, one.deals_on, one.notice_by, fee))
            asked += dealt
            left -= dealt
    return WindowPlan(tuple(sorted(trades, key=lambda one: one.day)), left)


def cash_for_calls(holdings: Sequence[Illiquid], as_of: date, days: int) -> float:
    """Cash that calls of the next days need at the worst, before distributions bring some back.

    It is the highest sum of calls less distributions from ``as_of`` through any of these days.
    """
    until = as_of + timedelta(days=days)
    flows = sorted(
        (one for held in holdings for one in held.calls if as_of < one.day <= until),
        key=lambda one: (one.day, -one.dollars),
    )
    need = total = 0.0
    for one in flows:
        total += one.dollars
        need = max(need, total)
    return need
