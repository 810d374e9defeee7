"""The register of booked figures: what each version of the engine made of the journal.

A new engine or rule version may change figures that were booked before.  The register remembers
them, so that the difference is shown before it is accepted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, select

from taxlots.domain.problem import Problem, error
from taxlots.ledger.batch import next_stamp
from taxlots.ledger.database import reading, writing
from taxlots.ledger.hash_chain import append_chained
from taxlots.ledger.tables import METADATA

Totals = Mapping[str, Mapping[str, int]]
"""Household -> name of a figure -> cents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedRun:
    """The figures of one run, and everything that they depend on.

    ``journal_rows`` and ``journal_hash`` are the end of the journal that was booked,
    ``reference_rows`` and ``reference_hash`` that of the reference changes.  ``results_hash`` is
    the SHA-256 of the result tables; ``totals`` are in cents.  ``recorded_at`` is blank until the
    run is recorded; as ``known_at`` it gives the record that was booked.
    """

    engine_version: str
    rules_version: str
    as_of: date
    journal_rows: int
    journal_hash: str
    reference_rows: int
    reference_hash: str
    results_hash: str
    totals: Totals
    recorded_at: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """One booked figure of one household, in cents, as it was and as it would be."""

    household: str
    figure: str
    before_cents: int
    after_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Whether a run was recorded, and, if it changes booked figures, what changes."""

    is_recorded: bool
    changes: tuple[FigureChange, ...] = ()
    problems: tuple[Problem, ...] = ()


def last_run(ledger: Engine) -> BookedRun | None:
    """The run that was recorded last, None before the first."""
    with reading(ledger) as connection:
        return last_run_of(connection)


def last_run_of(connection: Connection) -> BookedRun | None:
    """``last_run`` on a connection that is already reading or writing."""
    runs = METADATA.tables["booked_run"]
    found = connection.execute(select(runs).order_by(runs.c.sequence.desc()).limit(1))
    row = found.mappings().first()
    if row is None:
        return None
    return BookedRun(
        engine_version=row["engine_version"],
        rules_version=row["rules_version"],
        as_of=date.fromisoformat(row["as_of"]),
        journal_rows=row["journal_rows"],
        journal_hash=row["journal_hash"],
        reference_rows=row["reference_rows"],
        reference_hash=row["reference_hash"],
        results_hash=row["results_hash"],
        totals=json.loads(row["totals"]),
        recorded_at=row["recorded_at"],
        actor=row["actor"],
    )


def record_run(
    ledger: Engine, run: BookedRun, *, recorded_at: datetime, actor: str, accept: bool = False
) -> Recorded:
    """Record a run, unless it changes figures that were booked from the same record.

    A run that was booked from the same journal, reference and as-of date as the last one, with
    other results, is recorded only with ``accept``; without it, nothing is written and the
    changes are returned with the problem ``BOOKED_FIGURES_CHANGED``.  A run that is equal to the
    last one is not recorded again.
    """
    with writing(ledger) as connection:
        stamp = next_stamp(connection, recorded_at, actor)
        last = last_run_of(connection)
        is_same_record = last is not None and _basis_of(last) == _basis_of(run)
        changes: tuple[FigureChange, ...] = ()
        if last is not None and is_same_record:
            if _versions_of(last) == _versions_of(run) and last.results_hash == run.results_hash:
                return Recorded(is_recorded=False)
            changes = changed_figures(last, run)
            if last.results_hash != run.results_hash and not accept:
                problem = _changed(last, run, changes)
                return Recorded(is_recorded=False, changes=changes, problems=(problem,))
        append_chained(connection, "booked_run", [_row(run, stamp.recorded_at, actor)])
    return Recorded(is_recorded=True, changes=changes)


def changed_figures(before: BookedRun, after: BookedRun) -> tuple[FigureChange, ...]:
    """The figures in which two runs differ, by household and figure; an absent one is 0."""
    changes = []
    for household in {**before.totals, **after.totals}:
        old, new = before.totals.get(household, {}), after.totals.get(household, {})
        changes += [
            FigureChange(
                household=household,
                figure=figure,
                before_cents=old.get(figure, 0),
                after_cents=new.get(figure, 0),
            )
            for figure in {**old, **new}
            if old.get(figure, 0) != new.get(figure, 0)
        ]
    return tuple(changes)


def _basis_of(run: BookedRun) -> tuple[object, ...]:
    return run.as_of, run.journal_rows, run.journal_hash, run.reference_rows, run.reference_hash


def _versions_of(run: BookedRun) -> tuple[str, str]:
    return run.engine_version, run.rules_version


def _changed(last: BookedRun, run: BookedRun, changes: tuple[FigureChange, ...]) -> Problem:
    which = f"{len(changes)} totals" if changes else "single lots and no total"
    return error(
        "booked_run",
        "BOOKED_FIGURES_CHANGED",
        f"The same record books other figures ({which} differ): engine {last.engine_version}"
        f" with rules {last.rules_version} booked it before, now it is {run.engine_version} with"
        f" {run.rules_version}",
        "Look at the differences. If the new figures are right, accept them; what was filed by"
        " the old ones may need an amended return.",
    )


def _row(run: BookedRun, recorded_at: str, actor: str) -> tuple[object, ...]:
    totals = json.dumps(run.totals, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return (
        recorded_at,
        actor,
        run.engine_version,
        run.rules_version,
        run.as_of.isoformat(),
        run.journal_rows,
        run.journal_hash,
        run.reference_rows,
        run.reference_hash,
        run.results_hash,
        totals,
    )
