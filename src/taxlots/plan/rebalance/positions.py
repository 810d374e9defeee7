"""Positions: what each account of a household holds of a security, and may trade of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from taxlots.domain.account import Account
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.later_years import deferred_value
from taxlots.plan.rebalance.short_terms import ShortTerms
from taxlots.plan.year_tax import YearTax

USUAL_SPREAD_PPM: Final = 1_000
"""Between bid and ask, of a security that states none: ten hundredths of a percent."""

PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLot:
    """An open lot at its last close, all its parts together.

    Money in cents, ``quantity`` in 1e-8 units; a loss is a negative gain.  A blank ``lot_id`` is a
    whole position at average basis, whose lots cannot be named.  ``bar`` says why it is not sold;
    blank where it may be.
    """

    lot_id: str
    acquired: date
    quantity: int
    value_cents: int
    gain_cents: int
    is_long: bool
    bar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A security in an account, held or one that may be bought there.

    ``price`` is in 1e-8 dollars.  ``buy_bar`` and ``sell_bar`` say why nothing is bought or sold;
    blank where it may be.  ``most_bought_cents`` and ``most_sold_cents`` are limits that people
    set, ``forced_cents`` is what they want traded (sold below 0), and ``forced_units`` the same in
    1e-8 where they stated a quantity.  ``impact_ppm`` is the impact of a dollar traded at the size
    that is expected, in 1e-6, and ``commission_cents`` what an order costs besides.  With ``short``
    the shares are owed: lots are short lots, their values equity, and a sale of them covers.

    What follows from these is reckoned once: ``name`` is ``account:symbol``, and that it is short,
    ``value_cents`` and ``quantity`` (1e-8) are those of all lots, ``is_taxed`` says whether a sale
    realizes a gain or a loss, ``half_spread`` is what a dollar traded costs in spread, and
    ``cost_rate`` what it costs on average: that and impact.  ``equity`` is what a dollar of the
    security ties up, and ``gear`` how many of them a dollar of value stands for, below zero if they
    are owed.
    """

    account: Account
    symbol: str
    price: int
    multiplier: int
    lots: tuple[PlannedLot, ...]
    spread_ppm: int = USUAL_SPREAD_PPM
    buy_bar: str = ""
    sell_bar: str = ""
    most_bought_cents: int | None = None
    most_sold_cents: int | None = None
    forced_cents: int = 0
    forced_units: int = 0
    impact_ppm: int = 0
    commission_cents: int = 0
    short: ShortTerms | None = None
    name: str = field(init=False, repr=False, compare=False)
    value_cents: int = field(init=False, repr=False, compare=False)
    quantity: int = field(init=False, repr=False, compare=False)
    is_taxed: bool = field(init=False, repr=False, compare=False)
    half_spread: float = field(init=False, repr=False, compare=False)
    cost_rate: float = field(init=False, repr=False, compare=False)
    equity: float = field(init=False, repr=False, compare=False)
    gear: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Reckon what is asked of every position many times in one plan."""
        stated = object.__setattr__
        half_spread = self.spread_ppm / PPM / 2
        stated(self, "name", f"{self.account.id}:{self.symbol}{':short' if self.short else ''}")
        stated(self, "value_cents", sum([one.value_cents for one in self.lots]))
        stated(self, "quantity", sum([one.quantity for one in self.lots]))
        stated(self, "is_taxed", not self.account.kind.is_tax_deferred)
        stated(self, "half_spread", half_spread)
        stated(self, "cost_rate", half_spread + self.impact_ppm / PPM)
        stated(self, "equity", self.short.equity if self.short else 1.0)
        stated(self, "gear", self.short.gear if self.short else 1.0)

    def market_cents(self, units: int) -> int:
        """What so many units, in 1e-8, are worth at the close."""
        return market_value_cents(units, self.multiplier, self.price)

    @property
    def sellable_cents(self) -> int:
        """What of it may be sold."""
        kept = [] if self.sell_bar else [one.value_cents for one in self.lots if not one.bar]
        most = sum(kept)
        return most if self.most_sold_cents is None else min(most, self.most_sold_cents)

    @property
    def marginal_cost(self) -> float:
        """What the last dollar costs: the derivative of impact that grows with the power 3/2."""
        return self.half_spread + 1.5 * self.impact_ppm / PPM


def held_cents(positions: Iterable[Position]) -> dict[str, int]:
    """What all accounts hold of each security, less what they owe, in the positions' order."""
    found: dict[str, int] = {}
    for one in positions:
        cents = round(one.value_cents * one.gear) if one.short else one.value_cents
        found[one.symbol] = found.get(one.symbol, 0) + cents
    return found


def merged(lots: Sequence[PlannedLot], lot_id: str) -> PlannedLot:
    """Parts that leave under one name as one lot: barred if one of them is, long if all are."""
    return PlannedLot(
        lot_id=lot_id,
        acquired=min(one.acquired for one in lots),
        quantity=sum(one.quantity for one in lots),
        value_cents=sum(one.value_cents for one in lots),
        gain_cents=sum(one.gain_cents for one in lots),
        is_long=all(one.is_long for one in lots),
        bar=next((one.bar for one in lots if one.bar), ""),
    )


def tax_slope(planned: PlannedLot, year: YearTax | None) -> float:
    """What selling a lot alone costs in tax for each dollar of its proceeds; negative if it saves.

    This year's tax and later years', less what the basis that the sale renews saves later: a gain
    that is realized now is not taxed again, and a loss that is not realized now can be later.
    Without a ``year`` nothing is taxed.
    """
    if year is None or planned.value_cents <= 0:
        return 0.0
    gain = planned.gain_cents
    short, long = (0, gain) if planned.is_long else (gain, 0)
    cost = year.all_years(short, long)
    return cost / planned.value_cents - saved_later(planned, year)


def saved_later(planned: PlannedLot, year: YearTax) -> float:
    """What renewing the basis of a lot saves later for each dollar of it; below zero of a loss."""
    return deferred_value(planned.gain_cents, year.later) / planned.value_cents


def symbol_weights(
    sleeve_weights: Mapping[str, float],
    held_cents: Mapping[str, int],
    sleeve_of: Mapping[str, str],
    first_choices: Mapping[str, Sequence[str]],
) -> tuple[dict[str, float], tuple[str, ...]]:
    """The weight of each security from those of the sleeves, and sleeves that nothing can fill.

    Within a sleeve the holdings keep their proportions; one without holdings goes to the first of
    its ``first_choices``.
    """
    total: dict[str, int] = {}
    for symbol, cents in held_cents.items():
        total[sleeve_of[symbol]] = total.get(sleeve_of[symbol], 0) + cents
    found: dict[str, float] = {}
    empty = []
    for sleeve, weight in sleeve_weights.items():
        if total.get(sleeve):
            for symbol, cents in held_cents.items():
                if sleeve_of[symbol] == sleeve:
                    found[symbol] = weight * cents / total[sleeve]
        elif weight:
            choices = first_choices.get(sleeve, ())
            if choices:
                found[choices[0]] = weight
            else:
                empty.append(sleeve)
    return found, tuple(empty)
