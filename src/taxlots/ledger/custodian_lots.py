"""What custodians say of lots: every statement that was imported, kept as it was read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select

from taxlots.domain.problem import Problem, error
from taxlots.ledger.batch import Appended, Stamp, last_batch, open_batch
from taxlots.ledger.canonical import FORBIDDEN, Source
from taxlots.ledger.hash_chain import append_chained, head_of
from taxlots.ledger.tables import METADATA

OPEN_LOTS: Final = "open_lots"
REALIZED_LOTS: Final = "realized_lots"
TABLES: Final = {OPEN_LOTS: "custodian_open_lot", REALIZED_LOTS: "custodian_realized_lot"}
"""What a statement holds -> the table that keeps its lots."""

KEPT_APART: Final = frozenset({"sequence", "statement", "extra", "previous_hash", "hash"})

Cell = str | int | None
Lot = Mapping[str, Cell]
"""A lot by the columns of its table; cells of other names are kept too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOfLots:
    """The lots of one account as one file lists them, open or realized.

    ``account`` is the book's id, ``statement_account`` the account as the file names it, masked.
    ``tax_year`` and ``is_corrected`` are those of a tax form.
    """

    account: str
    lots: Sequence[Lot]
    as_of: date | None = None
    statement_account: str = ""
    tax_year: int | None = None
    is_corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStatement:
    """A statement that the ledger keeps, with the file that it came from.

    ``number`` orders statements by arrival.
    """

    number: int
    recorded_at: str
    custodian: str
    file: str
    holds: str
    statement: StatementOfLots


def append_statement(
    connection: Connection, holds: str, statement: StatementOfLots, source: Source, stamp: Stamp
) -> Appended:
    """Keep the lots of one file within a transaction, unless the same file is kept already.

    ``holds`` is a key of ``TABLES``.  Problems: ``NO_STATEMENT_DAY``, ``BAD_CHARACTER``.  With an
    error among them nothing was written.
    """
    problems = _unfit(holds, statement, source)
    if problems:
        return Appended(problems=tuple(problems))
    size = len(statement.lots)
    if _is_kept(connection, holds, statement, source):
        return Appended(known=size)
    batch = open_batch(connection, holds, source, stamp, added=size, known=0)
    number = head_of(connection, "custodian_statement").rows + 1
    row = (
        batch,
        stamp.recorded_at,
        statement.account,
        source.kind,
        statement.statement_account,
        holds,
        _iso(statement.as_of),
        _year(statement.tax_year),
        _flag(statement.is_corrected),
        size,
    )
    append_chained(connection, "custodian_statement", [row])
    columns = METADATA.tables[TABLES[holds]].columns.keys()
    rows = [_cells_of(lot, number, columns) for lot in statement.lots]
    append_chained(connection, TABLES[holds], rows)
    return Appended(added=size)


def statements_of(
    connection: Connection, holds: str, known_at: datetime | None = None
) -> list[KeptStatement]:
    """The statements known at a moment (None: now), in the order in which they arrived."""
    statements, batches = METADATA.tables["custodian_statement"], METADATA.tables["import_batch"]
    lots = _lots_by_statement(connection, holds)
    query = (
        select(statements, batches.c.file)
        .join(batches, batches.c.sequence == statements.c.batch)
        .where(statements.c.holds == holds, statements.c.batch <= last_batch(connection, known_at))
        .order_by(statements.c.sequence)
    )
    return [
        KeptStatement(
            number=row["sequence"],
            recorded_at=row["recorded_at"],
            custodian=row["custodian"],
            file=row["file"],
            holds=holds,
            statement=StatementOfLots(
                account=row["account"],
                lots=lots.get(row["sequence"], []),
                as_of=date.fromisoformat(row["as_of"]) if row["as_of"] else None,
                statement_account=row["statement_account"],
                tax_year=int(row["tax_year"]) if row["tax_year"] else None,
                is_corrected=row["is_corrected"] == "true",
            ),
        )
        for row in connection.execute(query).mappings()
    ]


def _lots_by_statement(connection: Connection, holds: str) -> dict[int, list[Lot]]:
    table = METADATA.tables[TABLES[holds]]
    names = [column.name for column in table.columns if column.name not in KEPT_APART]
    found: dict[int, list[Lot]] = {}
    for row in connection.execute(select(table).order_by(table.c.sequence)).mappings():
        lot = {name: row[name] for name in names}
        lot |= json.loads(row["extra"]) if row["extra"] else {}
        found.setdefault(row["statement"], []).append(lot)
    return found


def _is_kept(
    connection: Connection, holds: str, statement: StatementOfLots, source: Source
) -> bool:
    """Whether the same file was imported for the same account and day."""
    statements, batches = METADATA.tables["custodian_statement"], METADATA.tables["import_batch"]
    query = (
        select(statements.c.sequence)
        .join(batches, batches.c.sequence == statements.c.batch)
        .where(
            batches.c.file_sha256 == source.sha256,
            statements.c.holds == holds,
            statements.c.account == statement.account,
            statements.c.statement_account == statement.statement_account,
            statements.c.as_of == _iso(statement.as_of),
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _cells_of(lot: Lot, number: int, columns: Sequence[str]) -> tuple[Cell, ...]:
    """The cells of a row between its sequence and its hashes."""
    known = [name for name in columns if name not in KEPT_APART]
    other = {name: cell for name, cell in lot.items() if name not in known}
    extra = json.dumps(other, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return (number, *(lot[name] for name in known), extra if other else "")


def _unfit(holds: str, statement: StatementOfLots, source: Source) -> list[Problem]:
    problems = [
        error(
            f"{source.file}:{lot['line']}:{name}",
            "BAD_CHARACTER",
            "The cell holds a control character (NUL or unit separator)",
            "Delete it: it cannot be seen, and it is no part of any custodian's format.",
        )
        for lot in statement.lots
        for name, cell in lot.items()
        if isinstance(cell, str) and FORBIDDEN.search(cell)
    ]
    if holds == OPEN_LOTS and statement.as_of is None:
        problems.append(
            error(
                source.file,
                "NO_STATEMENT_DAY",
                "The file does not tell on which day these lots were open",
                "Give the day of the statement with --as-of YYYY-MM-DD.",
            )
        )
    return problems


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _year(year: int | None) -> str:
    return "" if year is None else str(year)


def _flag(flag: bool) -> str:  # noqa: FBT001
    return "true" if flag else "false"
