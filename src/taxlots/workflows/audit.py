"""The audit pack: everything that an auditor asks of a tax year, in one folder and one zip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from taxlots.book.audit_scope import AuditScope, audit_scope
from taxlots.book.booking import Books
from taxlots.book.roll_forward import roll_forward
from taxlots.book.wash_register import wash_register
from taxlots.book.year_items import tax_returns
from taxlots.book.year_state import year_states
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, scaled
from taxlots.domain.problem import DataError, UsageError
from taxlots.reports import audit_files as files
from taxlots.reports.books_files import problem_table
from taxlots.reports.folders import FAILURE, MANIFEST, check_folder, write_folder
from taxlots.reports.index_page import PackIndex, index_page
from taxlots.reports.year_state import state_sentence
from taxlots.workflows.audit_closed import closed_of
from taxlots.workflows.audit_lists import Gathered, lists_of
from taxlots.workflows.audit_overrides import overrides_of
from taxlots.workflows.audit_page import charts_of, manifest_of, rows_of, totals_of
from taxlots.workflows.audit_remarks import remarks_of
from taxlots.workflows.differences import differences
from taxlots.workflows.evidence import evidence_of

SEED: Final = 1
SAMPLE: Final = 25
ABOVE_CENTS: Final = 10_000_00


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChoices:
    """Which sales an auditor looks at one by one.

    ``sample`` sales are drawn by ``seed``; besides them all whose proceeds are ``above_cents`` or
    more, all with an adjustment, and all whose rows were overridden.
    """

    seed: int = SEED
    sample: int = SAMPLE
    above_cents: int = ABOVE_CENTS

    @property
    def cells(self) -> dict[str, str]:
        """The choices as text."""
        return {
            "seed": str(self.seed),
            "sample": str(self.sample),
            "above": dollars(self.above_cents),
        }


AS_USUAL: Final = AuditChoices()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPack:
    """What was written: the scope, the page on top of it, and how many rows each list has."""

    scope: AuditScope
    page: PackIndex
    rows: dict[str, int]

    @property
    def archive(self) -> str:
        """The name of the zip."""
        return files.archive_name(self.scope.year)


def write_audit(
    book: str,
    year: int,
    out: Path,
    *,
    tax_return: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
    choices: AuditChoices = AS_USUAL,
) -> AuditPack:
    """Write the audit pack of a year of a book, of one return or of all together.

    On errors the folder holds ``problems.csv`` alone, and DataError is raised.  Raises UsageError
    for a return that the book does not have, and for a folder that holds other files.
    """
    check_folder(out, files.RESULTS)
    try:
        compared = differences(book, as_of=as_of, known_at=known_at, year=year)
    except DataError as failure:
        write_folder(out, {FAILURE: problem_table(failure.problems)}, results=files.RESULTS)
        raise
    found = _gathered(book, year, compared.taxpayer, tax_return, known_at)
    scope = found.scope
    tables = lists_of(found)
    states = [one for one in year_states(scope.books, year) if one.tax_return in scope.tax_returns]
    page = PackIndex(
        title=f"Audit pack {year}",
        book=scope.books.record.name or book,
        tax_return=", ".join(scope.tax_returns),
        year=year,
        as_of=date_of(scope.books.as_of),
        is_provisional=any(state.is_provisional for state in states),
        state=tuple(state_sentence(state) for state in states),
        totals=totals_of(scope, found.rolled, found.register),
        sections=files.sections(tables),
        charts=charts_of(scope, found.register),
        remarks=tuple(remarks_of(found, tables)),
    )
    content: dict[str, Any] = {
        files.INDEX: index_page(page),
        files.README: files.readme(page),
        **tables,
        FAILURE: problem_table(scope.books.problems),
        MANIFEST: manifest_of(scope, tables, choices.cells),
    }
    write_folder(out, content, results=files.RESULTS, archive=files.archive_name(year))
    return AuditPack(scope=scope, page=page, rows=rows_of(tables))


def _gathered(
    book: str, year: int, books: Books, tax_return: str | None, known_at: datetime | None
) -> Gathered:
    """What the lists of the pack are made from."""
    scope = audit_scope(books, year, _returns(books, tax_return))
    with evidence_of(books, book) as evidence:
        overrides = overrides_of(scope, evidence)
    return Gathered(
        book=book,
        known_at=known_at,
        scope=scope,
        rolled=roll_forward(books, scope.first_day, scope.last_day),
        register=wash_register(scope),
        overrides=tuple(overrides),
        closed=tuple(closed_of(scope, book, known_at)),
    )


def _returns(books: Books, tax_return: str | None) -> tuple[str, ...]:
    """The return asked for, or all.  Raises UsageError where there is none such."""
    known = tax_returns(books)
    if tax_return is None:
        return known
    if tax_return not in known:
        listed = ", ".join(known) or "none"
        raise UsageError(f"the book has no return {tax_return!r}; its returns are: {listed}")
    return (tax_return,)


def dollars_given(text: str) -> int:
    """An amount of ``--above`` in cents.  Raises UsageError where it is none."""
    cents = scaled(text, 2) if text else None
    if cents is None or cents < 0:
        raise UsageError(f"--above {text!r} is no amount; write dollars like 10000 or 2500.50")
    return cents
