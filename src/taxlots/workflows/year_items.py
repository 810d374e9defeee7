"""The items of a tax year of a book, with what needs its prices: marks of sections 475, 1256."""

from __future__ import annotations

from dataclasses import dataclass

from taxlots.book.booking import Books
from taxlots.book.section_475 import MarkedSecurities, mark_securities
from taxlots.book.section_1256 import MarkedBook
from taxlots.book.year_items import YearItems, year_items
from taxlots.domain.account import AccountKind
from taxlots.domain.problem import Problem
from taxlots.workflows.market_of_day import same_history
from taxlots.workflows.section_1256 import as_warnings, section_1256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedYear:
    """The items of one year by return, the marked books that they come from, and what is missing.

    ``problems`` are warnings: what they are about is left out of the items and counted there.
    """

    year: int
    items: dict[str, YearItems]
    contracts: MarkedBook
    securities: MarkedSecurities
    problems: tuple[Problem, ...]


def marked_year(books: Books, year: int) -> MarkedYear:
    """The items of a year of the taxpayer's books, marked at the prices of the book."""
    contracts = section_1256_of(books)
    securities, bad_prices = section_475_of(books, year)
    told = (*contracts.problems, *bad_prices, *securities.problems)
    return MarkedYear(
        year=year,
        items=year_items(books, year, contracts=contracts, securities=securities),
        contracts=contracts,
        securities=securities,
        problems=tuple(dict.fromkeys(as_warnings(told))),
    )


def section_475_of(books: Books, year: int) -> tuple[MarkedSecurities, list[Problem]]:
    """What section 475 accounts made in a year, at the prices of the book.

    Prices are not looked at where there is no such account.
    """
    if not any(a.kind is AccountKind.TAXABLE_MTM_475 for a in books.record.accounts):
        return MarkedSecurities(year, (), ()), []
    history, problems = same_history(books.record.prices)
    return mark_securities(books, year, history.last_close), problems
