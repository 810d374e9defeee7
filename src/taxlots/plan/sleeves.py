"""Sleeves: the parts of a household that targets speak of, and what each account holds of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from taxlots.book.record import OpenLot
from taxlots.domain.calendar import day_of
from taxlots.domain.security import Security
from taxlots.domain.target import WHOLE, Target
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.situation import Situation

UNPLACED = ""
"""The sleeve of what no target speaks of: its target is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleeve:
    """An asset class, or one security, with its target and band in 1e-8 of the household."""

    name: str
    weight: int
    band_low: int | None = None
    band_high: int | None = None
    is_symbol: bool = False


@dataclass(frozen=True, slots=True)
class Sleeves:
    """The sleeves of one household, the one without a target last."""

    items: tuple[Sleeve, ...]
    securities: Mapping[str, Security]

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(one.name for one in self.items)

    def place(self, symbol: str) -> int:
        """The place of a security's sleeve: its own, that of its class, or the last."""
        names = self.names
        if symbol in names:
            return names.index(symbol)
        security = self.securities.get(symbol)
        asset_class = "" if security is None else security.asset_class
        return names.index(asset_class) if asset_class in names else len(names) - 1

    def symbols(self, place: int) -> Iterator[str]:
        """The listed securities of a sleeve; a sleeve of one security is that security."""
        if self.items[place].is_symbol:
            yield self.items[place].name
            return
        for symbol in self.securities:
            if self.place(symbol) == place:
                yield symbol


def sleeves_of(
    targets: Sequence[Target], household: str, day: date, securities: Mapping[str, Security]
) -> Sleeves:
    """The sleeves of a household's targets on a day: the leaves of its tree, tilted and on path."""
    mine = [target for target in targets if target.household == household]
    parents = {target.parent for target in mine}
    leaves = [target for target in mine if target.name not in parents]
    items = [
        Sleeve(
            name=target.name,
            weight=max(0, _weight(target, day) + target.tilt_on(day)),
            band_low=target.band_low,
            band_high=target.band_high,
            is_symbol=target.is_symbol,
        )
        for target in leaves
    ]
    return Sleeves((*items, Sleeve(name=UNPLACED, weight=0)), securities)


def _weight(target: Target, day: date) -> int:
    """The weight on a glide path, in a straight line between its points."""
    number = day_of(day)
    if not target.glide:
        return target.weight
    before = [point for point in target.glide if point.day <= number]
    after = [point for point in target.glide if point.day > number]
    if not before or not after:
        return (before[-1] if before else after[0]).weight
    first, last = before[-1], after[0]
    return first.weight + (last.weight - first.weight) * (number - first.day) // (
        last.day - first.day
    )


@dataclass(frozen=True, slots=True)
class Worths:
    """What lots are worth at their last closes.

    ``cents`` maps a position (account, symbol) to its value; ``unpriced`` are positions without a
    fresh close.
    """

    cents: Mapping[tuple[str, str], int]
    unpriced: tuple[tuple[str, str], ...]

    def by_sleeve(self, sleeves: Sleeves) -> list[int]:
        """The value of each sleeve over all accounts."""
        found = [0] * len(sleeves.items)
        for (_, symbol), cents in self.cents.items():
            found[sleeves.place(symbol)] += cents
        return found


def worths_of(situation: Situation, lots: Sequence[OpenLot]) -> Worths:
    """The value of each position of some lots, in cents."""
    units: dict[tuple[str, str], int] = {}
    for lot in lots:
        units[lot.account, lot.symbol] = units.get((lot.account, lot.symbol), 0) + lot.quantity
    found = {}
    unpriced = []
    for (account, symbol), quantity in units.items():
        quote = situation.quotes.get(symbol)
        if quote is None or quote.is_stale:
            unpriced.append((account, symbol))
            continue
        security = situation.securities.get(symbol)
        multiplier = 1 if security is None else security.multiplier
        found[account, symbol] = market_value_cents(quantity, multiplier, quote.close)
    return Worths(found, tuple(unpriced))


def room_cents(sleeve: Sleeve, held_cents: int, total_cents: int) -> int | None:
    """How much more a sleeve may hold up to its band; None without a band."""
    if sleeve.band_high is None:
        return None
    return max(0, sleeve.band_high * total_cents // WHOLE - held_cents)
