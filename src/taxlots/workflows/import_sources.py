"""What is in the files that an import names: a book's folder, its tables, or custodians' files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa

from taxlots.brokers.protocol import BrokerFile, FileKind, Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.brokers.text import decode
from taxlots.domain.action import COLUMNS, FURTHER_COLUMNS, REQUIRED_COLUMNS
from taxlots.domain.problem import Problem, UsageError, error
from taxlots.ledger.canonical import Source
from taxlots.ledger.folder import Folder
from taxlots.ledger.folder_parts import TABLES, folder_parts
from taxlots.ledger.imports import Part
from taxlots.ledger.mapping import REFERENCE_TABLES
from taxlots.workflows.import_lots import lot_parts
from taxlots.workflows.import_opening import opening_of

CANONICAL: Final = frozenset({"date", "account", "action"})
"""Columns by which a table is known to hold transactions of the interchange format."""

SPLIT_UNKNOWN: Final = "SPLIT_RATIO_UNKNOWN"
SHOWN_DATE: Final = re.compile(
    r"\b(?:(?P<month>\d{2})[/-](?P<day>\d{2})[/-](?P<year>\d{4})"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}))\b",
    re.ASCII,
)
"""Dates as custodians write them: 12/31/2024, 12-31-2024 or 2024-12-31."""
SUFFIXES: Final = (".csv", ".parquet")
TRANSACTIONS: Final = "transactions"
SETTINGS: Final = REFERENCE_TABLES["book"].file

Held = Callable[[str, date], dict[str, int] | None]
"""What an account held before a day, by symbol in 1e-8 shares; None where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotsRead:
    """Lots that a custodian's file lists: kept to be compared with what is booked."""

    file: str
    broker: str
    account: str
    kind: FileKind
    as_of: date | None
    lots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """How an import is to read custodians' files.

    ``broker`` insists on one, ``account`` is the book's id of the account, ``statement_account``
    its number in a file of several, ``as_of`` the day of the statement where the file does not
    tell it.  ``is_opening``: open lots are what the account opens with.
    """

    broker: str | None = None
    account: str | None = None
    as_of: date | None = None
    statement_account: str | None = None
    is_opening: bool = False
    held: Held = lambda _account, _day: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one path holds: parts for the ledger, the lots among them, and problems.

    ``openings`` are rows that bring in open lots; they are no part of ``parts``.
    """

    parts: tuple[Part, ...] = ()
    openings: tuple[Part, ...] = ()
    lots: tuple[LotsRead, ...] = ()
    problems: tuple[Problem, ...] = ()


def found_at(path: Path, statement: Statement) -> Found:
    """Read one path of an import.

    Raises UsageError where there is nothing, or where the command must say more.
    """
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise UsageError(f"{path} is not there; name a book's folder or a file")
    if statement.broker is None:
        if path.name == SETTINGS:
            return _settings(path)
        canonical = _canonical(path)
        if canonical is not None:
            return canonical
    return _custodian(path, statement)


def _folder(path: Path) -> Found:
    parts, problems = folder_parts(path)
    if not parts and not problems:
        raise UsageError(f"{path} holds no file of a book (transactions.csv, accounts.csv, ...)")
    return Found(parts=tuple(parts), problems=tuple(problems))


def _settings(path: Path) -> Found:
    """``book.toml`` on its own: the folder's other files are left out."""
    parts, problems = folder_parts(path.parent)
    mine = [part for part in parts if part.holds == "book"]
    return Found(
        parts=tuple(mine), problems=tuple(p for p in problems if p.where.startswith(SETTINGS))
    )


def _canonical(path: Path) -> Found | None:
    """A table of the interchange format; None for anything else."""
    if path.suffix not in SUFFIXES:
        return None
    folder = Folder(path.parent)
    table, file = folder.table(path.stem)
    if file != path.name:
        raise UsageError(f"{path.parent / file} stands beside {path.name}; move one of them away")
    is_parquet = path.suffix == ".parquet"
    if table is None:
        is_ours = is_parquet or path.stem in {*TABLES, *REFERENCE_TABLES} or _is_headed(path)
        return Found(problems=tuple(folder.problems)) if is_ours else None
    found = _table_part(path, folder, table)
    if found is None and is_parquet:
        missing = sorted(CANONICAL - set(table.column_names))
        return Found(problems=(_no_table(path.name, missing),))
    return found


def _table_part(path: Path, folder: Folder, table: pa.Table) -> Found | None:
    """A table as a part: by its columns transactions, else by the name of its file."""
    source = Source(path.name, sha256=folder.hashes[path.name])
    names = set(table.column_names)
    if names >= CANONICAL or path.stem in TABLES:
        holds = TRANSACTIONS if names >= CANONICAL else path.stem
        return Found(parts=(Part(holds=holds, rows=table, source=source),))
    if path.stem in REFERENCE_TABLES and names >= set(REFERENCE_TABLES[path.stem].key):
        rows = [dict(row) for row in folder.rows(path.stem)]
        return Found(parts=(Part(holds=path.stem, rows=rows, source=source),))
    return None


def _is_headed(path: Path) -> bool:
    """Whether the first line of a file that cannot be read names transactions' columns."""
    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig", errors="replace")
    return {name.strip().strip('"') for name in header.split(",")} >= CANONICAL


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A custodian's file as text, and the importer that reads it."""

    name: str
    text: str
    sha256: str
    reader: BrokerFile


