"""The items of a tax year of a book, with what needs its prices: marks of sections 475, 1256."""

from __future__ import annotations

from dataclasses import dataclass

from taxlots.book.booking import Books
from taxlots.book.section_1256 import MarkedBook
from taxlots.book.year_items import YearItems, year_items
from taxlots.domain.problem import Problem
from taxlots.workflows.section_1256 import as_warnings, section_1256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedYear:
    """The items of one year by return, the marked books that they come from, and what is missing.

    ``problems`` are warnings: what they are about is left out of the items and counted there.
    """

    year: int
    items: dict[str, YearItems]
    contracts: MarkedBook
    problems: tuple[Problem, ...]


def marked_year(books: Books, year: int) -> MarkedYear:
    """The items of a year of the taxpayer's books, marked at the prices of the book."""
    contracts = section_1256_of(books)
    return MarkedYear(
        year=year,
        items=year_items(books, year, contracts=contracts),
        contracts=contracts,
        problems=tuple(as_warnings(contracts.problems)),
    )
