"""A block against a worked order: the dealer's discount now, or impact and risk over days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taxlots.domain.problem import UsageError
from taxlots.plan.execution.impact import Market, impact_rate
from taxlots.plan.execution.schedules import schedule_cost, square_root_schedule
from taxlots.plan.stated_numbers import Floats, above_zero, at_least_one, not_below_zero


@dataclass(frozen=True, slots=True)
class BlockChoice:
    """A block and the best worked order, in dollars.

    ``block_cost`` is the discount; ``worked_cost`` is expected, ``worked_deviation`` its standard
    deviation, ``worked_equivalent`` cost and risk together.  ``breakeven_discount`` is the
    discount, as a fraction of the price, at which both are equal.
    """

    block_cost: float
    worked_cost: float
    worked_deviation: float
    worked_equivalent: float
    breakeven_discount: float
    parts: Floats

    @property
    def is_block_better(self) -> bool:
        """Whether the block costs less than working the order, its risk counted."""
        return self.block_cost < self.worked_equivalent


def block_or_work(
    shares: float, discount: float, market: Market, days: int, risk_aversion: float
) -> BlockChoice:
    """Compare a block at a discount with the order worked over some days at its best schedule.

    ``discount`` is a fraction of the price; ``risk_aversion`` per dollar of variance.
    """
    units = above_zero(abs(shares), "the number of shares")
    asked = not_below_zero(discount, "the discount")
    volumes = [market.adv] * at_least_one(days, "the number of days")
    parts = square_root_schedule(units, volumes, market, risk_aversion)
    worked = schedule_cost(parts, units, volumes, market)
    equivalent = worked.certainty_equivalent(risk_aversion)
    value = units * market.price
    return BlockChoice(
        asked * value, worked.cost.total, worked.deviation, equivalent, equivalent / value, parts
    )


def dealer_discount(
    shares: float,
    market: Market,
    unwind_days: float,
    dealer_aversion: float,
    *,
    return_on_capital: float = 0.0,
) -> float:
    """The discount that a dealer would ask who works the block off evenly, a price fraction.

    It covers half the spread, the impact of unwinding, the risk of what is left meanwhile (a third
    of the variance of holding it all, for an even unwinding), and the return on the capital that
    the position ties up for half of these days (``return_on_capital`` a year of 252 days).
    """
    units = above_zero(abs(shares), "the number of shares")
    days = above_zero(unwind_days, "the number of days")
    if market.adv <= 0:
        raise UsageError("a block in what has no volume has no dealer; see forced_sale")
    value = units * market.price
    impact = impact_rate(units, market.adv * days, market)
    variance = (market.volatility * value) ** 2 * days / EVEN_UNWINDING
    risk = not_below_zero(dealer_aversion, "the dealer's risk aversion") * variance / value
    capital = return_on_capital * days / 2 / SESSIONS_OF_YEAR
    return market.spread / 2 + impact + risk + capital


EVEN_UNWINDING: Final = 3.0
"""The integral of (1 - t)² over an even unwinding is a third."""

SESSIONS_OF_YEAR: Final = 252.0
