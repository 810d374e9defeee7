"""The lists of an audit pack, each by the name of its file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from taxlots.market_data.calendars import settlement_day
from taxlots.reports.audit_completeness import completeness_table, control_table, journal_table
from taxlots.reports.audit_coverage import coverage_table, day_table
from taxlots.reports.audit_identification import identification_table, method_table
from taxlots.reports.audit_roll_forward import roll_forward_table
from taxlots.reports.audit_term import term_boundary_table
from taxlots.reports.audit_wash_sales import provisional_table, register_table
from taxlots.reports.books_files import result_tables
from taxlots.workflows.audit_closed import opening_lot_table, opening_table, restated_table
from taxlots.workflows.audit_overrides import override_table
from taxlots.workflows.audit_recomputation import recomputation_table
from taxlots.workflows.audit_uncertain import uncertain_table

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.roll_forward import RollForward
    from taxlots.book.wash_register import WashRegister
    from taxlots.workflows.audit_overrides import Override
    from taxlots.workflows.closed_years import ComparedYear


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the lists of a pack are made from; ``book`` is its name on the command line."""

    book: str
    known_at: datetime | None
    scope: AuditScope
    rolled: RollForward
    register: WashRegister
    overrides: tuple[Override, ...]
    closed: tuple[ComparedYear, ...]


def lists_of(found: Gathered) -> dict[str, pa.Table]:
    """Every list that needs the books alone."""
    scope, book, known_at = found.scope, found.book, found.known_at
    return {
        "realized.csv": result_tables(scope.books)["realized"].take(scope.mine),
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
        "identifications.csv": identification_table(scope, settlement_day),
        "methods.csv": method_table(scope),
        "overrides.csv": override_table(scope, found.overrides, book, known_at),
        "term_boundary.csv": term_boundary_table(scope),
        "wash_sales.csv": register_table(scope, found.register),
        "provisional.csv": provisional_table(scope),
        "uncertain_positions.csv": uncertain_table(scope),
    }
