"""Importing files into a ledger: all of them in one transaction, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from sqlalchemy import Connection, Engine

from taxlots.domain.problem import Problem, Severity, UsageError
from taxlots.ledger import journal, price_rows
from taxlots.ledger.batch import Appended, Stamp, next_stamp
from taxlots.ledger.canonical import Source
from taxlots.ledger.custodian_lots import TABLES, StatementOfLots, append_statement
from taxlots.ledger.database import writing
from taxlots.ledger.mapping import REFERENCE_TABLES
from taxlots.ledger.reference_rows import put_reference

Check = Callable[[Connection], list[Problem]]
"""Looks at the ledger as it would be, before it is kept; an error undoes the import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of an import.

    ``holds`` is ``transactions``, ``prices``, a key of ``mapping.REFERENCE_TABLES`` or of
    ``custodian_lots.TABLES``.  Rows are an Arrow table for the first two, mappings of text cells
    for reference; a custodian's lots stand in ``statement`` instead.  ``is_complete``: rows of
    reference that the file does not have are removed.  ``is_new_only``: rows of reference that
    the book has are left as they are.
    """

    holds: str
    source: Source
    rows: pa.Table | Sequence[Mapping[str, str]] = ()
    statement: StatementOfLots | None = None
    is_complete: bool = False
    is_new_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: one ``Appended`` a part, in their order, and every problem.

    ``is_refused``: an error kept all of it out.  ``recorded_at`` is blank then.
    """

    parts: tuple[Appended, ...]
    problems: tuple[Problem, ...]
    recorded_at: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether an error kept the import out of the database."""
        return any(p.severity is Severity.ERROR for p in self.problems)


def append(
    ledger: Engine,
    rows: pa.Table,
    *,
    source: Source,
    recorded_at: datetime,
    actor: str,
    progress: journal.Progress | None = None,
) -> Appended:
    """Append the transactions of one file that the journal does not have.

    ``rows``: see ``canonical.canonical_rows``.  Problems: ``KEY_CONFLICT`` (an id that the
    journal has with other content), ``DUPLICATE_ID`` (twice in the file), and cells that cannot
    be kept.  With an error, nothing is written.  Raises UsageError when the database refuses.
    """
    part = Part(holds=journal.HOLDS, rows=rows, source=source)
    done = import_parts(ledger, [part], recorded_at=recorded_at, actor=actor, progress=progress)
    return done.parts[0]


def import_parts(
    ledger: Engine,
    parts: Sequence[Part],
    *,
    recorded_at: datetime,
    actor: str,
    check: Check | None = None,
    progress: journal.Progress | None = None,
    is_trial: bool = False,
) -> Imported:
    """Import several files at once: everything is kept, or nothing.

    ``check`` is called last, within the transaction, when there were no errors.  Every part is
    looked at even after an error, so that one run tells all that is wrong.  ``is_trial``: nothing
    is kept in any case.
    """
    results: list[Appended] = []
    problems: list[Problem] = []
    try:
        with writing(ledger) as connection:
            stamp = next_stamp(connection, recorded_at, actor)
            for part in parts:
                results.append(_import(connection, part, stamp, progress))
                problems += results[-1].problems
            if check is not None and not _has_errors(problems):
                problems += check(connection)
            _undo(is_trial or _has_errors(problems))
    except _Undone:
        return Imported(parts=tuple(results), problems=tuple(problems))
    return Imported(parts=tuple(results), problems=tuple(problems), recorded_at=stamp.recorded_at)


class _Undone(Exception):  # noqa: N818
    """Leaves the transaction so that nothing of it is kept."""


def _undo(is_wanted: bool) -> None:  # noqa: FBT001
    if is_wanted:
        raise _Undone


def _has_errors(problems: Sequence[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _import(
    connection: Connection, part: Part, stamp: Stamp, progress: journal.Progress | None
) -> Appended:
    if part.statement is not None:
        if part.holds in TABLES:
            return append_statement(connection, part.holds, part.statement, part.source, stamp)
    elif isinstance(part.rows, pa.Table):
        if part.holds == journal.HOLDS:
            return journal.append_transactions(connection, part.rows, part.source, stamp, progress)
        if part.holds == price_rows.HOLDS:
            return price_rows.append_prices(connection, part.rows, part.source, stamp)
    elif part.holds in REFERENCE_TABLES:
        return put_reference(
            connection,
            part.holds,
            part.rows,
            part.source,
            stamp,
            is_complete=part.is_complete,
            is_new_only=part.is_new_only,
        )
    raise UsageError(f"A ledger has no place for {part.holds!r} in this form.")
