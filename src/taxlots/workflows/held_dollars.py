"""What a household holds in dollars by symbol, at the last closes, what it owes included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.standing import last_splits
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import SHARE
from taxlots.domain.problem import UsageError
from taxlots.domain.security import Security, SecurityKind
from taxlots.market_data.prices import PriceHistory


@dataclass(frozen=True, slots=True)
class HeldDollars:
    """Dollars by symbol (owed: negative).

    ``held`` are worth so much; ``contracts`` are section 1256 contracts, which stand for so much
    and are worth what the day has settled.  ``unpriced`` have no close, or one from before their
    last split; ``stale`` maps symbols to the day of an old close.
    """

    held: dict[str, float]
    contracts: dict[str, float]
    unpriced: tuple[str, ...]
    stale: dict[str, date]

    @property
    def value(self) -> float:
        """Dollars of what is held."""
        return sum(self.held.values())

    @property
    def exposed(self) -> dict[str, float]:
        """What is held and what contracts stand for."""
        found = dict(self.held)
        for symbol, dollars in self.contracts.items():
            found[symbol] = found.get(symbol, 0.0) + dollars
        return found


def held_dollars(
    books: Books, history: PriceHistory, household: str, account: str | None = None
) -> HeldDollars:
    """What a household, or one account of it, holds on the books' day."""
    accounts = {a.id for a in books.record.accounts if a.household == household}
    wanted = accounts if account is None else accounts & {account}
    if account is not None and not wanted:
        raise UsageError(f"household {household!r} has no account {account!r}")
    splits = last_splits(books)
    held: dict[str, float] = {}
    contracts: dict[str, float] = {}
    unpriced: dict[str, None] = {}
    stale: dict[str, date] = {}
    for symbol, units in open_units(books, wanted).items():
        quote = history.last_close(symbol, date_of(books.as_of))
        if quote is None or day_of(quote.day) < splits.get(symbol, 0):
            unpriced[symbol] = None
            continue
        if quote.is_stale:
            stale[symbol] = quote.day
        security = books.record.securities.get(symbol) or Security(symbol=symbol)
        dollars = units / SHARE * security.multiplier * (quote.close / SHARE)
        place = contracts if security.kind is SecurityKind.SECTION_1256 else held
        place[symbol] = dollars
    return HeldDollars(held, contracts, tuple(unpriced), stale)


def open_units(books: Books, accounts: set[str]) -> dict[str, int]:
    """Open units by symbol, in 1e-8, those that are owed negative."""
    positions = books.state.table("positions")
    found: dict[str, int] = {}
    for place, (account, symbol, _) in enumerate(books.blueprint.places):
        flags, units = int(positions["flags"][place]), int(positions["quantity"][place])
        if account not in accounts or flags & kinds.OUTSIDE or units == 0:
            continue
        found[symbol] = found.get(symbol, 0) + (-units if flags & kinds.SHORT else units)
    return {symbol: units for symbol, units in found.items() if units}
