"""Options, shares and futures that bring delta, gamma and vega to their targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.black_scholes import Greeks, Spot, greeks
from taxlots.plan.overlay.contracts import Future, Option
from taxlots.plan.overlay.whole_contracts import WholeContracts, whole_contracts
from taxlots.plan.stated_numbers import above_zero

POINTS: Final = 100.0
"""Vega is stated for one point of volatility."""

MOST_INSTRUMENTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GreekTargets:
    """What a position should gain, each with the tolerance within which it counts as met.

    ``delta`` in shares of the underlying, ``gamma`` in shares for a move of one dollar, ``vega`` in
    dollars for one point of volatility.  None is no target.
    """

    delta: float | None = None
    gamma: float | None = None
    vega: float | None = None
    delta_band: float = 1.0
    gamma_band: float = 1.0
    vega_band: float = 1.0

    @property
    def names(self) -> tuple[str, ...]:
        """The greeks that have a target.  Raises UsageError where none has."""
        found = tuple(
            name for name in ("delta", "gamma", "vega") if getattr(self, name) is not None
        )
        if not found:
            raise UsageError("state a target of delta, gamma or vega")
        return found


@dataclass(frozen=True, slots=True)
class OptionOverlay:
    """Numbers of contracts by symbol, the greeks that they bring, and what is left of targets.

    ``premium`` is what they cost in dollars at model prices (negative: received), ``trade_cost``
    spreads and commissions.
    """

    counts: dict[str, int]
    achieved: dict[str, float]
    residual: dict[str, float]
    premium: float
    trade_cost: float
    is_within: bool


def options_for_greeks(
    targets: GreekTargets,
    instruments: Sequence[Option | Future],
    spot: Spot,
    as_of: date,
    *,
    most_instruments: int = 2,
    shares_a_lot: int = 0,
) -> OptionOverlay:
    """Whole contracts, of at most ``most_instruments`` kinds, that bring the wanted greeks.

    A future has delta alone, its multiplier × beta; with ``shares_a_lot`` the underlying itself
    may be traded in lots of so many shares, under the symbol ``underlying``.  See
    ``whole_contracts`` for which of several ways is chosen.
    """
    if most_instruments > MOST_INSTRUMENTS:
        raise UsageError(f"at most {MOST_INSTRUMENTS} instruments reach delta, gamma and vega")
    names = targets.names
    columns = [contract_greeks(one, spot, as_of) for one in instruments]
    symbols = [one.symbol for one in instruments]
    costs = [_cost(one) for one in instruments]
    if shares_a_lot:
        columns.append(Greeks(spot.price * shares_a_lot, shares_a_lot, 0, 0, 0, 0))
        symbols.append("underlying")
        costs.append(0.0)
    table = np.array([[getattr(column, name) for column in columns] for name in names], np.float64)
    if not columns or len(set(symbols)) < len(symbols):
        raise UsageError("name at least one instrument, and each of them once")
    found = whole_contracts(
        table.reshape(len(names), len(columns)),
        [getattr(targets, name) for name in names],
        [above_zero(getattr(targets, f"{name}_band"), f"the band of {name}") for name in names],
        most_instruments=most_instruments,
        costs=costs,
    )
    return _overlay(found, names, symbols, columns, costs)


def contract_greeks(instrument: Option | Future, spot: Spot, as_of: date) -> Greeks:
    """Greeks of one contract: delta and gamma in shares, vega in dollars for one point.

    A future costs nothing to enter, so that its price is 0.
    """
    if isinstance(instrument, Future):
        return Greeks(0.0, instrument.multiplier * instrument.beta, 0.0, 0.0, 0.0, 0.0)
    one = greeks(instrument, spot, as_of)
    units = instrument.multiplier
    return Greeks(
        price=one.price * units,
        delta=one.delta * units,
        gamma=one.gamma * units,
        vega=one.vega * units / POINTS,
        theta=one.theta * units,
        rho=one.rho * units,
    )


def needs_trade(present_delta: float, wanted_delta: float, band: float) -> bool:
    """Whether a delta has left its band, so that it is brought back; on the edge it has not."""
    return abs(present_delta - wanted_delta) > above_zero(band, "the band of delta")


def short_option_margin(option: Option, spot: Spot, premium: float, *, is_index: bool) -> float:
    """Margin in dollars for one written option that is not covered.

    Premium and 20 percent of the underlying (15 for a broad index) less what the option is out of
    the money, at least premium and 10 percent of the underlying, or of the strike of a put (FINRA
    Rule 4210(f)(2)(E)).  ``premium`` is in dollars a share.
    """
    out_of_money = option.strike - spot.price if option.is_call else spot.price - option.strike
    part = INDEX_PART if is_index else STOCK_PART
    least = LEAST_PART * (spot.price if option.is_call else option.strike)
    needed = max(part * spot.price - max(0.0, out_of_money), least)
    return (premium + needed) * option.multiplier


STOCK_PART: Final = 0.20
INDEX_PART: Final = 0.15
LEAST_PART: Final = 0.10


def _cost(instrument: Option | Future) -> float:
    if isinstance(instrument, Future):
        return instrument.trade_cost
    return instrument.spread / 2 * instrument.multiplier + instrument.commission


def _overlay(
    found: WholeContracts,
    names: tuple[str, ...],
    symbols: list[str],
    columns: list[Greeks],
    costs: list[float],
) -> OptionOverlay:
    counts = found.counts
    return OptionOverlay(
        counts={s: n for s, n in zip(symbols, counts, strict=True) if n},
        achieved={
            name: float(sum(n * getattr(c, name) for n, c in zip(counts, columns, strict=True)))
            for name in ("delta", "gamma", "vega", "theta")
        },
        residual=dict(zip(names, map(float, found.residual), strict=True)),
        premium=float(sum(n * c.price for n, c in zip(counts, columns, strict=True))),
        trade_cost=float(sum(abs(n) * c for n, c in zip(counts, costs, strict=True))),
        is_within=found.is_within,
    )
