"""The Python API: a book, its books, and a harvest of it, with DataFrames out.

``taxlots`` itself re-exports what is public here; see ``docs/reference/python.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from taxlots.workflows.gather import day, is_database, moment
from taxlots.workflows.lot_tax_cost import LotTaxCost
from taxlots.workflows.return_tax import BookTax, ReturnTax, tax

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from taxlots.book.booking import Books
    from taxlots.book.section_1256 import MarkedBook
    from taxlots.workflows.harvest import Harvest

__all__ = [
    "Book",
    "BookTax",
    "Explanation",
    "HarvestFrames",
    "LotTaxCost",
    "Replay",
    "ReturnTax",
    "harvest",
    "open_book",
    "replay",
    "tax",
]

Day = date | str | None
"""A day, as a date or ``YYYY-MM-DD``; None is the last date of the journal."""

Moment = datetime | date | str | None
"""A moment, or a day, which means its last instant (UTC); None is now."""


Amount = str | int | float | Decimal
"""A number; a float stands for the shortest decimal that reads back as it."""


@dataclass(frozen=True)
class Book:
    """A book: a folder of plain files, or a database by its URL.

    It is read anew by every call, so that it always says what stands there now.
    """

    source: str

    def replay(
        self,
        *,
        as_of: Day = None,
        known_at: Moment = None,
        view: str = "taxpayer",
        same_day: str | None = None,
    ) -> Replay:
        """Book every transaction; see ``taxlots.replay``."""
        from taxlots.workflows.replay import replay as book_all

        last, known = _day(as_of), _moment(known_at)
        return Replay(
            book_all(self.source, as_of=last, known_at=known, view=view, same_day=same_day)
        )

    def harvest(self, *, as_of: Day = None, known_at: Moment = None) -> HarvestFrames:
        """Propose which losses to sell; see ``taxlots.harvest``."""
        from taxlots.workflows.harvest import harvest as plan_all

        return HarvestFrames(plan_all(self.source, as_of=_day(as_of), known_at=_moment(known_at)))

    def tax(self, year: int, *, as_of: Day = None, known_at: Moment = None) -> BookTax:
        """The tax of a year of every return, with and without the year's capital items.

        Returns without a profile of the year are among its problems.  Raises UsageError for a year
        without tables, and DataError where no return has a profile.
        """
        from taxlots.workflows.tax import tax_of_book

        return BookTax(
            tax_of_book(self.source, year, as_of=_day(as_of), known_at=_moment(known_at))
        )

    def tax_cost(
        self,
        lot: str,
        price: Amount,
        *,
        quantity: Amount | None = None,
        account: str | None = None,
        as_of: Day = None,
        known_at: Moment = None,
        discount: Amount | None = None,
        years_to_sale: int | None = None,
        later_gains: Amount | None = None,
    ) -> LotTaxCost:
        """What selling a lot at a price would change in tax, this year and later.

        Amounts are dollars, shares and, for ``discount``, a fraction of one.  Raises UsageError
        and DataError like ``taxlots.replay``, and where nothing tells how the year is taxed.
        """
        from taxlots.workflows.tax_cost import assumed_of, tax_cost_of_lot, units

        found = tax_cost_of_lot(
            self.source,
            lot,
            units(price, "price"),
            quantity=None if quantity is None else units(quantity, "quantity"),
            account=account,
            as_of=_day(as_of),
            known_at=_moment(known_at),
            assumed=assumed_of(discount, years_to_sale, later_gains),
        )
        return LotTaxCost(found)

    def explain(self, name: str, *, as_of: Day = None, known_at: Moment = None) -> Explanation:
        """Explain the sale, or the lot, that bears an id: every step with its authority."""
        from taxlots.reports.explain import story_json, story_text
        from taxlots.workflows.explain import explain

        story, _ = explain(self.source, name, as_of=_day(as_of), known_at=_moment(known_at))
        return Explanation(text=story_text(story), because=story_json(story))


@dataclass(frozen=True)
class Explanation:
    """Why a figure is what it is: ``text`` for people, ``because`` for programs.

    ``because`` is what ``taxlots explain --json`` prints.
    """

    text: str
    because: dict[str, Any]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Replay:
    """The books of a book as of a day, as DataFrames.

    Columns and dtypes are in ``taxlots.frames.columns``: exact decimals and dates.
    """

    books: Books

    @property
    def as_of(self) -> date:
        """The day up to which transactions are booked."""
        from taxlots.domain.calendar import date_of

        return date_of(self.books.as_of)

    @cached_property
    def realized(self) -> pd.DataFrame:
        """A row for each piece of a lot that was closed, as ``realized.csv``."""
        from taxlots.frames.columns import REALIZED
        from taxlots.frames.frame import frame_of

        return frame_of(self._tables["realized"], REALIZED)

    @cached_property
    def lots(self) -> pd.DataFrame:
        """A row for each open lot or part of one, as ``lots.csv``."""
        from taxlots.frames.columns import LOTS
        from taxlots.frames.frame import frame_of

        return frame_of(self._tables["lots"], LOTS)

    @cached_property
    def short_lots(self) -> pd.DataFrame:
        """A row for each open part of a short sale or written option, as ``short_lots.csv``."""
        from taxlots.frames.columns import SHORT_LOTS
        from taxlots.frames.frame import frame_of
        from taxlots.reports.books_files import short_lot_table

        return frame_of(short_lot_table(self.books, typed=True), SHORT_LOTS)

    @cached_property
    def wash_sales(self) -> pd.DataFrame:
        """A row for each match of a loss with replacement shares, as ``wash_sales.csv``."""
        from taxlots.frames.columns import WASH_SALES
        from taxlots.frames.frame import frame_of

        return frame_of(self._tables["wash_sales"], WASH_SALES)

    @cached_property
    def dividends(self) -> pd.DataFrame:
        """A row for each dividend, lot and day of closing, as ``dividends.csv``."""
        from taxlots.book.dividends import dividends_of
        from taxlots.frames.columns import DIVIDENDS
        from taxlots.frames.frame import frame_of
        from taxlots.reports.dividend_file import dividend_table

        table = dividend_table(self.books, dividends_of(self.books), typed=True)
        return frame_of(table, DIVIDENDS)

    @cached_property
    def section_1256(self) -> pd.DataFrame:
        """A row for each account, section 1256 contract and year, as ``section_1256.csv``."""
        from taxlots.frames.columns import SECTION_1256
        from taxlots.frames.frame import frame_of
        from taxlots.reports.section_1256_files import year_table

        return frame_of(year_table(self._marked), SECTION_1256)

    @cached_property
    def section_1256_positions(self) -> pd.DataFrame:
        """A row for each open lot of contracts and year, as ``section_1256_positions.csv``."""
        from taxlots.frames.columns import SECTION_1256_POSITIONS
        from taxlots.frames.frame import frame_of
        from taxlots.reports.section_1256_files import position_table

        return frame_of(position_table(self.books, self._marked), SECTION_1256_POSITIONS)

    @cached_property
    def problems(self) -> pd.DataFrame:
        """A row for each warning, as ``problems.csv``; errors are raised as DataError."""
        from taxlots.frames.columns import PROBLEMS
        from taxlots.frames.frame import frame_of
        from taxlots.reports.books_files import problem_table
        from taxlots.workflows.section_1256 import as_warnings

        told = [*self.books.problems, *as_warnings(self._marked.problems)]
        return frame_of(problem_table(told), PROBLEMS)

    @cached_property
    def _marked(self) -> MarkedBook:
        from taxlots.workflows.section_1256 import section_1256_of

        return section_1256_of(self.books)

    @cached_property
    def _tables(self) -> dict[str, pa.Table]:
        from taxlots.reports.books_files import result_tables

        return result_tables(self.books, typed=True)


@dataclass(frozen=True)
class HarvestFrames:
    """A harvest proposal as DataFrames, one for each file that ``taxlots harvest`` writes."""

    run: Harvest

    @property
    def as_of(self) -> date:
        """The day of the proposal."""
        return self.run.plan.as_of

    @cached_property
    def opportunities(self) -> pd.DataFrame:
        """Every open lot with a loss, what a sale would bring, and the verdict."""
        return self._frame("opportunities.csv")

    @cached_property
    def orders(self) -> pd.DataFrame:
        """The proposed sales and purchases."""
        return self._frame("orders.csv")

    @cached_property
    def lot_instructions(self) -> pd.DataFrame:
        """Which lots each sale is to close."""
        return self._frame("lot_instructions.csv")

    @cached_property
    def restrictions(self) -> pd.DataFrame:
        """What not to buy or sell, in which account, until when."""
        return self._frame("restrictions.csv")

    @cached_property
    def switch_back(self) -> pd.DataFrame:
        """When each sold security may be bought back."""
        return self._frame("switch_back.csv")

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Every open lot, what was decided, and why."""
        return self._frame("verdicts.csv")

    @cached_property
    def problems(self) -> pd.DataFrame:
        """A row for each warning."""
        from taxlots.frames.columns import PROBLEMS
        from taxlots.frames.frame import frame_of
        from taxlots.reports.books_files import problem_table

        return frame_of(problem_table(self.run.problems), PROBLEMS)

    def _frame(self, file: str) -> pd.DataFrame:
        import pyarrow as pa

        from taxlots.frames.columns import harvest_columns
        from taxlots.frames.frame import frame_of
        from taxlots.reports.harvest_files import COLUMNS

        names = COLUMNS[file]
        rows = self._rows[file]
        table = pa.table({n: pa.array([row[n] for row in rows], pa.string()) for n in names})
        return frame_of(table, harvest_columns(names))

    @cached_property
    def _rows(self) -> dict[str, list[dict[str, str]]]:
        from taxlots.reports.harvest_files import tables

        return tables(self.run.plan)


