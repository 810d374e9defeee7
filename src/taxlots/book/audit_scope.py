"""What an audit of one tax year looks at: its returns, accounts, days and realized pieces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.book.booking import Books
from taxlots.book.cells import Int64, Mask
from taxlots.book.results import Realized, realized_of
from taxlots.book.year_items import sold_in
from taxlots.domain.account import Account
from taxlots.domain.calendar import day_number


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditScope:
    """One year of one return or of several.

    ``first_day`` and ``last_day`` are day numbers.  ``accounts`` stand on the returns, tax-deferred
    ones included; ``is_mine`` marks their positions among those of the books.  ``related`` are all
    accounts of their households, in which shares can be bought that replace a loss.  ``pieces`` is
    all that the books realized, ``mine`` the places of the year's pieces in it, in their order.
    """

    books: Books
    year: int
    tax_returns: tuple[str, ...]
    first_day: int
    last_day: int
    accounts: tuple[Account, ...]
    related: tuple[Account, ...]
    is_mine: Mask
    pieces: Realized
    mine: Int64

    def rows(self, mask: Mask) -> Int64:
        """The places of the journal rows of a mask that belong to the related accounts.

        Rows without an account, which concern every household, are among them.
        """
        account = self.books.journal.account
        known = {one.id for one in self.related}
        is_own = np.array([*(name in known for name in account.names), True], np.bool_)
        return np.flatnonzero(mask & is_own[account.values])

    @property
    def is_in_year(self) -> Mask:
        """The rows of the journal that bear a date of the year, booked or not."""
        day = self.books.journal.day["date"][0]
        return np.asarray((day >= self.first_day) & (day <= self.last_day), np.bool_)


def audit_scope(books: Books, year: int, tax_returns: tuple[str, ...]) -> AuditScope:
    """The scope of these returns of the taxpayer's books."""
    wanted = set(tax_returns)
    accounts = tuple(a for a in books.record.accounts if a.tax_return in wanted)
    names = {account.id for account in accounts}
    households = {account.household for account in accounts}
    is_mine = np.array([account in names for account, _, _ in books.blueprint.places], np.bool_)
    pieces = realized_of(books)
    in_scope = sold_in(pieces.sold, year)
    in_scope &= is_mine[pieces.position]
    return AuditScope(
        books=books,
        year=year,
        tax_returns=tax_returns,
        first_day=day_number(year, 1, 1),
        last_day=day_number(year, 12, 31),
        accounts=accounts,
        related=tuple(a for a in books.record.accounts if a.household in households),
        is_mine=is_mine,
        pieces=pieces,
        mine=np.flatnonzero(in_scope),
    )


def taken(pieces: Realized, places: Int64) -> Realized:
    """Some of the pieces, in the order of their places."""
    return Realized(**{name: getattr(pieces, name)[places] for name in Realized.__slots__})
