"""The audit pack: everything that an auditor asks of a tax year, in one folder and one zip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taxlots.book.audit_scope import AuditScope, audit_scope
from taxlots.book.roll_forward import roll_forward
from taxlots.book.wash_register import wash_register
from taxlots.book.year_state import year_states
from taxlots.domain.calendar import date_of
from taxlots.market_data.calendars import settlement_day
from taxlots.reports import audit_files as files
from taxlots.reports.audit_identification import identification_table
from taxlots.reports.books_files import problem_table
from taxlots.reports.failed_folder import problems_alone
from taxlots.reports.folders import FAILURE, MANIFEST, write_folder
from taxlots.reports.index_page import PackIndex, index_page
from taxlots.reports.year_state import state_sentence
from taxlots.workflows.audit_bridge import reported_with_reasons
from taxlots.workflows.audit_choices import AS_USUAL, AuditChoices
from taxlots.workflows.audit_closed import closed_of
from taxlots.workflows.audit_explanations import explanations_of
from taxlots.workflows.audit_lists import Gathered, lists_of
from taxlots.workflows.audit_overrides import overrides_of
from taxlots.workflows.audit_page import charts_of, manifest_of, rows_of, totals_of
from taxlots.workflows.audit_remarks import remarks_of
from taxlots.workflows.audit_sample import chosen_sales
from taxlots.workflows.evidence import evidence_of
from taxlots.workflows.form_8949 import FiledYear, filled_in
from taxlots.workflows.form_8949_reported import Reported

if TYPE_CHECKING:
    from taxlots.workflows.reconcile_files import FormFiles


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
    forms: FormFiles | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
    choices: AuditChoices = AS_USUAL,
) -> AuditPack:
    """Write the audit pack of a year of a book, of one return or of all together.

    ``forms`` are the actual Forms 1099-B; without them, and for accounts without one, the broker's
    view of the book stands for them.
    On errors the folder holds ``problems.csv`` alone, and DataError is raised.  Raises UsageError
    for a return that the book does not have, and for a folder that holds other files.
    """
    with problems_alone(out, files.RESULTS):
        reported = reported_with_reasons(book, year, forms, as_of=as_of, known_at=known_at)
        filed = filled_in(reported, tax_return=tax_return)
    found = _gathered(book, reported, filed, known_at, choices)
    scope = found.scope
    tables, texts = lists_of(found)
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
        sections=files.sections(tables, texts),
        charts=charts_of(scope, found.register),
        remarks=tuple(remarks_of(found, tables)),
    )
    content: dict[str, Any] = {
        files.INDEX: index_page(page),
        files.README: files.readme(page),
        **tables,
        **texts,
        FAILURE: problem_table([*scope.books.problems, *filed.problems]),
        MANIFEST: manifest_of(scope, tables, choices.cells),
    }
    write_folder(out, content, results=files.RESULTS, archive=files.archive_name(year))
    return AuditPack(scope=scope, page=page, rows=rows_of(tables))


def _gathered(
    book: str,
    reported: Reported,
    filed: FiledYear,
    known_at: datetime | None,
    choices: AuditChoices,
) -> Gathered:
    """What the lists of the pack are made from."""
    books = reported.books
    returns = tuple(forms.tax_return for forms in filed.filing.returns)
    scope = audit_scope(books, reported.year, returns)
    register = wash_register(scope)
    with evidence_of(books, book) as evidence:
        overrides = overrides_of(scope, evidence)
        identified = identification_table(scope, settlement_day)
        touched = [row for one in overrides for row in one.touched]
        chosen = chosen_sales(scope, choices, touched)
        explained = explanations_of(scope, register, chosen, evidence, identified)
    return Gathered(
        book=book,
        known_at=known_at,
        scope=scope,
        reported=reported,
        filed=filed,
        rolled=roll_forward(books, scope.first_day, scope.last_day),
        register=register,
        identified=identified,
        explained=explained,
        overrides=tuple(overrides),
        closed=tuple(closed_of(scope, book, known_at)),
    )
