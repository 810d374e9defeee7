"""What a trade costs: half the spread, commission, and impact by the square-root law.

Impact is volatility of a day × the root of the traded part of the day's volume × a factor near 1.
Sources: Almgren, Thum, Hauptmann, Li, "Direct Estimation of Equity Market Impact" (2005); Toth and
others, "Anomalous price impact and the critical nature of liquidity" (2011).
"""

from __future__ import annotations

from dataclasses import dataclass

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import above_zero, not_below_zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One security on one day.

    ``price`` in dollars a share, ``adv`` shares traded on an average day, ``volatility`` of one
    day's return, ``spread`` between bid and ask as a fraction of the price, ``commission`` dollars
    a share and at least ``least_commission`` an order; ``impact_factor`` is the factor of the law.
    """

    price: float
    adv: float
    volatility: float
    spread: float = 0.0
    commission: float = 0.0
    least_commission: float = 0.0
    impact_factor: float = 1.0

    def __post_init__(self) -> None:
        above_zero(self.price, "the price")
        for name in (
            "adv",
            "volatility",
            "spread",
            "commission",
            "least_commission",
            "impact_factor",
        ):
            not_below_zero(getattr(self, name), f"the {name.replace('_', ' ')}")


@dataclass(frozen=True, slots=True)
class TradeCost:
    """What a trade costs in dollars, by its parts."""

    spread: float = 0.0
    commission: float = 0.0
    impact: float = 0.0

    @property
    def total(self) -> float:
        """All parts."""
        return self.spread + self.commission + self.impact

    def __add__(self, other: TradeCost) -> TradeCost:
        return TradeCost(
            self.spread + other.spread,
            self.commission + other.commission,
            self.impact + other.impact,
        )


def impact_rate(shares: float, volume: float, market: Market) -> float:
    """Temporary impact of trading shares while ``volume`` shares change hands: a price fraction.

    The rate of trading alone matters: to cut one day into more pieces of equal participation saves
    nothing, to take more days does.  Raises UsageError where there is no volume to trade in.
    """
    if shares == 0 or market.impact_factor == 0:
        return 0.0
    if volume <= 0:
        raise UsageError(
            f"{abs(shares):.4g} shares are to be traded where nothing else trades; state a volume,"
            " or wait for a window (taxlots.plan.execution.windows)"
        )
    return float(market.impact_factor * market.volatility * (abs(shares) / volume) ** 0.5)


def trade_cost(shares: float, market: Market, days: float = 1.0) -> TradeCost:
    """What it costs to trade shares evenly over some days, in dollars; the sign does not matter."""
    above_zero(days, "the number of days")
    return slice_cost(shares, market.adv * days, market)


def slice_cost(shares: float, volume: float, market: Market) -> TradeCost:
    """What one slice costs while ``volume`` shares change hands, in dollars."""
    units = abs(shares)
    if units == 0:
        return TradeCost()
    return TradeCost(
        spread=units * market.price * market.spread / 2,
        commission=max(units * market.commission, market.least_commission),
        impact=units * market.price * impact_rate(units, volume, market),
    )
