"""Closed years beside what the books say now: what was frozen, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from taxlots.book.booking import Books
from taxlots.book.year_figures import OpenBasis, YearTotal
from taxlots.book.year_items import tax_returns
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, Problem, UsageError, warning
from taxlots.domain.view import View
from taxlots.reports.restated import Extent, FigureChanged, Restatement
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.closed_figures import (
    Frozen,
    FrozenBooks,
    FrozenLots,
    Lines,
    lots_at_end,
)
from taxlots.workflows.gather import gather, is_database, require_database
from taxlots.workflows.replay import replay_record
from taxlots.workflows.restated_lines import KEYS, LineChanged, changed_lines, figures_of
from taxlots.workflows.restatement import restatement

if TYPE_CHECKING:
    from taxlots.ledger.closed_year import ClosedYear

MARKED_KEYS: Final = {
    "section_1256": ("account", "symbol"),
    "section_475": ("account", "symbol", "sale_id", "lot_id", "kind"),
}
"""By what lines that are marked to market are recognized."""

Because = Mapping[tuple[str, str, str, str], tuple[str, ...]]
"""Result, sale, lot and replacement -> the rows that caused a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedYear:
    """A closed year, and what the books say of it now.

    ``changes`` are the figures of lines that differ: those realized in the year, and those of lots
    that were open at its end.
    """

    closed: ClosedYear
    totals: tuple[YearTotal, ...]
    open_basis: OpenBasis
    changes: tuple[FigureChanged, ...]

    @property
    def is_restated(self) -> bool:
        """Whether what was realized in the year is no longer what was closed."""
        return any(change.result != "lots" for change in self.changes)

    @property
    def gain_cents(self) -> tuple[int, int]:
        """The gain as it was closed and as it is."""
        before, after = (
            sum(t.gain_cents for t in side) for side in (self.closed.totals, self.totals)
        )
        return before, after


def closed_years_of(book: str, known_at: datetime | None = None) -> list[ClosedYear]:
    """The closings of a book that count, as known at a moment; a folder has none."""
    if not is_database(book):
        return []
    from taxlots.ledger.closed_year import closed_years
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger

    with reading(open_ledger(book)) as connection:
        return closed_years(connection, known_at)


