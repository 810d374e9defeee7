"""Comparing the lots that a book holds and closed with the custodian's own, lot by lot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from taxlots.book.booking import Books
from taxlots.book.record import Record
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, Problem, UsageError
from taxlots.workflows.booked_lots import (
    Lots,
    Place,
    books_by_method,
    books_of,
    broker_books,
    facts_by_place,
    open_figures,
    realized_figures,
)
from taxlots.workflows.custodian_lots import (
    Days,
    Listed,
    Symbols,
    Unknown,
    is_covered,
    listed_open_lots,
    listed_realized_lots,
)
from taxlots.workflows.gather import gather, is_database
from taxlots.workflows.import_check import has_needed_columns, is_error
from taxlots.workflows.import_files import Gathered, gathered_files
from taxlots.workflows.import_lots import Statement, lot_statements, statement_of
from taxlots.workflows.import_sources import Statement as Request
from taxlots.workflows.lot_breaks import Break, break_of
from taxlots.workflows.lot_matching import LotFigures, Pairing, match

if TYPE_CHECKING:
    from sqlalchemy import Connection

SHOWN: Final = 3
OPEN: Final = "open"
REALIZED: Final = "realized"
FIRST_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When a trial import is recorded: after whatever is there, and it is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One pairing of our lots with the custodian's; ``found`` is None where they agree."""

    holds: str
    account: str
    symbol: str
    custodian: str
    as_of: date
    pairing: Pairing
    found: Break | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompared:
    """Lots that were not compared.  That is no break: nothing says that they differ."""

    holds: str
    account: str
    symbol: str
    reason: str
    what_to_do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCheck:
    """What a comparison of lots found.  ``problems`` are warnings of the files and the books."""

    book: str
    compared: tuple[Compared, ...]
    not_compared: tuple[NotCompared, ...]
    problems: tuple[Problem, ...]

    @property
    def breaks(self) -> tuple[Compared, ...]:
        """The pairings that differ."""
        return tuple(one for one in self.compared if one.found is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    """A record, and the statements with which it is compared."""

    record: Record
    statements: tuple[Statement, ...]
    problems: tuple[Problem, ...] = ()


def check_lots(
    book: str,
    paths: Sequence[Path],
    request: Request,
    *,
    tolerance_cents: int = 0,
    with_retirement: bool = False,
) -> LotCheck:
    """Compare a book's lots with those of custodians' files, or with those that it keeps.

    With ``paths``, what a database would hold after their import is compared with the lots in
    them, and nothing is kept; a folder is compared as it is.  Raises UsageError for a wrong call
    and DataError where a file or the book has errors.
    """
    material = _gather(book, paths, request)
    accounts = {
        a.id for a in material.record.accounts if with_retirement or not a.kind.is_tax_deferred
    }
    aside = [
        _aside(OPEN, account, "", "it is a retirement account", "Add --with-retirement.")
        for account in dict.fromkeys(s.account for s in material.statements)
        if account not in accounts
    ]
    mine = [s for s in material.statements if s.account in accounts]
    wanted = {s.account for s in mine} if paths else accounts
    symbols = Symbols(material.record.securities)
    opened = _check_open(material.record, mine, symbols, wanted, tolerance_cents)
    closed = _check_realized(material.record, mine, symbols, tolerance_cents)
    return LotCheck(
        book=material.record.name or book,
        compared=(*opened[0], *closed[0]),
        not_compared=(*aside, *opened[1], *closed[1]),
        problems=material.problems,
    )


def open_breaks(
    record: Record, statements: Sequence[Statement], as_of: date, tolerance_cents: int = 0
) -> tuple[Compared, ...]:
    """The breaks between open lots and statements of a day or of days before it.

    Accounts without a capital gains tax of their own are left out.
    """
    accounts = {a.id for a in record.accounts if not a.kind.is_tax_deferred}
    mine = [
        s for s in statements if s.account in accounts and s.as_of is not None and s.as_of <= as_of
    ]
    compared, _ = _check_open(record, mine, Symbols(record.securities), (), tolerance_cents)
    return tuple(one for one in compared if one.found is not None)


Outcome = tuple[list[Compared], list[NotCompared]]


def _check_open(
    record: Record,
    statements: Sequence[Statement],
    symbols: Symbols,
    accounts: Iterable[str],
    tolerance_cents: int,
) -> Outcome:
    """Compare open lots, each as of the day of its statement."""
    mine = [s for s in statements if s.holds_open_lots]
    listed, unknown = listed_open_lots(mine, symbols)
    aside = [_unknown(OPEN, one) for one in unknown]
    last = {s.account: s.as_of for s in sorted(mine, key=lambda s: s.as_of or date.min) if s.as_of}
    compared: list[Compared] = []
    for day in sorted({one.as_of for one in listed.values() if one.as_of} | set(last.values())):
        books = books_of(record, day)
        ours = open_figures(books)
        chosen = {place: one for place, one in listed.items() if one.as_of == day}
        compared += _compare(OPEN, record, books, ours, chosen, tolerance_cents)
        aside += [
            _aside(
                OPEN,
                *place,
                f"no file of the custodian lists it, up to {day}",
                "If it is still held, export its lots; if not, import the sale.",
            )
            for place in ours
            if last.get(place[0]) == day and place not in listed
        ]
    aside += [
        _aside(OPEN, account, "", "no file of open lots", "Export the lots and import them.")
        for account in sorted(accounts)
        if account not in last
    ]
    return compared, aside


def _check_realized(
    record: Record, statements: Sequence[Statement], symbols: Symbols, tolerance_cents: int
) -> Outcome:
    """Compare realized lots with all that the book knows: a later purchase may wash a loss."""
    mine = [s for s in statements if not s.holds_open_lots]
    if not mine:
        return [], []
    listed, covered, unknown = listed_realized_lots(mine, symbols)
    aside = [_unknown(REALIZED, one) for one in unknown]
    books = books_of(record, None)
    pieces = realized_figures(books)
    ours: dict[Place, list[LotFigures]] = {}
    for place, lots in pieces.items():
        days: list[Days] = covered.get(place[0], [])
        kept = [lot for lot in lots if is_covered(lot.closed, days)]
        if kept:
            ours[place] = kept
        if days and len(kept) < len(lots):
            aside.append(
                _aside(
                    REALIZED,
                    *place,
                    f"sold on days that no file covers: {_ids(lots, kept)}",
                    "Export the realized lots of those days and import them.",
                )
            )
    custodian = {place[0]: one.custodian for place, one in listed.items()}
    for place in ours:
        listed.setdefault(place, Listed(custodian=custodian.get(place[0], ""), lots=()))
    return _compare(REALIZED, record, books, ours, listed, tolerance_cents), aside


def _ids(lots: Sequence[LotFigures], kept: Sequence[LotFigures]) -> str:
    """The first sales that were not compared."""
    sales = list(dict.fromkeys(lot.sale for lot in lots if lot not in kept))
    return ", ".join([*sales[:SHOWN], *(["..."] if len(sales) > SHOWN else [])])


def _compare(
    holds: str,
    record: Record,
    books: Books,
    ours: Lots,
    listed: Mapping[Place, Listed],
    tolerance_cents: int,
) -> list[Compared]:
    """Every pairing of the listed places, with its break if it is one."""
    day = date_of(books.as_of)
    pairings = {place: match(ours.get(place, ()), one.lots) for place, one in listed.items()}
    facts = facts_by_place(books, pairings)
    puzzling = [
        place
        for place, found in pairings.items()
        if any(one.is_rest and one.ours and one.theirs for one in found)
    ]
    figures = open_figures if holds == OPEN else realized_figures
    tried = {
        method: figures(other)
        for method, other in (books_by_method(record, puzzling, day) if puzzling else {}).items()
    }
    differing = [
        place
        for place, found in pairings.items()
        if any(break_of(one, facts[place], tolerance_cents) for one in found)
    ]
    seen = broker_books(record, differing, day) if differing else None
    as_broker = {} if seen is None else figures(seen)
    compared = []
    for place, found in pairings.items():
        known = replace(
            facts[place],
            all_ours=tuple(ours.get(place, ())),
            all_theirs=listed[place].lots,
            by_method={method: lots.get(place, ()) for method, lots in tried.items()},
            as_broker=as_broker.get(place, ()),
        )
        compared += [
            Compared(
                holds=holds,
                account=place[0],
                symbol=place[1],
                custodian=listed[place].custodian,
                as_of=day,
                pairing=pairing,
                found=break_of(pairing, known, tolerance_cents),
            )
            for pairing in found
        ]
    return compared


def _gather(book: str, paths: Sequence[Path], request: Request) -> _Material:
    if is_database(book):
        return _of_database(book, paths, request)
    if not paths:
        raise UsageError(
            f"{book} is a folder, which keeps no custodian's lots; name the files to compare with"
        )
    record, problems = gather(book)
    if record is None:
        raise DataError(problems)
    gathered = gathered_files(record, paths, request)
    told = [problem for problem in gathered.problems if problem.code not in OF_ROWS]
    if any(map(is_error, told)):
        raise DataError(told)
    return _Material(record=record, statements=lot_statements(gathered.parts), problems=tuple(told))


OF_ROWS: Final = frozenset({"LIKELY_DOUBLES"})
"""Problems of rows that a folder does not take in."""


def _of_database(book: str, paths: Sequence[Path], request: Request) -> _Material:
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.record import record_of

    ledger = open_ledger(book)
    with reading(ledger) as connection:
        record, problems = record_of(connection)
        kept = () if paths else _kept(connection)
    if record is None:
        raise DataError(problems)
    if not paths:
        return _Material(record=record, statements=kept)
    gathered = gathered_files(record, paths, request)
    if any(map(is_error, gathered.problems)):
        raise DataError(list(gathered.problems))
    return _after_import(book, gathered)


def _after_import(book: str, gathered: Gathered) -> _Material:
    """The record as it would be after an import of which nothing is kept."""
    from taxlots.ledger.imports import import_parts
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.record import record_of

    seen: list[Record] = []

    def look(connection: Connection) -> list[Problem]:
        record, problems = record_of(connection)
        if record is not None:
            seen.append(record)
        return problems

    done = import_parts(
        open_ledger(book),
        [part for part in gathered.parts if has_needed_columns(part)],
        recorded_at=FIRST_MOMENT,
        actor="",
        check=look,
        is_trial=True,
    )
    told = [*gathered.problems, *done.problems]
    if not seen:
        raise DataError(told)
    return _Material(
        record=seen[0], statements=lot_statements(gathered.parts), problems=tuple(told)
    )


def _kept(connection: Connection) -> tuple[Statement, ...]:
    from taxlots.ledger.custodian_lots import TABLES, statements_of

    kept = [one for holds in TABLES for one in statements_of(connection, holds)]
    return tuple(map(statement_of, kept))


def _aside(holds: str, account: str, symbol: str, reason: str, what_to_do: str) -> NotCompared:
    return NotCompared(
        holds=holds, account=account, symbol=symbol, reason=reason, what_to_do=what_to_do
    )


def _unknown(holds: str, one: Unknown) -> NotCompared:
    return _aside(
        holds,
        one.account,
        one.security,
        f"{one.where}: the book does not list the security",
        "List it with its CUSIP or its name in securities.csv.",
    )
