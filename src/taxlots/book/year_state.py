"""Whether the results of a tax year may still change: provisional, or final.

A purchase up to 30 January replaces a loss of December (26 USC 1091(a)), in whatever account of the
household.  A year is therefore provisional until that day has passed and the rows of every account
of the household reach it; and longer where a constructive sale can still be cured
(26 USC 1259(c)(3)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.cells import Int64, Mask
from taxlots.book.results import (
    BASIS_UNKNOWN,
    PROVISIONAL,
    WINDOW_INCOMPLETE,
    Realized,
    realized_of,
)
from taxlots.domain.calendar import date_of, day_number, day_of
from taxlots.law.s1091_wash_sale import window_end
from taxlots.law.s1259_constructive_sales import exposed_through, last_day_to_close

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearState:
    """What is known of the results of one return and year, as of a day.

    ``window_ends`` is 30 January of the next year, ``final_from`` the first as-of day on which
    nothing of the year can change any more if no more rows come.  ``is_window_open`` says that the
    books do not pass that day; ``ending_accounts`` are accounts of the household whose rows end
    before 30 January, with their last day; ``assumed_accounts`` those that do not say through
    which day their rows reach, which counts as far enough.  ``waiting_sales`` are sales with a loss
    that later purchases may still replace, ``waiting_cents`` the loss that has not been replaced;
    ``constructive_sales`` can still be cured.  ``unknown_basis`` names pieces by sale and lot;
    ``incomplete_sales`` are losses so near to the first known day of an account that purchases
    before it could have replaced them.
    """

    tax_return: str
    year: int
    as_of: date
    window_ends: date
    final_from: date
    is_window_open: bool
    ending_accounts: tuple[tuple[str, date], ...]
    assumed_accounts: tuple[str, ...]
    waiting_sales: tuple[str, ...]
    waiting_cents: int
    constructive_sales: tuple[str, ...]
    unknown_basis: tuple[tuple[str, str], ...]
    incomplete_sales: tuple[str, ...]

    @property
    def is_provisional(self) -> bool:
        """Whether the results may still change without any row being corrected."""
        return bool(
            self.is_window_open
            or self.ending_accounts
            or self.waiting_sales
            or self.constructive_sales
        )

    @property
    def is_complete(self) -> bool:
        """Whether the year is final and every basis is known: whether it can be closed."""
        return not self.is_provisional and not self.unknown_basis


def year_states(
    books: Books, year: int | None = None, tax_return: str | None = None
) -> tuple[YearState, ...]:
    """The state of every year in which a return realized something, by return and year.

    ``tax_return`` narrows it to one return.  A year that is asked for is told of every return,
    whether or not something was realized in it.
    """
    pieces = realized_of(books)
    years = years_of(pieces.sold)
    place = return_places(books)
    returns = returns_of(books)
    found = []
    for at, name in enumerate(returns):
        if tax_return not in (None, name):
            continue
        mine = place[pieces.position] == at
        wanted = np.unique(years[mine]).tolist() if year is None else [year]
        found += [_state(books, pieces, name, one, mine & (years == one)) for one in wanted]
    return tuple(found)


def returns_of(books: Books) -> tuple[str, ...]:
    """The returns of a book, in the order of its accounts."""
    return tuple(dict.fromkeys(account.tax_return for account in books.record.accounts))


def return_places(books: Books) -> Int64:
    """For each position of the books, the place of its return among ``returns_of``."""
    number = {name: at for at, name in enumerate(returns_of(books))}
    by_account = {account.id: number[account.tax_return] for account in books.record.accounts}
    places = [by_account[account] for account, _, _ in books.blueprint.places]
    return np.array(places, np.int64)


def years_of(days: Int64) -> Int64:
    """The calendar years of day numbers."""
    whole = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    return np.asarray(whole + 1970, np.int64)


def in_year(books: Books, pieces: Realized, tax_return: str, year: int) -> Mask:
    """Which realized pieces stand on a return of a year."""
    mine = return_places(books)[pieces.position] == returns_of(books).index(tax_return)
    return np.asarray(mine & (years_of(pieces.sold) == year), np.bool_)


def _state(books: Books, pieces: Realized, name: str, year: int, mine: Mask) -> YearState:
    ends = window_end(day_number(year, 12, 31))
    flags = books.state.table("rows")["flags"][pieces.source]
    is_deemed = flags & kinds.CONSTRUCTIVE != 0
    is_open = mine & (pieces.status == PROVISIONAL)
    waiting, deemed = is_open & ~is_deemed, is_open & is_deemed
    unknown = np.flatnonzero(mine & (pieces.status == BASIS_UNKNOWN)).tolist()
    households = {a.household for a in books.record.accounts if a.tax_return == name}
    accounts = [a for a in books.record.accounts if a.household in households]
    last_day = date_of(ends)
    return YearState(
        tax_return=name,
        year=year,
        as_of=date_of(books.as_of),
        window_ends=last_day,
        final_from=date_of(_last_day(pieces, mine & is_deemed, ends)) + ONE_DAY,
        is_window_open=books.as_of <= ends,
        ending_accounts=tuple(
            (a.id, a.data_through)
            for a in accounts
            if a.data_through is not None and day_of(a.data_through) < ends
        ),
        assumed_accounts=tuple(a.id for a in accounts if a.data_through is None),
        waiting_sales=_sales(books, pieces, waiting),
        waiting_cents=-sum(pieces.gain[waiting].tolist()),
        constructive_sales=_sales(books, pieces, deemed),
        unknown_basis=tuple(
            (books.journal.id(int(pieces.sale_row[at])), books.journal.id(int(pieces.lot_row[at])))
            for at in unknown
        ),
        incomplete_sales=_sales(books, pieces, mine & (pieces.status == WINDOW_INCOMPLETE)),
    )


def _last_day(pieces: Realized, deemed: Mask, ends: int) -> int:
    """The last day on which the year can change: that of its constructive sales is later."""
    cures = (exposed_through(last_day_to_close(day)) for day in pieces.sold[deemed].tolist())
    return max([ends, *cures])


def _sales(books: Books, pieces: Realized, mask: Mask) -> tuple[str, ...]:
    rows: Iterable[int] = dict.fromkeys(pieces.sale_row[mask].tolist())
    return tuple(books.journal.id(row) for row in rows)
