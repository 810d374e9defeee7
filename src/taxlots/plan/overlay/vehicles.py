"""Futures, funds and swaps side by side: what each costs to carry one exposure for some time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.contracts import Fund, Future, Swap, years_between
from taxlots.plan.overlay.term_structure import rolls_a_year
from taxlots.plan.stated_numbers import above_zero, finite, not_below_zero


@dataclass(frozen=True, slots=True)
class VehicleCost:
    """What a dollar of exposure costs: once, to enter and to leave, and each year it is carried.

    Both are beyond what holding the physical would, as fractions of the exposure.
    """

    symbol: str
    entry_and_exit: float
    a_year: float

    def over(self, years: float) -> float:
        """The cost over some years, a fraction of the exposure."""
        return self.entry_and_exit + self.a_year * not_below_zero(years, "the years")


def future_cost(
    near: Future, far: Future, as_of: date, spot: float, rate: float, income: float
) -> VehicleCost:
    """A long future: what it is dearer than its carry a year, and what its rolls cost.

    ``rate`` is what cash earns and ``income`` what the physical pays, annual and continuous.
    """
    years = years_between(as_of, near.expiry, near.symbol)
    implied = log(near.price / above_zero(spot, "the spot price")) / years
    rich = implied - (finite(rate, "the rate") - finite(income, "the income"))
    trading = near.trade_cost / near.notional
    rolling = rolls_a_year(near, far) * (trading + far.trade_cost / far.notional)
    return VehicleCost(near.symbol, 2 * trading, rich + rolling)


def fund_cost(fund: Fund, physical_expense: float = 0.0) -> VehicleCost:
    """A fund: the spread both ways, and its expense beyond that of the physical."""
    return VehicleCost(fund.symbol, fund.spread, fund.expense - physical_expense)


def swap_cost(swap: Swap, *, is_short: bool = False) -> VehicleCost:
    """A total-return swap: its fee, and the spread over the cash rate that its side pays."""
    spread = swap.short_spread if is_short else swap.financing_spread
    return VehicleCost(swap.symbol, swap.fee, spread)


def cheapest(vehicles: Sequence[VehicleCost], years: float) -> VehicleCost:
    """The vehicle that costs least over some years; the first of those that cost the same."""
    if not vehicles:
        raise UsageError("name at least one vehicle")
    return min(vehicles, key=lambda one: one.over(years))


def crossing_years(one: VehicleCost, other: VehicleCost) -> float | None:
    """After how many years two vehicles have cost the same; None where they never do."""
    slope = other.a_year - one.a_year
    if slope == 0:
        return None
    years = (one.entry_and_exit - other.entry_and_exit) / slope
    return years if years > 0 else None
