"""Importing files into a book's database: all of them, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.booking import book_record
from taxlots.book.record import Record
from taxlots.book.standing import open_lots
from taxlots.domain.problem import DataError, Problem, UsageError
from taxlots.ledger.batch import Appended
from taxlots.ledger.imports import Part, import_parts
from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.record import read_record
from taxlots.market_data.calendars import settlement_day
from taxlots.workflows.gather import is_database
from taxlots.workflows.import_check import (
    book_problems,
    has_needed_columns,
    is_error,
    row_problems,
)
from taxlots.workflows.import_likeness import likely_doubles
from taxlots.workflows.import_opening import covered_symbols
from taxlots.workflows.import_packages import with_replaced_packages
from taxlots.workflows.import_sources import TRANSACTIONS, LotsRead, Statement, found_at


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImported:
    """What became of the rows of one file; ``holds`` says what they are."""

    file: str
    holds: str
    added: int
    known: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.  ``problems`` are warnings; ``recorded_at`` is blank if nothing came."""

    recorded_at: str
    files: tuple[FileImported, ...]
    lots: tuple[LotsRead, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What an import is about to do: the parts that it brings, and what is wrong with them."""

    parts: tuple[Part, ...]
    lots: tuple[LotsRead, ...]
    problems: tuple[Problem, ...]


def import_files(
    book: str,
    paths: Sequence[Path],
    *,
    actor: str,
    now: datetime,
    broker: str | None = None,
    account: str | None = None,
    as_of: date | None = None,
    statement: Statement | None = None,
) -> ImportReport:
    """Import folders and files into a database; what it has already is left as it is.

    ``broker``, ``account`` and ``as_of`` are for custodians' files; ``statement`` says all three,
    and more.  Raises UsageError for a wrong call and DataError, with nothing kept, where a file has
    errors.
    """
    if not is_database(book):
        raise UsageError(
            f"{book} is a folder, which is only read; make a database for it: "
            f"taxlots init sqlite:///book.db, then taxlots import sqlite:///book.db {book}"
        )
    ledger = open_ledger(book)
    known, problems = read_record(book)
    if known is None:
        raise DataError(problems)
    asked = statement or Statement(broker=broker, account=account, as_of=as_of)
    gathered = gathered_files(known, paths, asked)
    fit = [part for part in gathered.parts if has_needed_columns(part)]
    if not fit:
        return _report("", [], (), gathered.lots, gathered.problems)
    done = import_parts(
        ledger,
        fit,
        recorded_at=now,
        actor=actor,
        check=lambda connection: (
            list(gathered.problems)
            if any(map(is_error, gathered.problems))
            else book_problems(connection, known.transactions.num_rows)
        ),
    )
    problems = [*gathered.problems, *done.problems]
    return _report(done.recorded_at, fit, done.parts, gathered.lots, problems)


def gathered_files(known: Record, paths: Sequence[Path], statement: Statement) -> Gathered:
    """Read every path of an import; ``known`` is the book before it.

    Raises UsageError where the command must say more.
    """
    reading = replace(statement, held=lambda account, first: _held(known, account, first))
    found = [found_at(path, reading) for path in paths]
    parts = [part for one in found for part in one.parts]
    openings = [part for one in found for part in one.openings]
    _require_account(statement.account, known, parts)
    told = [problem for one in found for problem in one.problems]
    rows = [p.rows for p in parts if p.holds == TRANSACTIONS and isinstance(p.rows, pa.Table)]
    for opening in openings:
        told += covered_symbols(opening, [known.transactions, *rows])
    parts += openings
    parts, unfit = with_replaced_packages(parts, known.transactions)
    told += unfit
    for part in parts:
        told += row_problems(part, known, parts)
        told += likely_doubles(part, known.transactions)
    return Gathered(
        parts=tuple(parts),
        lots=tuple(lots for one in found for lots in one.lots),
        problems=tuple(told),
    )


def _report(
    recorded_at: str,
    parts: Sequence[Part],
    done: Sequence[Appended],
    lots: Sequence[LotsRead],
    problems: Sequence[Problem],
) -> ImportReport:
    """The report, or DataError where there are errors; every place and code is told once."""
    told = list({(p.where, p.code): p for p in reversed(problems)}.values())[::-1]
    if any(map(is_error, told)):
        raise DataError(told)
    return ImportReport(
        recorded_at=recorded_at if any(one.added or one.changed for one in done) else "",
        files=tuple(map(_file, parts, done)),
        lots=tuple(lots),
        problems=tuple(told),
    )


def _file(part: Part, done: Appended) -> FileImported:
    return FileImported(
        file=part.source.file,
        holds=part.holds,
        added=done.added,
        known=done.known,
        changed=done.changed,
    )


def _require_account(account: str | None, known: Record, parts: Sequence[Part]) -> None:
    if account is None:
        return
    names = [one.id for one in known.accounts]
    for part in parts:
        if part.holds == "accounts" and not isinstance(part.rows, pa.Table):
            names += [row.get("account", "") for row in part.rows]
    if account not in names:
        listed = f"it has {', '.join(names)}" if names else "it has none yet"
        raise UsageError(
            f"the book has no account {account!r}; {listed}. "
            "Import accounts.csv with that account first, or in the same command"
        )


def _held(known: Record, account: str, first: date) -> dict[str, int] | None:
    """What an account held before a day; None where the journal knows nothing of it by then."""
    rows = known.transactions
    before = pc.and_(
        pc.equal(rows.column("account"), account), pc.less(rows.column("date"), first.isoformat())
    )
    if not pc.any(before).as_py():
        return None
    books, _ = book_record(known, as_of=first - timedelta(days=1), settlement=settlement_day)
    if books is None:
        return None
    held: dict[str, int] = {}
    for lot in open_lots(books):
        if lot.account == account:
            held[lot.symbol] = held.get(lot.symbol, 0) + lot.quantity
    return held
