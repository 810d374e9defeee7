"""Verifying a book in a database: its chains, its books, and the figures booked before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from taxlots.book.booking import Books
from taxlots.book.conservation import conservation_of
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, Problem, UsageError, error
from taxlots.ledger.booked_run import (
    BookedRun,
    FigureChange,
    changed_figures,
    last_run,
    record_run,
)
from taxlots.ledger.database import reading
from taxlots.ledger.hash_chain import Head, head_of
from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.record import read_record, record_of
from taxlots.ledger.verify import verify_ledger
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.booked_figures import results_hash, totals_of
from taxlots.workflows.closed_figures import FrozenBooks
from taxlots.workflows.closed_years import closed_years_of, compared, restated_problem
from taxlots.workflows.replay import replay_record
from taxlots.workflows.verify import Check, Outcome, Verification, booked, failed, passed, skipped

if TYPE_CHECKING:
    from sqlalchemy import Engine


def verify_database(book: str, *, accept: bool, actor: str, now: datetime) -> Verification:
    """Check a database; a booking that passes is remembered for the next time."""
    ledger = open_ledger(book)
    broken = verify_ledger(ledger)
    with reading(ledger) as connection:
        record, problems = record_of(connection)
        journal, reference = head_of(connection, "journal"), head_of(connection, "reference_change")
    checks = [_chain(broken, journal)]
    books: Books | None = None
    changes: tuple[FigureChange, ...] = ()
    if record is None:
        checks.append(failed("books", "what the database holds cannot be read"))
    else:
        books, own, found = booked(record)
        checks += own
        problems = [*problems, *found]
    if books is not None and not any(check.outcome is Outcome.FAILS for check in checks):
        run = _run(books, journal, reference)
        check, changes, more = _figures(ledger, book, run, accept=accept, actor=actor, now=now)
        restated, told = _closed(book, books)
        checks += [check, *restated]
        problems = [*problems, *more, *told]
    else:
        checks.append(skipped("figures", "compared when the other checks pass"))
    return Verification(
        book=(record.name if record is not None else "") or book,
        as_of=date_of(books.as_of).isoformat() if books else "",
        checks=tuple(checks),
        changes=changes,
        identity=conservation_of(books) if books else None,
        problems=(*broken, *problems),
    )


def _chain(broken: list[Problem], journal: Head) -> Check:
    if broken:
        return failed("chain", f"the database was changed past the program: {len(broken)} places")
    return passed(
        "chain",
        f"{journal.rows} rows of the journal, and all else, match their hashes; "
        f"head {journal.hash}",
    )


def _closed(book: str, books: Books) -> tuple[list[Check], list[Problem]]:
    """Whether closed years are booked as they were closed; no check where none was closed."""
    frozen = FrozenBooks(books)
    found = [compared(book, frozen, closed) for closed in closed_years_of(book)]
    if not found:
        return [], []
    changed = [one for one in found if one.changes]
    if not changed:
        years = "1 closed year is" if len(found) == 1 else f"{len(found)} closed years are"
        return [passed("closed", f"{years} booked as closed")], []
    names = ", ".join(f"{one.closed.year} on {one.closed.tax_return}" for one in changed)
    text = f"{len(changed)} of {len(found)} closed years have changed: {names}"
    return [failed("closed", text)], [restated_problem(book, one) for one in changed]


def _run(books: Books, journal: Head, reference: Head) -> BookedRun:
    return BookedRun(
        engine_version=__version__,
        rules_version=RULES_VERSION,
        as_of=date_of(books.as_of),
        journal_rows=journal.rows,
        journal_hash=journal.hash,
        reference_rows=reference.rows,
        reference_hash=reference.hash,
        results_hash=results_hash(books),
        totals=totals_of(books),
    )


def _figures(
    ledger: Engine, book: str, run: BookedRun, *, accept: bool, actor: str, now: datetime
) -> tuple[Check, tuple[FigureChange, ...], list[Problem]]:
    """Whether this version books what the last recorded run booked, from the same record."""
    last = last_run(ledger)
    changes: tuple[FigureChange, ...] = ()
    if last is not None:
        again = _again(book, last)
        if again is None:
            text = f"what was booked on {_day(last)} cannot be booked by this version"
            return failed("figures", text), (), []
        if again.results_hash != last.results_hash:
            changes = changed_figures(last, again)
            if not accept:
                return failed("figures", _changed(last)), changes, [_problem(last, changes)]
            record_run(ledger, again, recorded_at=now, actor=actor, accept=True)
    try:
        record_run(ledger, run, recorded_at=now, actor=actor, accept=accept)
    except UsageError as refused:
        return skipped("figures", f"unchanged, but not recorded: {refused}"), changes, []
    if last is None:
        return passed("figures", "recorded for the first time; later versions are compared"), (), []
    if changes:
        return passed("figures", "the changed figures are accepted and recorded"), changes, []
    return passed("figures", f"as booked on {_day(last)} by version {last.engine_version}"), (), []


def _again(book: str, last: BookedRun) -> BookedRun | None:
    """The record of an earlier run, booked by this version; None where it cannot be."""
    record, _ = read_record(book, datetime.fromisoformat(last.recorded_at))
    if record is None:
        return None
    try:
        books = replay_record(record, last.as_of)
    except DataError:
        return None
    return replace(
        last,
        engine_version=__version__,
        rules_version=RULES_VERSION,
        results_hash=results_hash(books),
        totals=totals_of(books),
        recorded_at="",
        actor="",
    )


def _day(run: BookedRun) -> date:
    return datetime.fromisoformat(run.recorded_at).date()


def _changed(last: BookedRun) -> str:
    return (
        f"version {last.engine_version} with rules {last.rules_version} booked other figures on "
        f"{_day(last)}; --accept records the new ones"
    )


def _problem(last: BookedRun, changes: tuple[FigureChange, ...]) -> Problem:
    which = f"{len(changes)} totals" if changes else "single lots and no total"
    return error(
        "booked_run",
        "BOOKED_FIGURES_CHANGED",
        f"the same record books other figures ({which} differ): version {last.engine_version} with "
        f"rules {last.rules_version} booked it before, now it is {__version__} with "
        f"{RULES_VERSION}",
        "look at the differences; if the new figures are right, accept them with --accept. What "
        "was filed by the old ones may need an amended return",
    )
