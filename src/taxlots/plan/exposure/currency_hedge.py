"""Currency hedge ratios as targets, and the forwards that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Final

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import above_zero, finite, not_below_zero

DAYS_OF_YEAR: Final = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeTarget:
    """The part of a currency's exposure to sell forward, and the band in which it is left alone.

    ``band`` is to both sides of ``ratio``; outside it the hedge goes back to the ratio.
    """

    currency: str
    ratio: float
    band: float = 0.0

    def __post_init__(self) -> None:
        finite(self.ratio, f"the hedge ratio of {self.currency}")
        not_below_zero(self.band, f"the band of {self.currency}")
        if not 0 <= self.ratio <= 1:
            raise UsageError(
                f"a hedge ratio of {self.ratio} for {self.currency}; write a part of one: more"
                " would be a bet against the currency"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyMarket:
    """One unit of a currency costs ``spot`` home dollars; rates are annual and continuous.

    ``spread`` is that of the forward, as a fraction of its price.
    """

    spot: float
    rate: float
    home_rate: float
    spread: float = 0.0

    def forward(self, days: float) -> float:
        """The forward price by covered interest parity, in home dollars a unit."""
        years = not_below_zero(days, "the days") / DAYS_OF_YEAR
        return above_zero(self.spot, "the spot rate") * exp((self.home_rate - self.rate) * years)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardTrade:
    """A forward to trade: units of the currency (negative: sold) at a price for a day.

    ``ratio_before`` and ``ratio_after`` are parts of the exposure.  ``carry`` is what the whole
    hedge earns until the forward is due, in home dollars, negative where it costs (the foreign rate
    is the higher one), and ``trade_cost`` what the trade costs.
    """

    currency: str
    units: float
    price: float
    days: float
    ratio_before: float
    ratio_after: float
    carry: float
    trade_cost: float

    @property
    def dollars(self) -> float:
        """Home dollars at the forward price."""
        return self.units * self.price


def forwards_for(
    exposure: Mapping[str, float],
    targets: Mapping[str, HedgeTarget],
    markets: Mapping[str, CurrencyMarket],
    present: Mapping[str, float] | None = None,
    *,
    days: float = 91.0,
    unit_lot: float = 0.0,
) -> tuple[ForwardTrade, ...]:
    """The forwards that bring each currency's hedge back to its ratio, where it has left its band.

    ``exposure`` are home dollars by currency at the spot, ``present`` units sold forward already.
    A currency without a target is left alone; a hedge of what is no longer held is closed whatever
    its band.  ``unit_lot`` rounds to whole lots.  Raises UsageError for a target whose market is
    not stated.
    """
    trades = []
    for currency, target in targets.items():
        if currency not in markets:
            raise UsageError(f"no market is stated for {currency}; give its spot and its rates")
        trade = _forward(
            target,
            finite(exposure.get(currency, 0.0), f"the exposure to {currency}"),
            markets[currency],
            (present or {}).get(currency, 0.0),
            days,
            unit_lot,
        )
        if trade is not None:
            trades.append(trade)
    return tuple(trades)


def _forward(
    target: HedgeTarget,
    exposure: float,
    market: CurrencyMarket,
    sold: float,
    days: float,
    unit_lot: float,
) -> ForwardTrade | None:
    units_held = exposure / above_zero(market.spot, "the spot rate")
    before = sold / units_held if units_held else 0.0
    is_orphan = units_held == 0 and sold != 0
    if not is_orphan and abs(before - target.ratio) <= target.band:
        return None
    wanted = target.ratio * units_held
    change = wanted - sold
    if unit_lot > 0:
        change = round(change / unit_lot) * unit_lot
    if change == 0:
        return None
    after = sold + change
    price = market.forward(days)
    return ForwardTrade(
        currency=target.currency,
        units=-change,
        price=price,
        days=days,
        ratio_before=before,
        ratio_after=after / units_held if units_held else 0.0,
        carry=after * (price - market.spot),
        trade_cost=abs(change) * price * market.spread / 2,
    )


def least_variance_ratio(
    asset_volatility: float, currency_volatility: float, correlation: float
) -> float:
    """The hedge ratio of least risk for a foreign asset, cut to a part of one.

    ``asset_volatility`` is in the asset's own currency, ``correlation`` that of its return with the
    currency's.  Hedging all leaves the asset alone; a currency that falls with the asset is worth
    hedging in full, one that rises when the asset falls less: 1 + correlation × asset / currency.
    """
    if not -1 <= correlation <= 1:
        raise UsageError(f"a correlation is from -1 to 1, not {correlation}")
    own = not_below_zero(asset_volatility, "the volatility of the asset")
    ratio = 1 + correlation * own / above_zero(currency_volatility, "the currency's volatility")
    return min(1.0, max(0.0, ratio))
