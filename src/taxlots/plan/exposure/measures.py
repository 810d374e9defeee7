"""Beta, duration and currency of a portfolio, and how much of it they are known of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from taxlots.plan.stated_numbers import finite, not_below_zero, part_of_one

BASIS_POINT: Final = 0.0001


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristics:
    """What is known of a security; None is not known.

    ``beta`` to the benchmark, ``duration`` in years, ``currency`` in which it moves; ``hedged`` is
    the part of that currency which it hedges by itself.
    """

    beta: float | None = None
    duration: float | None = None
    currency: str | None = None
    hedged: float = 0.0

    def __post_init__(self) -> None:
        if self.beta is not None:
            finite(self.beta, "a beta")
        if self.duration is not None:
            finite(self.duration, "a duration")
        part_of_one(self.hedged, "the hedged part of a currency")


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of a portfolio: dollars times the measure, and the dollars that lack it.

    ``known`` are the dollars that have the measure, without sign, and ``unknown`` those by symbol.
    """

    weighted: float
    known: float
    unknown: Mapping[str, float] = field(default_factory=dict)

    def average(self, value: float) -> float | None:
        """The measure of the portfolio if what is not known counts for nothing; None of no value.

        It is too near zero by what the unknown dollars would add.
        """
        return self.weighted / value if value else None

    @property
    def average_of_known(self) -> float | None:
        """The measure over the dollars that have it; None where none has."""
        return self.weighted / self.known if self.known else None


@dataclass(frozen=True, slots=True)
class Exposures:
    """A portfolio's exposures, in dollars of its home currency.

    ``currencies`` are dollars by currency after what securities hedge by themselves, with the home
    currency among them.
    """

    value: float
    beta: Measured
    duration: Measured
    currencies: Mapping[str, float]
    currency_unknown: Mapping[str, float]

    @property
    def dollar_beta(self) -> float:
        """Dollars of benchmark that move as the portfolio does."""
        return self.beta.weighted

    @property
    def dv01(self) -> float:
        """Dollars lost when yields rise by one basis point."""
        return self.duration.weighted * BASIS_POINT

    @property
    def foreign(self) -> dict[str, float]:
        """Exposures in other than the home currency; the home currency is the first."""
        return dict(list(self.currencies.items())[1:])


def exposures(
    dollars: Mapping[str, float],
    known: Mapping[str, Characteristics],
    *,
    home: str = "USD",
    without_duration: frozenset[str] = frozenset(),
) -> Exposures:
    """The exposures of holdings in dollars by symbol (short: negative).

    ``without_duration`` names what has none by its nature (stocks, gold), so that it is not
    counted as unknown.
    """
    currencies = {home: 0.0}
    lacking: dict[str, float] = {}
    for symbol, value in dollars.items():
        finite(value, f"the dollars of {symbol}")
        one = known.get(symbol) or Characteristics()
        if one.currency is None:
            lacking[symbol] = value
            continue
        kept = 1.0 if one.currency == home else 1 - one.hedged
        currencies[one.currency] = currencies.get(one.currency, 0.0) + value * kept
        currencies[home] += value * (1 - kept)
    return Exposures(
        value=sum(dollars.values()),
        beta=_measured(dollars, {s: c.beta for s, c in known.items()}, frozenset()),
        duration=_measured(dollars, {s: c.duration for s, c in known.items()}, without_duration),
        currencies=currencies,
        currency_unknown=lacking,
    )


def _measured(
    dollars: Mapping[str, float], measures: Mapping[str, float | None], zero: frozenset[str]
) -> Measured:
    weighted = whole = 0.0
    unknown = {}
    for symbol, value in dollars.items():
        stated = measures.get(symbol)
        measure = 0.0 if stated is None and symbol in zero else stated
        if measure is None:
            unknown[symbol] = value
        else:
            weighted += value * measure
            whole += abs(value)
    return Measured(weighted, whole, unknown)


def price_change(duration: float, yield_change: float, convexity: float = 0.0) -> float:
    """The part by which a bond's price changes: -duration × change + convexity × change² / 2."""
    return -finite(duration, "the duration") * yield_change + convexity * yield_change**2 / 2


def modified_duration(cash_flows: Mapping[float, float], annual_yield: float) -> float:
    """Years of duration of a bond by its payments: years from now -> amount, yield compounded.

    It is the part of the price that is lost when the yield rises by 1, for a small rise.
    """
    grown = 1 + finite(annual_yield, "the yield")
    worth = {
        years: not_below_zero(amount, "a payment") * grown ** -not_below_zero(years, "a time")
        for years, amount in cash_flows.items()
    }
    price = sum(worth.values())
    return sum(years * value for years, value in worth.items()) / price / grown if price else 0.0