def opened_file(path: Path, broker: str | None) -> OpenedFile | Problem:
    """A custodian's file, read by ``broker``'s importer or by the one that knows its first lines.

    Raises UsageError where the file is not there or cannot be read, or there is no such importer.
    """
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise UsageError(f"{path} cannot be read: {cause.strerror}") from cause
    text = decode(content, path.name)
    if isinstance(text, Problem):
        return text
    reader = _reader(path, text, broker)
    if reader is None:
        return _unknown_file(path.name)
    return OpenedFile(path.name, text, hashlib.sha256(content).hexdigest(), reader)


def _custodian(path: Path, statement: Statement) -> Found:
    opened = opened_file(path, statement.broker)
    if isinstance(opened, Problem):
        return Found(problems=(opened,))
    reader, text = opened.reader, opened.text
    if statement.account is None:
        raise UsageError(
            f"{path.name} is a file of {reader.name}, which does not tell the id of the account "
            "in your book; add --account ID"
        )
    reading = _read(reader, text, path.name, statement.account, statement)
    if reading.is_refused:
        return Found(problems=reading.problems)
    source = Source(path.name, kind=reader.name, sha256=opened.sha256)
    opening, unfit = opening_of(reading) if statement.is_opening else (None, [])
    return Found(
        parts=tuple(_parts(reading, source)),
        openings=() if opening is None else (_transactions(opening, source),),
        lots=tuple(_lots(reading)),
        problems=(*reading.problems, *unfit),
    )


def _reader(path: Path, text: str, broker: str | None) -> BrokerFile | None:
    if broker is None:
        return sniff(text)
    if broker not in BROKERS:
        known = ", ".join(BROKERS)
        raise UsageError(f"there is no importer for {broker!r}; --broker takes {known} ({path})")
    return BROKERS[broker]


def _read(reader: BrokerFile, text: str, file: str, account: str, statement: Statement) -> Reading:
    """Read a file; if what was held before it may matter, once more with that."""

    def read(held: dict[str, int] | None) -> Reading:
        return reader.read(
            text,
            file=file,
            account=account,
            as_of=statement.as_of,
            held=held,
            statement_account=statement.statement_account,
        )

    reading = read(None)
    first = _first_day(reading, text)
    held = None if first is None else statement.held(account, first)
    return reading if held is None else read(held)


def _first_day(reading: Reading, text: str) -> date | None:
    """The day of a file's first row, also of one that was refused for want of what was held."""
    if reading.kind is not FileKind.TRANSACTIONS and not reading.rows:
        return None
    if any(problem.code == SPLIT_UNKNOWN for problem in reading.problems):
        days = [_day(match) for match in SHOWN_DATE.finditer(text)]
        return min((day for day in days if day is not None), default=None)
    return reading.first_date


def _day(match: re.Match[str]) -> date | None:
    shown = match["iso"] or f"{match['year']}-{match['month']}-{match['day']}"
    try:
        return date.fromisoformat(shown)
    except ValueError:
        return None


def _parts(reading: Reading, source: Source) -> list[Part]:
    """What a file holds, each content apart; securities first, since rows may name them."""
    parts = []
    if reading.securities:
        rows = list(reading.securities)
        parts.append(Part(holds="securities", rows=rows, source=source, is_new_only=True))
    if reading.rows or reading.kind is FileKind.TRANSACTIONS:
        parts.append(_transactions(reading, source))
    return parts + lot_parts(reading, source)


def _transactions(reading: Reading, source: Source) -> Part:
    """A custodian's transactions as rows of the journal, with their lines and texts."""
    columns = {
        name: pa.array([row.cells.get(name, "") for row in reading.rows], pa.string())
        for name in (*COLUMNS, *FURTHER_COLUMNS)
        if name in REQUIRED_COLUMNS or any(row.cells.get(name) for row in reading.rows)
    }
    columns["line"] = pa.array([row.line for row in reading.rows], pa.int64())
    columns["raw"] = pa.array([row.raw for row in reading.rows], pa.string())
    return Part(holds=TRANSACTIONS, rows=pa.table(columns), source=source)


def _lots(reading: Reading) -> list[LotsRead]:
    listed = {
        FileKind.OPEN_LOTS: len(reading.open_lots),
        FileKind.REALIZED_LOTS: len(reading.realized_lots),
    }
    return [
        LotsRead(
            file=reading.file,
            broker=reading.broker,
            account=reading.account,
            kind=kind,
            as_of=reading.as_of,
            lots=lots,
        )
        for kind, lots in listed.items()
        if lots or reading.kind is kind
    ]


def _unknown_file(file: str) -> Problem:
    return error(
        f"{file}:1",
        "UNKNOWN_FILE",
        "the header is neither of the interchange format nor of a custodian that is known",
        "check that it is the right export; --broker "
        + "|".join(BROKERS)
        + " says what is missing",
    )


def _no_table(file: str, missing: list[str]) -> Problem:
    return error(
        f"{file}:1:{missing[0]}",
        "MISSING_COLUMN",
        f"no transactions: the columns {', '.join(missing)} are missing",
        "name the file after what it holds (accounts.parquet, prices.parquet), or add the columns",
    )
