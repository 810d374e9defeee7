"""What the Python API answers as DataFrames: the books, and a harvest of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from taxlots.book.booking import Books
    from taxlots.book.section_1256 import MarkedBook
    from taxlots.workflows.harvest import Harvest


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
    def readiness(self) -> pd.DataFrame:
        """The positions that are left alone until something is mended."""
        import pyarrow as pa

        from taxlots.frames.columns import COUNT, harvest_columns
        from taxlots.frames.frame import frame_of
        from taxlots.reports.readiness import READINESS_COLUMNS, readiness_rows

        rows = readiness_rows(self.run.not_ready)
        columns = {n: pa.array([row[n] for row in rows], pa.string()) for n in READINESS_COLUMNS}
        return frame_of(pa.table(columns), harvest_columns(READINESS_COLUMNS) | {"lots": COUNT})

    @cached_property
    def problems(self) -> pd.DataFrame:
        """A row for each warning."""
        from taxlots.frames.columns import PROBLEMS
        from taxlots.frames.frame import frame_of
        from taxlots.reports.books_files import problem_table

        return frame_of(problem_table(self.run.problems), PROBLEMS)

    def _frame(self, file: str) -> pd.DataFrame:
        return frame_of_rows(file, self._rows[file])

    @cached_property
    def _rows(self) -> dict[str, list[dict[str, str]]]:
        from taxlots.reports.harvest_files import tables

        return tables(self.run.plan)


def frame_of_rows(file: str, rows: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """Rows of a file of a harvest, by its name, as a DataFrame."""
    import pyarrow as pa

    from taxlots.frames.columns import harvest_columns
    from taxlots.frames.frame import frame_of
    from taxlots.reports.harvest_columns import COLUMNS

    names = COLUMNS[file]
    table = pa.table({n: pa.array([row[n] for row in rows], pa.string()) for n in names})
    return frame_of(table, harvest_columns(names))
