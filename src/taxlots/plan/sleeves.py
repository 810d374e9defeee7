"""Sleeves: the parts of a household that targets speak of, and what each account holds of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from taxlots.book.record import OpenLot
from taxlots.domain.security import Security
from taxlots.domain.target import WHOLE, Target
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.situation import Situation
from taxlots.plan.targets.of_day import on_glide_paths, stated_targets, with_tilts

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


@dataclass(frozen=True)
class Sleeves:
    """The sleeves of one household, the one without a target last."""

    items: tuple[Sleeve, ...]
    securities: Mapping[str, Security]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(one.name for one in self.items)

    @cached_property
    def _own(self) -> Mapping[str, int]:
        return {one.name: place for place, one in enumerate(self.items) if one.is_symbol}

    @cached_property
    def _classes(self) -> Mapping[str, int]:
        return {one.name: place for place, one in enumerate(self.items) if not one.is_symbol}

    @cached_property
    def _symbols(self) -> Mapping[int, Sequence[str]]:
        found: dict[int, list[str]] = {}
        for symbol in self.securities:
            found.setdefault(self.place(symbol), []).append(symbol)
        return found

    def place(self, symbol: str) -> int:
        """The place of a security's sleeve: its own, that of its class, or the last."""
        own = self._own.get(symbol)
        if own is not None:
            return own
        security = self.securities.get(symbol)
        asset_class = UNPLACED if security is None else security.asset_class
        return self._classes.get(asset_class, len(self.items) - 1)

    def name_of(self, symbol: str) -> str:
        """The name of a security's sleeve; blank where no target speaks of it."""
        return self.names[self.place(symbol)]

    def symbols(self, place: int) -> Sequence[str]:
        """The listed securities of a sleeve; a sleeve of one security is that security."""
        own = self.items[place]
        return (own.name,) if own.is_symbol else self._symbols.get(place, ())


def sleeves_of(
    targets: Sequence[Target], household: str, day: date, securities: Mapping[str, Security]
) -> Sleeves:
    """The sleeves of a household's targets on a day: the leaves of its tree, tilted and on path.

    Weights that sum to less than the whole leave the rest in cash.  Raises UsageError for a tilt
    that nothing can make room for.
    """
    mine = [target for target in targets if target.household == household]
    last = Sleeve(name=UNPLACED, weight=0)
    if not mine:
        return Sleeves((last,), securities)
    stated = stated_targets(mine)
    invested = min(WHOLE, sum(target.weight for target in mine if not target.parent)) / WHOLE
    on_path = on_glide_paths(stated, day)
    weights = with_tilts(stated, on_path, day)
    is_leaf = stated.tree.is_leaf()
    items = [
        _sleeve(target, round(float(weights[place]) * invested * WHOLE))
        for place, target in enumerate(stated.rows)
        if is_leaf[place]
    ]
    return Sleeves((*items, last), securities)


def _sleeve(target: Target, weight: int) -> Sleeve:
    """A sleeve whose band keeps its distances from the row's own weight."""
    low, high = target.band_low, target.band_high
    return Sleeve(
        name=target.name,
        weight=weight,
        band_low=None if low is None else max(0, weight + low - target.weight),
        band_high=None if high is None else min(WHOLE, weight + high - target.weight),
        is_symbol=target.is_symbol,
    )


def reweighted(sleeves: Sleeves, parts: Mapping[str, float]) -> Sleeves:
    """The sleeves with other targets, as parts of what is invested; bands make room for them."""
    whole = sum(one.weight for one in sleeves.items)
    items = []
    for one in sleeves.items:
        weight = round(parts[one.name] * whole) if one.name in parts else one.weight
        items.append(
            replace(
                one,
                weight=weight,
                band_low=None if one.band_low is None else min(one.band_low, weight),
                band_high=None if one.band_high is None else max(one.band_high, weight),
            )
        )
    return Sleeves(tuple(items), sleeves.securities)


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
