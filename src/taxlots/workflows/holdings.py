"""What a book holds and what it realized, narrowed to what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.booking import Books
from taxlots.book.results import BASIS_UNKNOWN, PROVISIONAL, Realized, open_lots_of, realized_of
from taxlots.book.year_state import YearState, year_states, years_of
from taxlots.domain.money import dollars
from taxlots.domain.problem import UsageError
from taxlots.reports.books_files import result_tables
from taxlots.workflows.replay import replay

if TYPE_CHECKING:
    from taxlots.book.cells import Int64, Mask

Rows = list[dict[str, str]]

TERMS: Final = ("ST", "LT")
NEAREST: Final = 6
"""How many names a message offers when the asked one is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Rows of a result file, as text cells under the names of the interchange format.

    ``totals`` sums them, one row a group; money is in dollars.  ``states`` tells of the years and
    returns in which rows were realized whether they are final.
    """

    books: Books
    columns: tuple[str, ...]
    rows: Rows
    totals: Rows
    states: tuple[YearState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which rows are wanted; None is all."""

    account: str | None = None
    symbol: str | None = None
    year: int | None = None


def select_lots(
    book: str, asked: Asked, *, as_of: date | None = None, known_at: datetime | None = None
) -> Selection:
    """The open lots of a book, with one row of totals.

    Raises UsageError for an account or symbol that the book does not have.
    """
    books = replay(book, as_of=as_of, known_at=known_at)
    check_asked(books, asked)
    table = result_tables(books)["lots"]
    kept = _where(table, asked)
    lots = open_lots_of(books)
    known = kept & ~lots.is_unknown
    total = {
        "lots": str(int(kept.sum())),
        "cost_basis": _sum(lots.basis, known),
        "wash_sale_adjustment": _sum(lots.wash, known),
        "basis_unknown": str(int((kept & lots.is_unknown).sum())),
    }
    return Selection(
        books=books,
        columns=tuple(table.column_names),
        rows=_rows(table, kept),
        totals=[total],
    )


def select_gains(
    book: str, asked: Asked, *, as_of: date | None = None, known_at: datetime | None = None
) -> Selection:
    """The realized pieces of a book, with totals by tax return and term.

    Pieces of unknown basis are counted in ``basis_unknown`` and left out of the sums.  Raises
    UsageError for an account or symbol that the book does not have.
    """
    books = replay(book, as_of=as_of, known_at=known_at)
    check_asked(books, asked)
    pieces = realized_of(books)
    table = result_tables(books)["realized"]
    kept = _where(table, asked)
    if asked.year is not None:
        kept &= years_of(pieces.sold) == asked.year
    return Selection(
        books=books,
        columns=tuple(table.column_names),
        rows=_rows(table, kept),
        totals=_totals(books, pieces, kept),
        states=_states(books, pieces, kept),
    )


def _states(books: Books, pieces: Realized, kept: Mask) -> tuple[YearState, ...]:
    """The state of each year and return of the rows that are kept."""
    of_account = {account.id: account.tax_return for account in books.record.accounts}
    names = [of_account[account] for account, _, _ in books.blueprint.places]
    years = years_of(pieces.sold)[kept].tolist()
    positions = pieces.position[kept].tolist()
    asked = {(names[position], year) for position, year in zip(positions, years, strict=True)}
    return tuple(state for state in year_states(books) if (state.tax_return, state.year) in asked)


def _totals(books: Books, pieces: Realized, kept: Mask) -> Rows:
    """Sums by tax return, as in accounts.csv, and term; groups without a piece are left out."""
    tax_return = {account.id: account.tax_return for account in books.record.accounts}
    of_position = [tax_return[account] for account, _, _ in books.blueprint.places]
    returns = list(dict.fromkeys(tax_return.values()))
    place = np.array([returns.index(name) for name in of_position], np.int64)
    mine = place[pieces.position] if len(pieces.position) else pieces.position
    totals = []
    for number, name in enumerate(returns):
        for term, is_long in zip(TERMS, (False, True), strict=True):
            group = kept & (mine == number) & (pieces.is_long == is_long)
            if group.any():
                totals.append({"tax_return": name, "term": term, **_sums(pieces, group)})
    return totals


def _sums(pieces: Realized, group: Mask) -> dict[str, str]:
    known = group & ~pieces.is_unknown
    return {
        "pieces": str(int(group.sum())),
        "proceeds": _sum(pieces.proceeds, known),
        "cost_basis": _sum(pieces.basis, known),
        "wash_sale_loss_disallowed": _sum(pieces.disallowed, known),
        "permanently_disallowed": _sum(pieces.permanent, known),
        "gain": _sum(pieces.gain, known),
        "provisional": str(int((group & (pieces.status == PROVISIONAL)).sum())),
        "basis_unknown": str(int((group & (pieces.status == BASIS_UNKNOWN)).sum())),
    }


def _sum(cents: Int64, mask: Mask) -> str:
    """An exact sum in dollars: Python's integers do not wrap."""
    return dollars(sum(cents[mask].tolist()))


def _where(table: pa.Table, asked: Asked) -> Mask:
    kept = np.ones(table.num_rows, np.bool_)
    for name in ("account", "symbol"):
        wanted = getattr(asked, name)
        if wanted is not None:
            equal = pc.equal(table.column(name), wanted)
            kept &= np.asarray(equal.to_pylist(), np.bool_)
    return kept


def _rows(table: pa.Table, kept: Mask) -> Rows:
    return [dict(row) for row in table.filter(pa.array(kept)).to_pylist()]


def check_asked(books: Books, asked: Asked) -> None:
    """Raises UsageError for an account or symbol that the book does not have."""
    accounts = [account.id for account in books.record.accounts]
    if asked.account is not None and asked.account not in accounts:
        raise _unknown("account", asked.account, accounts)
    symbols = [symbol for _, symbol, _ in books.blueprint.places]
    if asked.symbol is not None and asked.symbol not in symbols:
        raise _unknown("security", asked.symbol, sorted(set(symbols)))


def _unknown(noun: str, name: str, names: list[str]) -> UsageError:
    import difflib

    near = difflib.get_close_matches(name, names, NEAREST) or names[:NEAREST]
    more = ", ..." if len(names) > len(near) else ""
    return UsageError(f"the book has no {noun} {name!r}; it has {', '.join(near)}{more}")
