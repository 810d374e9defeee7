"""What each household holds of each target, at the last closes, and what has no place there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.book.booking import Books
from taxlots.book.results import open_lots_of, short_lots_of
from taxlots.book.standing import last_splits
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.quote import Quote
from taxlots.domain.security import Security
from taxlots.domain.target import Target
from taxlots.market_data.prices import PriceHistory
from taxlots.plan.appraisal import market_value_cents

NO_PRICE: Final = "no close on or before this day"
BEFORE_SPLIT: Final = "its last close is from before its split"
OWED: Final = "it is owed: sold short, or an option written"
NO_CLASS: Final = "securities.csv states no asset_class"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A security that counts in no weight: its value in cents (None: not known), and why."""

    symbol: str
    value_cents: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """What one household holds, by its targets.

    ``cents`` maps the name of a target to its securities and their values in cents, without what
    stands below it.  ``stale`` maps securities of old closes to their days.
    """

    household: str
    cents: Mapping[str, Mapping[str, int]]
    units: Mapping[str, int]
    unplaced: list[Unplaced]
    stale: Mapping[str, date]

    @property
    def is_nothing(self) -> bool:
        """Whether no security is held or owed, with or without a target."""
        return not (self.units or self.unplaced)

    def total_cents(self, name: str) -> int:
        """What a target holds itself."""
        return sum(self.cents.get(name, {}).values())


class Places:
    """Where securities count: for their own row, else for that of their class."""

    def __init__(self, rows: Sequence[Target]) -> None:
        self._symbols = frozenset(row.name for row in rows if row.is_symbol)
        self._classes = frozenset(row.name for row in rows if not row.is_symbol)

    def of(self, security: Security) -> str | None:
        """The name of the target of a security; None without one."""
        if security.symbol in self._symbols:
            return security.symbol
        return security.asset_class if security.asset_class in self._classes else None


def holdings_of(
    books: Books, history: PriceHistory, targets: Mapping[str, Sequence[Target]]
) -> list[Holdings]:
    """The holdings of each household that has targets, in the order of ``targets``."""
    as_of = date_of(books.as_of)
    units: dict[str, dict[str, int]] = {household: {} for household in targets}
    owners = {account.id: account.household for account in books.record.accounts}
    lots = open_lots_of(books)
    for position, quantity in zip(lots.position.tolist(), lots.quantity.tolist(), strict=True):
        account, symbol, _ = books.blueprint.places[position]
        held = units.get(owners[account])
        if held is not None:
            held[symbol] = held.get(symbol, 0) + quantity
    splits, securities = last_splits(books), books.record.securities
    owed = _owed(books)
    found = []
    for household, rows in targets.items():
        quotes = {symbol: history.last_close(symbol, as_of) for symbol in units[household]}
        places = Places(rows)
        one = _placed(household, units[household], quotes, splits, places, securities)
        one.unplaced.extend(Unplaced(symbol, None, OWED) for symbol in owed.get(household, ()))
        found.append(one)
    return found


def _owed(books: Books) -> dict[str, list[str]]:
    """What each household owes, by its symbols."""
    household = {account.id: account.household for account in books.record.accounts}
    found: dict[str, set[str]] = {}
    for position in set(short_lots_of(books).position.tolist()):
        account, symbol, _ = books.blueprint.places[position]
        found.setdefault(household[account], set()).add(symbol)
    return {name: sorted(symbols) for name, symbols in found.items()}


def _placed(
    household: str,
    units: Mapping[str, int],
    quotes: Mapping[str, Quote | None],
    splits: Mapping[str, int],
    places: Places,
    securities: Mapping[str, Security],
) -> Holdings:
    cents: dict[str, dict[str, int]] = {}
    unplaced = []
    stale = {}
    for symbol in sorted(units):
        security = securities.get(symbol) or Security(symbol=symbol)
        quote = quotes[symbol]
        is_old = quote is not None and day_of(quote.day) < splits.get(symbol, -(10**9))
        value = None
        if quote is not None and not is_old:
            value = market_value_cents(units[symbol], security.multiplier, quote.close)
            if quote.is_stale:
                stale[symbol] = quote.day
        name = places.of(security)
        if value is not None and name is not None:
            cents.setdefault(name, {})[symbol] = value
            continue
        why = BEFORE_SPLIT if is_old else NO_PRICE
        if value is not None:
            held = security.asset_class
            why = f"no target for the class {held!r}" if held else NO_CLASS
        unplaced.append(Unplaced(symbol, value, why))
    return Holdings(household, cents, units, unplaced, stale)
