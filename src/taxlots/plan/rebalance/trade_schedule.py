"""The trades of a rebalance over sessions: plain values that reports write down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from taxlots.domain.execution_terms import ExecutionTerms
from taxlots.domain.order import Side
from taxlots.plan.execution.impact import TradeCost
from taxlots.plan.execution.liquidity import Bucket
from taxlots.plan.rebalance.limits_by_session import LimitBreak
from taxlots.plan.rebalance.proposal import Proposal, ReturnTax
from taxlots.plan.rebalance.whole_trades import LotSale, Trade, named_lots
from taxlots.plan.several_sales import BookedSale


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledTrade:
    """A part of a trade on a day; units in 1e-8, money in cents.

    A sale has the lots that it names, and how the fold books it; ``booked`` is None of a purchase.
    """

    day: date
    trade: Trade
    units: int
    cents: int
    cost: TradeCost
    sales: tuple[LotSale, ...] = ()
    booked: BookedSale | None = None

    @property
    def lots(self) -> str:
        """The lots as a sale names them; blank where nothing is realized, or none can be named."""
        return named_lots(self.sales) if self.trade.position.is_taxed else ""

    @property
    def cost_cents(self) -> int:
        """What trading it is expected to cost."""
        return round(self.cost.total * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untraded:
    """What of a trade no session takes: 1e-8 units, and why."""

    trade: Trade
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeSchedule:
    """A plan's trades by session, in order of time, sales first.

    ``returns`` are by calendar year of the sales, as the fold books them.  ``cash`` has what each
    account holds after each session, in cents.  ``buckets`` are those of what is traded; a
    security whose volume is not known has none.  ``breaks`` are limits of the mandate that it
    exceeds.
    """

    terms: ExecutionTerms
    sessions: tuple[date, ...]
    trades: tuple[ScheduledTrade, ...]
    left: tuple[Untraded, ...]
    cash: tuple[Mapping[str, int], ...]
    returns: Mapping[int, tuple[ReturnTax, ...]]
    buckets: Mapping[str, Bucket]
    told: tuple[str, ...] = ()
    breaks: tuple[LimitBreak, ...] = ()

    @property
    def first_day(self) -> date:
        """The day on which it begins to trade."""
        return min((one.day for one in self.trades), default=self.sessions[0])

    @property
    def cost(self) -> TradeCost:
        """What all of it is expected to cost."""
        return sum((one.cost for one in self.trades), TradeCost())

    @property
    def cost_cents(self) -> int:
        """The same in cents, each order rounded."""
        return sum(one.cost_cents for one in self.trades)

    def trades_of(self, day: date) -> tuple[Trade, ...]:
        """What is traded on a day, each part as a trade of its own."""
        return tuple(
            Trade(
                position=one.trade.position,
                side=one.trade.side,
                units=one.units,
                cents=one.cents,
                sales=one.sales if one.trade.side is Side.SELL else (),
            )
            for one in self.trades
            if one.day == day
        )


def of_day(proposal: Proposal, schedule: TradeSchedule, day: date) -> Proposal:
    """The proposal of one day of its schedule: what is traded then, and nothing else."""
    trades = schedule.trades_of(day)
    return replace(proposal, as_of=day, solution=replace(proposal.solution, trades=trades))
