"""The book of section 1256 of a book: contracts marked to market, narrowed to what was asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from taxlots.book.booking import Books
from taxlots.book.contract_trades import contract_trades, contracts_of, losses_replaced
from taxlots.book.section_1256 import INCOMPLETE, ContractYear, MarkedBook, mark_to_market
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, Problem, warning
from taxlots.reports.section_1256_files import position_cells, year_cells
from taxlots.workflows.market_of_day import same_history

Rows = list[dict[str, str]]

CARRYBACK: Final = "may be elected"
"""What a net loss says: a person may carry it back three years (26 USC 1212(c))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section1256:
    """Rows of the files of section 1256 as text cells, and their sums by return and year.

    ``totals`` are the lines of part I of Form 6781; money is in dollars.
    """

    books: Books
    rows: Rows
    positions: Rows
    totals: Rows
    problems: list[Problem]


def section_1256_of(books: Books) -> MarkedBook:
    """Mark the section 1256 contracts of a book to market at its own prices.

    What is missing is among its ``problems``; nothing is raised.
    """
    trades = contract_trades(books)
    if not trades:
        return MarkedBook((), (), ())
    history, problems = same_history(books.record.prices)
    marked = mark_to_market(
        trades,
        books.record.accounts,
        contracts_of(books),
        history.last_close,
        books.as_of,
        losses_replaced(books),
    )
    return replace(marked, problems=(*problems, *marked.problems))


def as_warnings(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems where they stop nothing."""
    return [warning(p.where, p.code, p.message, p.remedy) for p in problems]


def select_section_1256(
    book: str,
    *,
    account: str | None = None,
    symbol: str | None = None,
    year: int | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Section1256:
    """The book of section 1256, narrowed; None is all.

    Raises UsageError for an account or symbol that the book does not have, and DataError where a
    wanted year cannot be reckoned.
    """
    from taxlots.workflows.holdings import Asked, check_asked
    from taxlots.workflows.replay import replay

    books = replay(book, as_of=as_of, known_at=known_at)
    check_asked(books, Asked(account=account, symbol=symbol))
    marked = section_1256_of(books)
    wanted = {"account": account, "symbol": symbol, "year": None if year is None else str(year)}
    kept = [row for row in marked.years if _is_wanted(year_cells(row), wanted)]
    if any(row.status == INCOMPLETE for row in kept):
        raise DataError(list(marked.problems))
    positions = [position_cells(books, row) for row in marked.positions]
    return Section1256(
        books=books,
        rows=[year_cells(row) for row in kept],
        positions=[cells for cells in positions if _is_wanted(cells, wanted)],
        totals=_form_6781(kept),
        problems=as_warnings(marked.problems),
    )


def _is_wanted(cells: dict[str, str], wanted: dict[str, str | None]) -> bool:
    return all(cell is None or cells[name] == cell for name, cell in wanted.items())


def _form_6781(years: list[ContractYear]) -> Rows:
    """The losses and gains of accounts (line 1), their sum (line 7), and its parts (8 and 9)."""
    forms: dict[tuple[str, int], list[ContractYear]] = {}
    for row in years:
        if row.taxed_cents is not None:
            forms.setdefault((row.account.tax_return, row.year), []).append(row)
    return [_lines(name, year, rows) for (name, year), rows in forms.items()]


def _lines(tax_return: str, year: int, rows: list[ContractYear]) -> dict[str, str]:
    by_account: dict[str, int] = {}
    for row in rows:
        by_account[row.account.id] = by_account.get(row.account.id, 0) + (row.taxed_cents or 0)
    net = sum(by_account.values())
    return {
        "tax_return": tax_return,
        "year": str(year),
        "losses": dollars(sum(cents for cents in by_account.values() if cents < 0)),
        "gains": dollars(sum(cents for cents in by_account.values() if cents > 0)),
        "net": dollars(net),
        "short_term": dollars(sum(row.short_term_cents or 0 for row in rows)),
        "long_term": dollars(sum(row.long_term_cents or 0 for row in rows)),
        "carryback": CARRYBACK if net < 0 else "",
    }
