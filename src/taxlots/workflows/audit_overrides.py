"""Overrides: what was taken back, set by hand or changed later, by whom, when, and to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from taxlots.book.basis_adjustments import basis_adjustments
from taxlots.book.checks import is_action
from taxlots.book.journal import ACTIONS, filled
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.domain.security import Security
from taxlots.law.covered import is_covered
from taxlots.reports.audit_columns import OVERRIDES
from taxlots.reports.rows import text_table
from taxlots.workflows.gather import is_database

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.cells import Mask
    from taxlots.ledger.recorded import ChangedReference, Recorded
    from taxlots.workflows.evidence import Evidence

YES: Final = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One override of a row of the journal; ``touched`` are the rows of sales and lots it bears on.

    ``before`` and ``after`` are what stood and what stands.
    """

    kind: str
    row: int
    before: str
    after: str
    touched: tuple[int, ...]


def overrides_of(scope: AuditScope, evidence: Evidence) -> list[Override]:
    """Overrides of rows dated through the end of the year, by row of the journal."""
    found = [
        *_voids(scope, evidence),
        *_adjustments(scope, evidence),
        *_late(scope, evidence),
        *_covered(scope),
    ]
    return sorted(found, key=lambda one: (one.row, one.kind))


def override_table(
    scope: AuditScope, overrides: Iterable[Override], book: str, known_at: datetime | None
) -> pa.Table:
    """``overrides.csv``: those of journal rows, then reference that was changed later."""
    listed = list(overrides)
    recorded, changed = _recorded(scope, [one.row for one in listed], book, known_at)
    journal = scope.books.journal
    found = []
    for one in listed:
        by = recorded.get(one.row)
        found.append(
            {
                "kind": one.kind,
                "id": journal.id(one.row),
                "where": journal.where(one.row),
                "date": date_of(int(journal.day["date"][0][one.row])).isoformat(),
                "account": journal.account_of(one.row),
                "symbol": journal.symbol_of(one.row),
                "who": by.actor if by else "",
                "when": by.recorded_at if by else "",
                "why": "" if one.kind == "VOID" else journal.cell("note", one.row),
                "before": one.before,
                "after": one.after,
            }
        )
    return text_table(tuple(OVERRIDES), [*found, *map(_reference, changed)])


def _reference(one: ChangedReference) -> dict[str, str]:
    return {
        **dict.fromkeys(OVERRIDES, ""),
        "kind": "REFERENCE",
        "id": one.key,
        "where": one.table,
        "who": one.recorded.actor,
        "when": one.recorded.recorded_at,
        "why": one.recorded.file,
        "before": one.before,
        "after": one.after or "(taken away)",
    }


def _voids(scope: AuditScope, evidence: Evidence) -> Iterator[Override]:
    journal = scope.books.journal
    rows = _rows(scope, is_action(journal, {Action.VOID}))
    place = {name: at for at, name in enumerate(journal.ids.to_pylist())} if rows else {}
    for row in rows:
        target = place.get(journal.cell("note", row))
        if target is not None:
            said = f"{ACTIONS[int(journal.action[target])]} {evidence.said(target)}".strip()
            before = f"{journal.id(target)}: {said}"
            yield Override(kind="VOID", row=row, before=before, after="taken back", touched=())


def _adjustments(scope: AuditScope, evidence: Evidence) -> Iterator[Override]:
    journal = scope.books.journal
    for one in basis_adjustments(scope.books, scope.last_day):
        if not scope.is_mine[one.position]:
            continue
        lots = [part.partition(":")[0].strip() for part in journal.cell("lots", one.row).split(";")]
        place = {name: at for at, name in enumerate(journal.ids.to_pylist())}
        yield Override(
            kind="BASIS_ADJUSTMENT",
            row=one.row,
            before=f"basis of the position {dollars(one.before_cents)}",
            after=f"basis of the position {dollars(one.after_cents)} ({evidence.said(one.row)})",
            touched=tuple(place[lot] for lot in lots if lot in place),
        )


def _late(scope: AuditScope, evidence: Evidence) -> Iterator[Override]:
    for row in _rows(scope, filled(scope.books.journal, "lots")):
        problems = scope.books.journal.problems.get(row, [])
        if any(problem.code == "LATE_IDENTIFICATION" for problem in problems):
            yield Override(
                kind="LATE_IDENTIFICATION",
                row=row,
                before=f"lots named: {evidence.cell(row, 'lots')}",
                after="the standing method",
                touched=(row,),
            )


def _covered(scope: AuditScope) -> Iterator[Override]:
    """Lots whose row says otherwise than the dates of Treas. Reg. 1.6045-1(a)(15) say."""
    journal = scope.books.journal
    acquired, is_blank = journal.day["acquired_date"]
    for row in _rows(scope, filled(journal, "covered")):
        symbol = journal.symbol_of(row)
        security = scope.books.record.securities.get(symbol) or Security(symbol=symbol)
        day = int(journal.day["date"][0][row] if is_blank[row] else acquired[row])
        stated = journal.cell("covered", row).strip().lower() in YES
        if stated != is_covered(security.kind, day):
            words = ("noncovered", "covered")
            yield Override(
                kind="COVERED",
                row=row,
                before=f"{words[not stated]} by its dates",
                after=f"{words[stated]}, as stated",
                touched=(row,),
            )


def _rows(scope: AuditScope, mask: Mask) -> list[int]:
    """Rows of a mask that are dated through the end of the year, of the related accounts."""
    through = scope.books.journal.day["date"][0] <= min(scope.last_day, scope.books.as_of)
    rows: list[int] = scope.rows(mask & through).tolist()
    return rows


def _recorded(
    scope: AuditScope, rows: list[int], book: str, known_at: datetime | None
) -> tuple[dict[int, Recorded], list[ChangedReference]]:
    """Who recorded rows, and the reference that was changed; nothing in a folder."""
    if not is_database(book):
        return {}, []
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.recorded import changed_reference, recorded_rows

    record = scope.books.record
    sequence = {row + record.first_line: row for row in rows}
    with reading(open_ledger(book)) as connection:
        found = recorded_rows(connection, sequence)
        changed = changed_reference(connection, known_at)
    return {sequence[at]: by for at, by in found.items()}, changed
