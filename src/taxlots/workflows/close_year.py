"""Closing a tax year: its figures are frozen, with their hash, when nothing can move them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from taxlots.book.booking import Books
from taxlots.book.year_items import tax_returns
from taxlots.book.year_state import YearState, year_states
from taxlots.domain.calendar import date_of, day_number
from taxlots.domain.problem import DataError, Problem, UsageError, error
from taxlots.reports.year_state import missing_sentences
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.closed_figures import FrozenBooks, lots_at_end
from taxlots.workflows.closed_years import check_return
from taxlots.workflows.gather import require_database
from taxlots.workflows.replay import replay_record

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from taxlots.ledger.closed_year import ClosedYear, Lines
    from taxlots.ledger.hash_chain import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What closing a year did: the closings that were added, and those that stand as they are."""

    books: Books
    added: tuple[ClosedYear, ...]
    kept: tuple[ClosedYear, ...]
    states: tuple[YearState, ...]


@dataclass(frozen=True, slots=True)
class _Ends:
    journal: Head
    reference: Head


def close_year(
    book: str,
    year: int,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    tax_return: str | None = None,
    as_of: date | None = None,
) -> Closing:
    """Freeze the figures of a year, of one return or of all.

    Nothing is closed unless every return that is asked for can be: DataError holds what is missing
    (``YEAR_PROVISIONAL``, ``BASIS_UNKNOWN``, a price of section 1256 contracts), or what is wrong
    with the book.  A year that is closed with the same figures is left as it is; one that has
    changed is closed again only with a ``reason``.  Raises UsageError for a folder, an unknown
    return, a year before the book, and a missing reason.
    """
    require_database(book)
    from taxlots.ledger.closed_year import closed_years, record_closings
    from taxlots.ledger.database import reading
    from taxlots.ledger.hash_chain import head_of
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.record import record_of

    if not actor.strip():
        raise UsageError("--by is blank; name who closes the year")
    ledger = open_ledger(book)
    _require_intact(ledger)
    with reading(ledger) as connection:
        record, problems = record_of(connection)
        ends = _Ends(head_of(connection, "journal"), head_of(connection, "reference_change"))
        last = {closed.key: closed for closed in closed_years(connection)}
    if record is None:
        raise DataError(problems)
    books = replay_record(record, as_of)
    check_return(books, tax_return)
    _check_year(books, year)
    names = tax_returns(books) if tax_return is None else (tax_return,)
    states = tuple(s for s in year_states(books, year) if s.tax_return in names)
    frozen = FrozenBooks(books)
    _require_closable(frozen, states)
    made = [_closing(frozen, name, year, ends, last.get((name, year))) for name in names]
    added = [(one, lines) for one, lines in made if not _is_same(one, last.get(one.key))]
    changed = [one.tax_return for one, _ in added if one.key in last]
    if changed and not reason.strip():
        raise _closed_otherwise(year, changed)
    if added:
        record_closings(ledger, added, recorded_at=now, actor=actor, reason=reason)
    with reading(ledger) as connection:
        closings = {closed.key: closed for closed in closed_years(connection)}
    new = {one.key for one, _ in added}
    mine = [closings[name, year] for name in names]
    return Closing(
        books=books,
        added=tuple(one for one in mine if one.key in new),
        kept=tuple(one for one in mine if one.key not in new),
        states=states,
    )


def _closed_otherwise(year: int, names: list[str]) -> UsageError:
    return UsageError(
        f"{year} of {', '.join(names)} is closed with other figures; look at them with --check, and"
        " say with --reason why the year is closed again"
    )


def _require_intact(ledger: Engine) -> None:
    """Raise DataError where the ledger was changed past the program: nothing is frozen then."""
    from taxlots.ledger.verify import verify_ledger

    broken = verify_ledger(ledger)
    if broken:
        raise DataError(broken)


def _check_year(books: Books, year: int) -> None:
    days = books.journal.day["date"][0][books.bookings.row]
    if not len(days) or int(days.min()) > day_number(year, 12, 31):
        since = f" begins on {date_of(int(days.min()))}" if len(days) else " is empty"
        raise UsageError(f"there is nothing to close in {year}: the book{since}")


def _require_closable(frozen: FrozenBooks, states: tuple[YearState, ...]) -> None:
    """Raise DataError with everything that is missing before the year can be closed."""
    problems: list[Problem] = []
    for state in states:
        if state.is_provisional:
            problems.append(_provisional(state))
        elif state.unknown_basis:
            problems.append(_unknown(state))
        problems += frozen.missing_marks(state.tax_return, state.year)
    if problems:
        raise DataError(problems)


def _provisional(state: YearState) -> Problem:
    remedies = []
    if state.ending_accounts:
        remedies.append(
            "import what is missing, and say in data_through of accounts.csv through which day"
            " each account is complete"
        )
    if state.is_window_open:
        remedies.append(f"if the rows reach it, name the day: --as-of {state.final_from}")
    return error(
        f"{state.tax_return} {state.year}",
        "YEAR_PROVISIONAL",
        f"the year cannot be closed before it is final: {'; '.join(missing_sentences(state))}",
        ", and ".join(remedies) or f"close it from {state.final_from} on",
    )


def _unknown(state: YearState) -> Problem:
    return error(
        f"{state.tax_return} {state.year}",
        "BASIS_UNKNOWN",
        f"the year cannot be closed with a gain that is not known: "
        f"{'; '.join(missing_sentences(state))}",
        "import the basis: a corrected row of the lot, or a BASIS_ADJUSTMENT",
    )


def _closing(
    frozen: FrozenBooks, name: str, year: int, ends: _Ends, last: ClosedYear | None
) -> tuple[ClosedYear, Lines]:
    from taxlots.ledger.closed_year import ClosedYear

    books = frozen.books
    figures, held = frozen.year(name, year), lots_at_end(books, name, year)
    closed = ClosedYear(
        tax_return=name,
        year=year,
        as_of=date_of(books.as_of),
        engine_version=__version__,
        rules_version=RULES_VERSION,
        journal_rows=ends.journal.rows,
        journal_hash=ends.journal.hash,
        reference_rows=ends.reference.rows,
        reference_hash=ends.reference.hash,
        figures_hash=figures.hash,
        open_hash=held.hash,
        open_basis=held.basis,
        totals=figures.totals,
        number=0 if last is None else last.number,
    )
    return closed, {**figures.lines, **held.lines}


def _is_same(one: ClosedYear, last: ClosedYear | None) -> bool:
    if last is None:
        return False
    return (one.figures_hash, one.open_hash) == (last.figures_hash, last.open_hash)