def open_book(source: str | PathLike[str]) -> Book:
    """A book by its folder's path or its database URL.

    Raises UsageError where there is none.
    """
    name = fspath(source)
    if is_database(name):
        from taxlots.ledger.migrate import open_ledger

        open_ledger(name)
    else:
        from pathlib import Path

        from taxlots.domain.problem import UsageError

        if not Path(name).is_dir():
            raise UsageError(f"{name} is no folder; name a book folder or a database URL")
    return Book(name)


def replay(
    book: Book | str | PathLike[str],
    *,
    as_of: Day = None,
    known_at: Moment = None,
    view: str = "taxpayer",
    same_day: str | None = None,
) -> Replay:
    """Book every transaction of a book up to a day.

    ``known_at`` gives a database as it was known at a moment.  ``view`` is ``taxpayer``, or
    ``broker`` for what a broker must report; ``same_day`` is then its reading of D1, ``held`` or
    ``literal``.  Raises UsageError for a wrong call and DataError, which holds every problem, where
    the book has errors.
    """
    return _book(book).replay(as_of=as_of, known_at=known_at, view=view, same_day=same_day)


def harvest(
    book: Book | str | PathLike[str], *, as_of: Day = None, known_at: Moment = None
) -> HarvestFrames:
    """Propose which losses to sell on a day, and what to buy instead.

    Nothing is traded and nothing is booked.  Raises UsageError and DataError like ``replay``.
    """
    return _book(book).harvest(as_of=as_of, known_at=known_at)


def _book(book: Book | str | PathLike[str]) -> Book:
    return book if isinstance(book, Book) else open_book(book)


def _day(value: Day) -> date | None:
    return day(value, "as_of") if isinstance(value, str) else value


def _moment(value: Moment) -> datetime | None:
    if isinstance(value, date):
        return moment(value.isoformat())
    return moment(value) if isinstance(value, str) else None
