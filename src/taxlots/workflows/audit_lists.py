"""The lists of an audit pack, each by the name of its file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from taxlots.reports.audit_completeness import completeness_table, control_table, journal_table
from taxlots.reports.audit_coverage import coverage_table, day_table
from taxlots.reports.audit_files import FILES, TEXTS
from taxlots.reports.audit_identification import method_table
from taxlots.reports.audit_roll_forward import roll_forward_table
from taxlots.reports.audit_term import term_boundary_table
from taxlots.reports.audit_wash_sales import provisional_table, register_table
from taxlots.reports.books_files import result_tables
from taxlots.reports.form_8949_csv import filing_files
from taxlots.workflows.audit_bridge import bridge_table, crossing_table, crossings_of
from taxlots.workflows.audit_closed import opening_lot_table, opening_table, restated_table
from taxlots.workflows.audit_overrides import override_table
from taxlots.workflows.audit_recomputation import recomputation_table
from taxlots.workflows.audit_uncertain import uncertain_table

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.roll_forward import RollForward
    from taxlots.book.wash_register import WashRegister
    from taxlots.workflows.audit_explanations import Explanations
    from taxlots.workflows.audit_overrides import Override
    from taxlots.workflows.closed_years import ComparedYear
    from taxlots.workflows.form_8949 import FiledYear
    from taxlots.workflows.form_8949_reported import Reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the lists of a pack are made from; ``book`` is its name on the command line."""

    book: str
    known_at: datetime | None
    scope: AuditScope
    reported: Reported
    filed: FiledYear
    rolled: RollForward
    register: WashRegister
    identified: pa.Table
    explained: Explanations
    overrides: tuple[Override, ...]
    closed: tuple[ComparedYear, ...]


def lists_of(found: Gathered) -> tuple[dict[str, pa.Table], dict[str, str]]:
    """Every list, and every text, by the name of its file."""
    scope, book, known_at = found.scope, found.book, found.known_at
    crossings = crossings_of(scope, found.reported)
    filing = filing_files(found.filed.filing, ())
    tables = {
        "realized.csv": result_tables(scope.books)["realized"].take(scope.mine),
        "bridge.csv": bridge_table(found.filed, crossings),
        "bridge_rows.csv": crossing_table(crossings),
        **{name: table for name, table in filing.items() if name in FILES and name not in TEXTS},
        "journal.csv": journal_table(scope),
        "completeness.csv": completeness_table(scope),
        "control_totals.csv": control_table(scope),
        "coverage.csv": coverage_table(scope),
        "coverage_days.csv": day_table(scope),
        "recomputation.csv": recomputation_table(scope, book, known_at),
        "roll_forward.csv": roll_forward_table(scope, found.rolled),
        "opening_basis.csv": opening_table(scope, found.rolled, found.closed, book),
        "opening_lots.csv": opening_lot_table(scope),
        "restated_years.csv": restated_table(found.closed),
        "identifications.csv": found.identified,
        "methods.csv": method_table(scope),
        "overrides.csv": override_table(scope, found.overrides, book, known_at),
        "term_boundary.csv": term_boundary_table(scope),
        "wash_sales.csv": register_table(scope, found.register),
        "provisional.csv": provisional_table(scope),
        "uncertain_positions.csv": uncertain_table(scope),
        "sample.csv": found.explained.table,
    }
    statement = {name: text for name, text in filing.items() if name in TEXTS}
    return tables, {**found.explained.texts, **statement}
