"""Exposures as text: tables for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from taxlots.plan.execution.liquidity import Bucket
from taxlots.plan.exposure.beta_estimate import BetaEstimate
from taxlots.plan.exposure.currency_hedge import ForwardTrade
from taxlots.plan.exposure.measures import Exposures, Measured
from taxlots.plan.exposure.portfolio import PortfolioExposures
from taxlots.reports.plan_figures import figure, listing, money
from taxlots.reports.terminal import Listing

MEASURES: Final = {
    "exposure": "exposure",
    "dollars": "dollars",
    "of_value": "of value",
    "not_known": "not known of",
}
HOLDINGS: Final = {
    "symbol": "symbol",
    "direct": "direct",
    "through_funds": "through funds",
    "of_value": "of value",
}
FORWARDS: Final = {
    "currency": "currency",
    "units": "units",
    "price": "price",
    "dollars": "dollars",
    "ratio_before": "hedged",
    "ratio_after": "then",
    "carry": "carry",
    "trade_cost": "trade cost",
}
LIQUIDITY: Final = {"bucket": "sold in", "dollars": "dollars", "of_value": "of value"}
BUCKETS: Final = {
    Bucket.AT_ONCE: "a tenth of a day",
    Bucket.WITHIN_A_DAY: "a day",
    Bucket.WITHIN_A_WEEK: "five days",
    Bucket.OVER_A_WEEK: "more days",
    Bucket.WINDOWS_ONLY: "windows only",
}
UNKNOWN_VOLUME: Final = "not known"
MOST_SHOWN: Final = 12
TEXTS: Final = frozenset({"exposure", "symbol", "currency", "bucket"})


def exposure_rows(found: Exposures, value: float, benchmark: str) -> list[dict[str, str]]:
    """A row a measure: dollars, its part of the value, and the dollars that lack it."""
    against = f" to {benchmark}" if benchmark else ""
    rows = [
        _measure_row(f"beta{against}", found.beta, value),
        _measure_row("duration, years", found.duration, value),
    ]
    unknown = sum(map(abs, found.currency_unknown.values()))
    for place, (currency, dollars) in enumerate(found.currencies.items()):
        rows.append(
            {
                "exposure": currency,
                "dollars": money(dollars),
                "of_value": figure(dollars / value if value else None),
                "not_known": money(unknown) if place == 0 else "",
            }
        )
    return rows


def _measure_row(name: str, measured: Measured, value: float) -> dict[str, str]:
    return {
        "exposure": name,
        "dollars": money(measured.weighted),
        "of_value": figure(measured.average(value)),
        "not_known": money(sum(map(abs, measured.unknown.values()))),
    }


def holding_rows(found: PortfolioExposures, value: float) -> list[dict[str, str]]:
    """A row a security that is held in the end, the largest first."""
    looked = found.looked
    total = sorted(looked.total.items(), key=lambda item: (-abs(item[1]), item[0]))
    return [
        {
            "symbol": symbol,
            "direct": money(looked.direct.get(symbol, 0.0)),
            "through_funds": money(looked.through.get(symbol, 0.0)),
            "of_value": figure(dollars / value if value else None),
        }
        for symbol, dollars in total
    ]


def exposure_listings(
    title: str,
    found: PortfolioExposures,
    value: float,
    benchmark: str,
    forwards: tuple[ForwardTrade, ...] = (),
    liquidity: Mapping[str, float] | None = None,
) -> tuple[Listing, ...]:
    """The tables of exposures and of the largest holdings, and of forwards if there are any."""
    rows = holding_rows(found, value)
    shown = rows[:MOST_SHOWN]
    heading = "Held in the end" if len(rows) <= MOST_SHOWN else f"The largest {len(shown)} holdings"
    return (
        listing(title, MEASURES, exposure_rows(found.exposures, value, benchmark), TEXTS),
        listing(f"{heading}, funds opened", HOLDINGS, shown, TEXTS),
        *(
            [_liquidity_listing(liquidity or {}, value)]
            if set(liquidity or {}) - {UNKNOWN_VOLUME}
            else []
        ),
        *([_forward_listing(forwards)] if forwards else []),
    )


def _liquidity_listing(liquidity: Mapping[str, float], value: float) -> Listing:
    rows = [
        {
            "bucket": BUCKETS[Bucket(name)] if name in set(Bucket) else name,
            "dollars": money(dollars),
            "of_value": figure(dollars / value if value else None),
        }
        for name, dollars in liquidity.items()
    ]
    return listing("Liquidity, at a tenth of the volume", LIQUIDITY, rows, TEXTS)


def _forward_listing(forwards: tuple[ForwardTrade, ...]) -> Listing:
    title = "Forwards that the hedge ratios ask for"
    return listing(title, FORWARDS, [forward_row(one) for one in forwards], TEXTS)


def forward_row(trade: ForwardTrade) -> dict[str, str]:
    """A forward to trade; units that are sold are negative."""
    return {
        "currency": trade.currency,
        "units": figure(trade.units, 0),
        "price": figure(trade.price, 6),
        "dollars": money(trade.dollars),
        "ratio_before": figure(trade.ratio_before),
        "ratio_after": figure(trade.ratio_after),
        "carry": money(trade.carry),
        "trade_cost": money(trade.trade_cost),
    }


def exposure_json(
    found: PortfolioExposures,
    value: float,
    *,
    book: str,
    as_of: date,
    benchmark: str,
    estimates: Mapping[str, BetaEstimate],
    unpriced: tuple[str, ...],
    forwards: tuple[ForwardTrade, ...] = (),
    liquidity: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """What ``taxlots exposure --json`` prints; dollars and figures are strings."""
    exposures = found.exposures
    return {
        "book": book,
        "as_of": as_of.isoformat(),
        "value": money(value),
        "benchmark": benchmark,
        "beta": _measure_json(exposures.beta, value),
        "duration": _measure_json(exposures.duration, value) | {"dv01": money(exposures.dv01)},
        "currencies": {name: money(dollars) for name, dollars in exposures.currencies.items()},
        "currency_not_known": _dollars(exposures.currency_unknown),
        "holdings": holding_rows(found, value),
        "funds_not_listed": _dollars(found.looked.unknown),
        "without_price": list(unpriced),
        "liquidity": _dollars(liquidity or {}),
        "forwards": [forward_row(one) | {"days": figure(one.days, 0)} for one in forwards],
        "estimated_betas": {
            symbol: {"beta": figure(one.beta), "error": figure(one.error), "returns": one.returns}
            for symbol, one in estimates.items()
        },
    }


def _measure_json(measured: Measured, value: float) -> dict[str, Any]:
    return {
        "dollars": money(measured.weighted),
        "of_value": figure(measured.average(value)),
        "of_known": figure(measured.average_of_known),
        "not_known": _dollars(measured.unknown),
    }


def _dollars(amounts: Mapping[str, float]) -> dict[str, str]:
    return {name: money(dollars) for name, dollars in amounts.items()}


def exposure_sentences(
    found: Exposures,
    *,
    benchmark: str,
    estimated: tuple[str, ...],
    assumed_home: tuple[str, ...],
    contracts: Mapping[str, float],
) -> tuple[str, ...]:
    """What the figures rest on, and which names are not known."""
    told = []
    if estimated:
        told.append(
            f"Betas of {len(estimated)} securities are estimated from weekly closes of two years"
            f" against {benchmark}, dividends left out"
        )
    for name, measured in (("beta", found.beta), ("duration", found.duration)):
        if measured.unknown:
            told.append(f"No {name} is known of {_names(measured.unknown)}: it counts for nothing")
    if found.currency_unknown:
        told.append(f"No currency is known of {_names(found.currency_unknown)}")
    if assumed_home:
        told.append(
            f"{len(assumed_home)} stocks and bonds are taken to move in dollars, because"
            " exposures.csv does not say otherwise"
        )
    if contracts:
        told.append(
            f"{_names(contracts)} stand for their notional and add nothing to the value, because"
            " section 1256 contracts are settled daily"
        )
    told.append("Cash is not counted")
    return tuple(told)


def _names(found: Mapping[str, float]) -> str:
    names = list(found)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


MOST_NAMED: Final = 4
