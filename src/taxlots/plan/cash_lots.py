"""Lots for cash: what each asset class has to raise, from the lots that together cost least tax.

Within a class every lot will do, whichever account and security it is of.  The taxes of the
classes are netted on one return, so each class in turn is divided anew among its lots, beside what
the others sell, until nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Final, cast

from taxlots.plan.later_years import LaterYears
from taxlots.plan.least_tax import Part, least_tax
from taxlots.plan.ramp import bends
from taxlots.plan.year_tax import YearTax

MOST_ROUNDS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CashPart:
    """What of a lot may be sold: its value in cents, and the gain in each cent of it.

    ``sleeve`` is the asset class whose need it can meet, ``tax_return`` where its gain is taxed;
    blank where it is not (tax-deferred accounts).
    """

    account: str
    symbol: str
    lot_id: str
    sleeve: str
    tax_return: str
    value_cents: int
    gain_ratio: Fraction
    is_long: bool


@dataclass(frozen=True, slots=True)
class LaterSales:
    """A year in which something is sold already: ``short`` and ``long`` are its net gains."""

    year: YearTax
    short: int
    long: int

    @property
    def later(self) -> LaterYears:
        """What is assumed of the years after this one."""
        return self.year.later

    def this_year(self, short_cents: int, long_cents: int) -> int:
        """The change of this year's tax by gains beyond those."""
        before = self.year.this_year(self.short, self.long)
        return self.year.this_year(self.short + short_cents, self.long + long_cents) - before

    def next_years(self, short_cents: int, long_cents: int) -> int:
        """The change of later years' tax by gains beyond those."""
        before = self.year.next_years(self.short, self.long)
        return self.year.next_years(self.short + short_cents, self.long + long_cents) - before


def lots_for_cash(
    parts: Sequence[CashPart], needs_cents: Mapping[str, int], years: Mapping[str, YearTax]
) -> list[int]:
    """How many cents of each part are sold, so that each sleeve raises its need.

    ``years`` maps returns to the tax of the year; a return that is not there is taken to tax
    every gain alike, so that the least gain is sold.  Each sleeve's parts must hold its need.
    """
    taken = [0] * len(parts)
    best, least = taken, None
    places = {name: [i for i, p in enumerate(parts) if p.sleeve == name] for name in needs_cents}
    for order in (list(needs_cents), list(needs_cents)[::-1]):
        taken = [0] * len(parts)
        for _ in range(MOST_ROUNDS):
            before = list(taken)
            for name in order:
                _divide(parts, places[name], needs_cents[name], years, taken)
            cost = cost_cents(parts, taken, years)
            if least is None or cost < least:
                best, least = list(taken), cost
            if taken == before:
                break
    return best


def cost_cents(
    parts: Sequence[CashPart], taken: Sequence[int], years: Mapping[str, YearTax]
) -> Fraction:
    """What the sale of some cents of each part costs in tax, now and later, by estimate."""
    total = Fraction(0)
    for name, year in years.items():
        short, long = gains(parts, taken, name)
        total += year.this_year(round(short), round(long))
        total += year.next_years(round(short), round(long))
    return total


def gains(
    parts: Sequence[CashPart], taken: Sequence[int], tax_return: str
) -> tuple[Fraction, Fraction]:
    """The short-term and the long-term gain of what is sold on a return, in cents."""
    sums = [Fraction(0), Fraction(0)]
    for part, cents in zip(parts, taken, strict=True):
        if part.tax_return == tax_return:
            sums[part.is_long] += part.gain_ratio * cents
    return sums[0], sums[1]


def _divide(
    parts: Sequence[CashPart],
    places: Sequence[int],
    need_cents: int,
    years: Mapping[str, YearTax],
    taken: list[int],
) -> None:
    """Divide one sleeve's need anew among its lots, beside what the other sleeves sell."""
    for i in places:
        taken[i] = 0
    beside: dict[str, LaterSales] = {}
    for name, year in years.items():
        short, long = gains(parts, taken, name)
        beside[name] = LaterSales(year, round(short), round(long))
    ordered = sorted(places, key=lambda i: (_price(parts[i], beside), i))
    shares: dict[str, int] = {}
    left = need_cents
    for i in ordered:
        cents = min(left, parts[i].value_cents)
        shares[parts[i].tax_return] = shares.get(parts[i].tax_return, 0) + cents
        taken[i] = cents
        left -= cents
    by_return = sorted(places, key=lambda i: parts[i].tax_return)
    for name, group in groupby(by_return, key=lambda i: parts[i].tax_return):
        known = beside.get(name)
        mine = sorted(group)
        if known is not None and shares.get(name):
            for i, cents in zip(mine, _least(parts, mine, shares[name], known), strict=True):
                taken[i] = cents


def _least(
    parts: Sequence[CashPart], places: Sequence[int], need_cents: int, year: YearTax
) -> tuple[int, ...]:
    offered = [
        Part(
            lot_id=parts[i].lot_id,
            quantity=parts[i].value_cents,
            unit_gain=parts[i].gain_ratio,
            is_long=parts[i].is_long,
        )
        for i in places
    ]
    return least_tax(offered, need_cents, year)[0].taken


def _price(part: CashPart, years: Mapping[str, YearTax]) -> Fraction:
    """What a cent of a part costs in tax if it is sold first: the gain itself without a year."""
    year = years.get(part.tax_return)
    if year is None:
        return part.gain_ratio
    return part.gain_ratio * marginal_rate(year, is_long=part.is_long, is_gain=part.gain_ratio > 0)


def marginal_rate(year: YearTax, *, is_long: bool, is_gain: bool) -> Fraction:
    """The rate of the next cent of gain or of loss of a term, now and later."""
    sign = 1 if is_gain else -1

    def tax(cents: int) -> int:
        short, long = (0, sign * cents) if is_long else (sign * cents, 0)
        return year.this_year(short, long) + year.next_years(short, long)

    (bend,) = bends(tax, 0, 0)
    return Fraction(cast("int", bend.slope)) * sign
