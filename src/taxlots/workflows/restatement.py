"""What changed in the books between two moments at which they were known, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from taxlots.book.booking import Books, book_record
from taxlots.book.record import Record
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, Problem, UsageError, warning
from taxlots.market_data.calendars import settlement_day
from taxlots.reports.books_files import result_tables
from taxlots.reports.failed_folder import problems_alone
from taxlots.reports.folders import write_folder
from taxlots.reports.restated import Arrival, Extent, FigureChanged, Restatement
from taxlots.reports.restatement_files import restatement_files
from taxlots.workflows.custodian_lots import Symbols
from taxlots.workflows.gather import gather, is_database
from taxlots.workflows.import_lots import Statement, statement_of
from taxlots.workflows.replay import replay_record
from taxlots.workflows.restated_arrivals import Arrivals, arrivals
from taxlots.workflows.restated_causes import Causes, Place, tax_returns
from taxlots.workflows.restated_forms import changed_forms
from taxlots.workflows.restated_lines import (
    KEYS,
    Cells,
    LineChanged,
    changed_lines,
    figures_of,
    restated_years,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    before: Record
    after: Record
    arrived: Arrivals
    forms_before: tuple[Statement, ...]
    forms_after: tuple[Statement, ...]


def restatement(
    book: str,
    since: datetime,
    until: datetime | None = None,
    *,
    as_of: date | None = None,
) -> tuple[Restatement, list[Problem]]:
    """What a database's books of a day were at one moment and are at another (None: now).

    Both are booked as of ``as_of``, by default the last day of the later journal.  Raises
    UsageError for a folder, which has no memory, and for moments in the wrong order; DataError
    where the later book has errors.  An earlier book that could not be booked counts as empty, with
    a warning.
    """
    if until is not None and until <= since:
        raise UsageError("--from must be earlier than --to")
    material = _gather(book, since, until)
    after = replay_record(material.after, as_of)
    day = date_of(after.as_of)
    before, problems = _booked(material.before, day)
    books = [after] if before is None else [before, after]
    old, new = (_lines(before), _lines(after))
    candidates = material.arrived.candidates
    writer = _Writer(Causes(candidates, books), [*old["realized"], *new["realized"]])
    writer.routine = {c.row.id for c in candidates if c.row.kind is Arrival.NEW}
    changes = [
        change
        for result in KEYS
        for line in changed_lines(result, old[result], new[result], material.arrived.successors)
        for change in writer.figures(result, line)
    ]
    found = Restatement(
        book=material.after.name or book,
        since=since.isoformat(),
        until="" if until is None else until.isoformat(),
        as_of=day,
        arrived=tuple(c.row for c in candidates),
        changes=tuple(changes),
        years=tuple(
            restated_years(
                old["realized"],
                [line for line in new["realized"] if line["sale_id"] not in writer.routine],
                tax_returns(books),
            )
        ),
        forms=tuple(
            changed_forms(
                material.forms_before,
                material.forms_after,
                Symbols(material.after.securities),
            )
        ),
        successors=material.arrived.successors,
    )
    return found, [*problems, *after.problems]


def write_restatement(
    book: str,
    since: datetime,
    until: datetime | None,
    out: Path | None,
    *,
    as_of: date | None = None,
) -> tuple[Restatement, list[Problem]]:
    """``restatement``, with its files in ``out`` if that is given.

    On errors the folder holds ``problems.csv`` alone, and DataError is raised.
    """
    with problems_alone(out):
        found, problems = restatement(book, since, until, as_of=as_of)
    if out is not None:
        write_folder(out, restatement_files(found, problems))
    return found, problems


def _gather(book: str, since: datetime, until: datetime | None) -> _Material:
    if not is_database(book):
        gather(book, known_at=since)
    from taxlots.ledger.custodian_lots import REALIZED_LOTS, statements_of
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.origin import origins_of
    from taxlots.ledger.record import record_of
    from taxlots.ledger.reference_rows import changes_between

    with reading(open_ledger(book)) as connection:
        before, _ = record_of(connection, since)
        after, problems = record_of(connection, until)
        if before is None or after is None:
            raise DataError(problems)
        rows = range(before.transactions.num_rows + 1, after.transactions.num_rows + 1)
        arrived = arrivals(
            before, after, origins_of(connection, rows), changes_between(connection, since, until)
        )
        forms = [
            tuple(map(statement_of, statements_of(connection, REALIZED_LOTS, moment)))
            for moment in (since, until)
        ]
    return _Material(
        before=before,
        after=after,
        arrived=arrived,
        forms_before=forms[0],
        forms_after=forms[1],
    )


def _booked(record: Record, day: date) -> tuple[Books | None, list[Problem]]:
    """The earlier books, None with a warning where they could not be booked."""
    if not record.transactions.num_rows:
        return None, []
    books, problems = book_record(record, as_of=day, settlement=settlement_day)
    if books is not None:
        return books, []
    first = problems[0]
    return None, [
        warning(
            first.where,
            "NOT_BOOKED_BEFORE",
            "The book as it was known at the earlier moment could not be booked"
            f" ({first.code}): every line counts as added",
            "Choose a moment at which the book had no errors.",
        )
    ]


def _lines(books: Books | None) -> dict[str, list[Cells]]:
    if books is None:
        return {result: [] for result in KEYS}
    return {name: table.to_pylist() for name, table in result_tables(books).items()}


WASH: Final = frozenset({"wash_sale_loss_disallowed", "permanently_disallowed", "gain", "status"})
"""Figures of a sale that other purchases change."""


class _Writer:
    """Writes the figures of changed lines, with the rows that caused them.

    ``realized`` are the lines in which each sale is looked up; ``routine`` the ids of rows that
    only go on from what was known.
    """

    def __init__(self, causes: Causes, realized: Iterable[Cells]) -> None:
        self.causes = causes
        self.routine: set[str] = set()
        self._sales: dict[str, tuple[Place, str]] = {
            line["sale_id"]: ((line["account"], line["symbol"]), line["sold_date"])
            for line in realized
        }

    def figures(self, result: str, line: LineChanged) -> Iterable[FigureChanged]:
        """One entry for each figure of a line that differs."""
        cells = line.cells
        sale, lot = cells.get("sale_id", ""), cells.get("lot_id") or cells.get("loss_lot_id", "")
        replacement = cells.get("replacement_lot_id", "")
        own_place = (cells.get("account", ""), cells.get("symbol", ""))
        place, sold = self._sales.get(sale, (own_place, ""))
        day = date.fromisoformat(sold) if sold else None
        names = [name for name in (sale, lot, replacement) if name]
        causes = {
            is_wash: self.causes.of(names, place, day, is_wash=is_wash) for is_wash in (False, True)
        }
        for figure, before, after, difference in figures_of(line):
            because = causes[figure in WASH]
            yield FigureChanged(
                result=result,
                extent=self._extent(line, because),
                household=cells.get("household", ""),
                account=place[0],
                symbol=place[1],
                sale_id=sale,
                lot_id=lot,
                replacement_lot_id=replacement,
                day=sold or cells.get("acquired_date", ""),
                figure=figure,
                before=before,
                after=after,
                difference=difference,
                because=because,
            )

    def _extent(self, line: LineChanged, because: Sequence[str]) -> Extent:
        if because and set(because) <= self.routine:
            return Extent.NEW
        if line.before is None:
            return Extent.ADDED
        return Extent.REMOVED if line.after is None else Extent.CHANGED
