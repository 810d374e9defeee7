"""Lots that are held against an open short sale: what they realize depends on how it is closed.

While a household owes shares, those that it holds for a year or less start a new holding period
when the short sale is closed or they are sold (26 USC 1233(b)), and may be sold constructively
(26 USC 1259).
"""

from __future__ import annotations

from collections.abc import Iterable

from taxlots.book.booking import Books
from taxlots.book.placed_lot import PlacedLot
from taxlots.book.results import short_lots_of
from taxlots.domain.household import wash_sale_party
from taxlots.domain.security import SecurityKind


def lots_against_short(books: Books, lots: Iterable[PlacedLot]) -> set[str]:
    """The ids of the lots whose party has sold the same, or something identical, short."""
    party = {account.id: wash_sale_party(account) for account in books.record.accounts}
    securities = books.record.securities
    owed = set()
    for position in set(short_lots_of(books).position.tolist()):
        account, symbol, _ = books.blueprint.places[position]
        security = securities.get(symbol)
        if security is None or security.kind is not SecurityKind.OPTION:
            owed.add((party[account], books.identity.family(symbol)))
    if not owed:
        return set()
    return {
        lot.lot_id
        for lot in lots
        if (party[lot.account], books.identity.family(lot.symbol)) in owed
    }