def compare_closed(
    book: str,
    *,
    year: int | None = None,
    tax_return: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> tuple[Books, list[ComparedYear]]:
    """Every closed year of a database beside what its books say now, or as known at a moment.

    Raises UsageError for a folder, and for a return that the book does not have; DataError where
    the book cannot be booked.
    """
    require_database(book)
    record, problems = gather(book, known_at=known_at)
    if record is None:
        raise DataError(problems)
    books = replay_record(record, as_of)
    check_return(books, tax_return)
    wanted = [
        closed
        for closed in closed_years_of(book, known_at)
        if year in (None, closed.year) and tax_return in (None, closed.tax_return)
    ]
    frozen = FrozenBooks(books)
    return books, [compared(book, frozen, closed, known_at=known_at) for closed in wanted]


def compared(
    book: str,
    books: Books | FrozenBooks,
    closed: ClosedYear,
    *,
    known_at: datetime | None = None,
) -> ComparedYear:
    """A closed year beside the books, line by line, with the rows that caused each change.

    Books of an earlier day than that of the closing are booked up to that day.
    """
    frozen = books if isinstance(books, FrozenBooks) else FrozenBooks(books)
    if date_of(frozen.books.as_of) < closed.as_of:
        frozen = FrozenBooks(replay_record(frozen.books.record, closed.as_of))
    if closed.tax_return not in tax_returns(frozen.books):
        now, held = _nothing()
    else:
        now = frozen.year(*closed.key)
        held = lots_at_end(frozen.books, *closed.key)
    changes: tuple[FigureChanged, ...] = ()
    if now.hash != closed.figures_hash or held.hash != closed.open_hash:
        lines = {**now.lines, **held.lines}
        changes = tuple(_changes(book, frozen.books, closed, lines, known_at))
    return ComparedYear(closed=closed, totals=now.totals, open_basis=held.basis, changes=changes)


def restated_warnings(
    book: str, books: Books, *, as_of: date | None, known_at: datetime | None = None
) -> list[Problem]:
    """A warning for each closed year that the books no longer book as it was closed.

    Books of an earlier day than that of the closing, if that day was asked for, and a broker's
    books are not compared.
    """
    if books.view is View.BROKER:
        return []
    found = []
    frozen = FrozenBooks(books)
    for closed in closed_years_of(book, known_at):
        if as_of is not None and as_of < closed.as_of:
            continue
        is_there = closed.tax_return in tax_returns(books)
        if is_there and frozen.year(*closed.key).hash == closed.figures_hash:
            continue
        one = compared(book, frozen, closed, known_at=known_at)
        if one.is_restated:
            found.append(restated_problem(book, one))
    return found


def restated_problem(book: str, one: ComparedYear) -> Problem:
    """The warning that a closed year has changed."""
    closed = one.closed
    before, after = map(dollars, one.gain_cents)
    gain = f"its gain was {before} and is {after}" if before != after else "not its gain"
    if not one.is_restated:
        gain = "only the lots open at its end"
    return warning(
        f"closed_year:{closed.number}",
        "CLOSED_YEAR_RESTATED",
        f"the figures of {closed.year} on the return {closed.tax_return}, closed on"
        f" {closed.known_at.date()} by {closed.actor}, have changed ({gain})",
        f"look at the lines with `taxlots close-year {book} --year {closed.year} --check`; what was"
        " filed may need an amended return. Then close the year again with --reason",
    )


def check_return(books: Books, tax_return: str | None) -> None:
    """Raise UsageError for a return that has no taxable account in the book."""
    names = tax_returns(books)
    if tax_return is not None and tax_return not in names:
        has = ", ".join(names) or "no return with a taxable account"
        raise UsageError(f"the book has no return {tax_return!r}; it has {has}")


def _nothing() -> tuple[Frozen, FrozenLots]:
    """What a return has that is no longer in the book."""
    basis = OpenBasis(lots=0, unknown_basis=0, basis_cents=0, wash_cents=0)
    return Frozen(lines={}, hash="", totals=()), FrozenLots(lines={}, hash="", basis=basis)


def _changes(
    book: str, books: Books, closed: ClosedYear, now: Lines, known_at: datetime | None
) -> list[FigureChanged]:
    from taxlots.ledger.closed_year import closed_lines
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger

    with reading(open_ledger(book)) as connection:
        then = closed_lines(connection, closed.number)
    end = date(closed.year, 12, 31)
    of_year = _restatement(book, closed, date_of(books.as_of), known_at)
    of_lots = _restatement(book, closed, end, known_at)
    successors = {} if of_year is None else of_year.successors
    because = {**_because(of_lots, {"lots"}), **_because(of_year, {"realized", "wash_sales"})}
    version = _version(closed)
    found = []
    for result in dict.fromkeys([*now, *then]):
        key = KEYS.get(result) or MARKED_KEYS[result]
        lines = changed_lines(result, then.get(result, []), now.get(result, []), successors, key)
        for line in lines:
            found += _figures(result, line, because, version)
    return found


def _restatement(
    book: str, closed: ClosedYear, day: date, known_at: datetime | None
) -> Restatement | None:
    """What became known since the closing; None where nothing could, or cannot be booked."""
    if known_at is not None and known_at <= closed.known_at:
        return None
    try:
        return restatement(book, closed.known_at, known_at, as_of=day)[0]
    except DataError:
        return None


def _because(found: Restatement | None, results: set[str]) -> Because:
    changes = () if found is None else found.changes
    causes: dict[tuple[str, str, str, str], tuple[str, ...]] = {}
    for one in changes:
        if one.result in results:
            names = one.result, one.sale_id, one.lot_id, one.replacement_lot_id
            causes[names] = tuple(dict.fromkeys([*causes.get(names, ()), *one.because]))
    return causes


def _version(closed: ClosedYear) -> tuple[str, ...]:
    """What can have changed figures where no row did: a new version of the program."""
    was, now = (
        (closed.engine_version, closed.rules_version),
        (__version__, RULES_VERSION),
    )
    if was == now:
        return ()
    return (f"version {now[0]} with rules {now[1]}, before {was[0]} with {was[1]}",)


def _figures(
    result: str, line: LineChanged, because: Because, version: tuple[str, ...]
) -> list[FigureChanged]:
    cells = line.cells
    sale, lot = cells.get("sale_id", ""), cells.get("lot_id") or cells.get("loss_lot_id", "")
    replacement = cells.get("replacement_lot_id", "")
    extent = Extent.CHANGED
    if line.before is None or line.after is None:
        extent = Extent.ADDED if line.before is None else Extent.REMOVED
    return [
        FigureChanged(
            result=result,
            extent=extent,
            household="",
            account=cells.get("account", ""),
            symbol=cells.get("symbol", ""),
            sale_id=sale,
            lot_id=lot,
            replacement_lot_id=replacement,
            day=cells.get("sold_date") or cells.get("acquired_date", ""),
            figure=figure,
            before=before,
            after=after,
            difference=difference,
            because=because.get((result, sale, lot, replacement), ()) or version,
        )
        for figure, before, after, difference in figures_of(line)
    ]
