"""Lots for cash: what each asset class has to raise, from the lots that together cost least tax.

Within a class every lot will do, whichever account and security it is of.  The taxes of the
classes are netted on one return, so each class in turn is divided anew among its lots, beside what
the others sell, until nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Final, cast

from taxlots.plan.least_tax import Part, least_tax
from taxlots.plan.ramp import bends
from taxlots.plan.year_tax import YearAfterSales, YearTax

MOST_ROUNDS: Final = 6

FEW_SLEEVES: Final = 40
"""With more classes than these each is little of the year: rates divide them well enough."""


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


def lots_for_cash(
    parts: Sequence[CashPart], needs_cents: Mapping[str, int], years: Mapping[str, YearTax]
) -> list[int]:
    """How many cents of each part are sold, so that each sleeve raises its need.

    ``years`` maps returns to the tax of the year; a return that is not there is taken to tax
    every gain alike, so that the least gain is sold.  Each sleeve's parts must hold its need.
    """
    best, least = [0] * len(parts), None
    places: dict[str, list[int]] = {name: [] for name in needs_cents}
    for i, part in enumerate(parts):
        if part.sleeve in places:
            places[part.sleeve].append(i)
    names = list(needs_cents)
    if len(names) > FEW_SLEEVES:
        return _by_rates(parts, places, needs_cents, years)
    for order in (names, names[::-1]):
        taken = [0] * len(parts)
        sold = {name: _Sold() for name in years}
        for _ in range(MOST_ROUNDS):
            before = list(taken)
            for name in order:
                _divide(parts, places[name], needs_cents[name], years, taken, sold)
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
        total += year.all_years(round(short), round(long))
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


@dataclass(slots=True)
class _Sold:
    """The gains of what is sold on a return so far: short-term and long-term, in cents."""

    gains: list[Fraction] = field(default_factory=lambda: [Fraction(0), Fraction(0)])

    def add(self, part: CashPart, cents: int) -> None:
        self.gains[part.is_long] += part.gain_ratio * cents


def _divide(
    parts: Sequence[CashPart],
    places: Sequence[int],
    need_cents: int,
    years: Mapping[str, YearTax],
    taken: list[int],
    sold: Mapping[str, _Sold],
) -> None:
    """Divide one sleeve's need anew among its lots, beside what the other sleeves sell."""
    for i in places:
        if parts[i].tax_return in sold:
            sold[parts[i].tax_return].add(parts[i], -taken[i])
        taken[i] = 0
    beside: dict[str, YearAfterSales] = {}
    for name, year in years.items():
        short, long = sold[name].gains
        beside[name] = YearAfterSales(year, round(short), round(long))
    ordered = _in_order(parts, places, beside)
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
    for i in places:
        if parts[i].tax_return in sold:
            sold[parts[i].tax_return].add(parts[i], taken[i])


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


def _in_order(
    parts: Sequence[CashPart], places: Sequence[int], years: Mapping[str, YearTax]
) -> list[int]:
    """Parts by what a cent of them costs in tax if it is sold first; without a year, by gain."""
    rates: dict[tuple[str, bool, bool], Fraction] = {}

    def price(i: int) -> tuple[Fraction, int]:
        part = parts[i]
        year = years.get(part.tax_return)
        if year is None:
            return part.gain_ratio, i
        key = part.tax_return, part.is_long, part.gain_ratio > 0
        if key not in rates:
            rates[key] = marginal_rate(year, is_long=key[1], is_gain=key[2])
        return part.gain_ratio * rates[key], i

    return sorted(places, key=price)


def _by_rates(
    parts: Sequence[CashPart],
    places: Mapping[str, Sequence[int]],
    needs_cents: Mapping[str, int],
    years: Mapping[str, YearTax],
) -> list[int]:
    """Many sleeves at once, by the rates of the next cent after what the last round sells."""
    best, least = [0] * len(parts), None
    taken = [0] * len(parts)
    for _ in range(MOST_ROUNDS):
        beside = {n: YearAfterSales(year, *_whole(parts, taken, n)) for n, year in years.items()}
        taken = [0] * len(parts)
        ordered = _in_order(parts, range(len(parts)), beside)
        rank = {i: at for at, i in enumerate(ordered)}
        for name, mine in places.items():
            left = needs_cents[name]
            for i in sorted(mine, key=rank.__getitem__):
                taken[i] = min(left, parts[i].value_cents)
                left -= taken[i]
        cost = cost_cents(parts, taken, years)
        if least is not None and cost >= least:
            break
        best, least = taken, cost
    return best


def _whole(parts: Sequence[CashPart], taken: Sequence[int], tax_return: str) -> tuple[int, int]:
    short, long = gains(parts, taken, tax_return)
    return round(short), round(long)


def marginal_rate(year: YearTax, *, is_long: bool, is_gain: bool) -> Fraction:
    """The rate of the next cent of gain or of loss of a term, now and later."""
    sign = 1 if is_gain else -1

    def tax(cents: int) -> int:
        short, long = (0, sign * cents) if is_long else (sign * cents, 0)
        return year.all_years(short, long)

    (bend,) = bends(tax, 0, 0)
    return Fraction(cast("int", bend.slope)) * sign
