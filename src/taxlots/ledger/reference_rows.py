"""Reference rows (book, accounts, securities, …): as they are, and how they came to be so.

The tables hold what is true now.  ``reference_change`` holds every row that came, changed or
went, in order, so that the reference of any earlier moment can be read again.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, func, select, true, update

from taxlots.domain.problem import Problem, error
from taxlots.ledger.batch import Appended, Stamp, last_batch, open_batch
from taxlots.ledger.canonical import FORBIDDEN, Source, json_text
from taxlots.ledger.database import insert_rows
from taxlots.ledger.hash_chain import append_chained
from taxlots.ledger.mapping import REFERENCE_TABLES, ReferenceTable
from taxlots.ledger.reference import (
    accounts_from,
    identical_from,
    policy_from,
    proxies_from,
    securities_from,
)
from taxlots.ledger.tables import METADATA

Parser = Callable[[Sequence[Mapping[str, str]], str], tuple[Any, list[Problem]]]
PARSERS: Final[dict[str, Parser]] = {
    "accounts": accounts_from,
    "securities": securities_from,
    "identical": identical_from,
    "proxies": proxies_from,
}

Row = dict[str, str]
Key = tuple[str, ...]
Changes = list[tuple[Key, Row | None, Row | None]]
"""Key, row before and row after; None where there is none."""

REBUILD: Final = "Restore the database from a backup that verifies, and import again what is newer."


def settings_from(toml: str, file: str = "book.toml") -> tuple[dict[str, Any], list[Problem]]:
    """The settings of a ``book.toml``, and what is wrong with it."""
    try:
        settings = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as cause:
        message, remedy = f"It is no TOML: {cause}", "Correct it; strings stand in quotes."
        return {}, [error(file, "BAD_TOML", message, remedy)]
    _, problems = policy_from(settings.get("policy", {}), file)
    return settings, problems


def put_reference(
    connection: Connection,
    holds: str,
    rows: Sequence[Mapping[str, str]],
    source: Source,
    stamp: Stamp,
    *,
    is_complete: bool = False,
    is_new_only: bool = False,
) -> Appended:
    """Add and change rows of one reference file within a transaction.

    ``holds`` is a key of ``REFERENCE_TABLES``; rows are text cells by interchange names, unknown
    columns included.  A row replaces the one with its key.  With ``is_complete``, rows that the
    file does not have are removed; with ``is_new_only``, rows that are there stay as they are.
    With an error in the result nothing was written.
    """
    kind = REFERENCE_TABLES[holds]
    given, problems = _by_key(kind, rows, source)
    problems += _unfit(holds, rows, source)
    if problems:
        return Appended(problems=tuple(problems))
    kept = _current(connection, kind)
    added = {key: row for key, row in given.items() if key not in kept}
    changed = {
        key: row
        for key, row in given.items()
        if key in kept and kept[key] != row and not is_new_only
    }
    removed = [key for key in kept if is_complete and key not in given]
    known = len(given) - len(added) - len(changed)
    counts = Appended(added=len(added), known=known, changed=len(changed), removed=len(removed))
    if added or changed or removed:
        batch = open_batch(
            connection, holds, source, stamp, added=len(added) + len(changed), known=known
        )
        changes: Changes = [(key, kept.get(key), row) for key, row in (changed | added).items()]
        changes += [(key, kept[key], None) for key in removed]
        _log(connection, kind, changes, batch, stamp)
        _apply(connection, kind, changes)
    return counts


def reference_of(connection: Connection, holds: str, known_at: datetime | None = None) -> list[Row]:
    """The rows of one reference file as known at a moment (None: now), in their first order.

    Text cells by interchange names; blank cells of known columns are there, as ``""``.
    """
    kind = REFERENCE_TABLES[holds]
    if known_at is None:
        return list(_current(connection, kind).values())
    return list(_logged(connection, kind, last_batch(connection, known_at)).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedChange:
    """One row of reference that came, changed or went; a blank cell is no row."""

    sequence: int
    recorded_at: str
    table: str
    key: tuple[str, ...]
    row_before: str
    row_after: str


def changes_between(
    connection: Connection, since: datetime, until: datetime | None
) -> list[RecordedChange]:
    """The changes of reference recorded after one moment and at or before another (None: now)."""
    changes = METADATA.tables["reference_change"]
    first, last = last_batch(connection, since), last_batch(connection, until)
    query = (
        select(
            changes.c.sequence,
            changes.c.recorded_at,
            changes.c.table_name,
            changes.c.row_key,
            changes.c.row_before,
            changes.c.row_after,
        )
        .where(changes.c.batch > first, changes.c.batch <= last)
        .order_by(changes.c.sequence)
    )
    return [
        RecordedChange(
            sequence=sequence,
            recorded_at=recorded_at,
            table=table,
            key=tuple(json.loads(key)),
            row_before=before,
            row_after=after,
        )
        for sequence, recorded_at, table, key, before, after in connection.execute(query)
    ]


def verify_reference(connection: Connection) -> list[Problem]:
    """A problem for each reference table that does not hold what its changes add up to."""
    problems = []
    for kind in REFERENCE_TABLES.values():
        now, logged = _current(connection, kind), _logged(connection, kind, None)
        if list(now.items()) == list(logged.items()):
            continue
        keys = [key for key in {**logged, **now} if now.get(key) != logged.get(key)]
        name = ", ".join(" ".join(key) for key in keys[:3]).strip() or "the order of rows"
        message = f"{kind.table} was changed past the record of changes ({name})"
        problems.append(error(kind.table, "REFERENCE_EDITED", message, REBUILD))
    return problems


def _by_key(
    kind: ReferenceTable, rows: Sequence[Mapping[str, str]], source: Source
) -> tuple[dict[Key, Row], list[Problem]]:
    given: dict[Key, Row] = {}
    problems = []
    for line, cells in enumerate(rows, source.first_line):
        row = dict.fromkeys(kind.columns, "")
        row |= {name: cell for name, cell in cells.items() if cell or name in row}
        key = tuple(row[name] for name in kind.key)
        for name, cell in row.items():
            if FORBIDDEN.search(cell):
                where = f"{source.file}:{line}:{name}"
                message = "The cell holds a control character (NUL or unit separator)"
                problems.append(error(where, "BAD_CHARACTER", message, "Delete it."))
        if given.setdefault(key, row) != row:
            where = f"{source.file}:{line}:{kind.key[0] if kind.key else ''}".rstrip(":")
            message = (
                f"{' '.join(key).strip() or kind.table!r} stands in the file twice, differently"
            )
            problems.append(error(where, "DUPLICATE_KEY", message, "Keep the row that is right."))
    return given, problems


def _unfit(holds: str, rows: Sequence[Mapping[str, str]], source: Source) -> list[Problem]:
    """What keeps rows from being read again: nothing enters that could not come out."""
    if holds == "book":
        return settings_from(rows[0]["toml"], source.file)[1] if rows else []
    parse = PARSERS.get(holds)
    return parse(rows, source.file)[1] if parse is not None else []


def _current(connection: Connection, kind: ReferenceTable) -> dict[Key, Row]:
    table = METADATA.tables[kind.table]
    found = connection.execute(select(table).order_by(table.c.position)).mappings()
    rows: dict[Key, Row] = {}
    for stored in found:
        row = {name: stored[column] for name, column in kind.columns.items()}
        row |= json.loads(stored["extra"]) if stored["extra"] else {}
        rows[tuple(row[name] for name in kind.key)] = row
    return rows


def _logged(
    connection: Connection, kind: ReferenceTable, through_batch: int | None
) -> dict[Key, Row]:
    """What the changes up to a batch (None: all) add up to."""
    changes = METADATA.tables["reference_change"]
    query = (
        select(changes.c.row_key, changes.c.row_after)
        .where(changes.c.table_name == kind.table)
        .order_by(changes.c.sequence)
    )
    if through_batch is not None:
        query = query.where(changes.c.batch <= through_batch)
    rows: dict[Key, Row] = {}
    for written, after in connection.execute(query):
        key = tuple(json.loads(written))
        if after:
            cells = json.loads(after)
            rows[key] = {name: cells.pop(name, "") for name in kind.columns} | cells
        else:
            del rows[key]
    return rows


def _log(
    connection: Connection, kind: ReferenceTable, changes: Changes, batch: int, stamp: Stamp
) -> None:
    append_chained(
        connection,
        "reference_change",
        [
            (
                batch,
                stamp.recorded_at,
                kind.table,
                json.dumps(key, ensure_ascii=False),
                json_text(before) if before else "",
                json_text(after) if after else "",
            )
            for key, before, after in changes
        ],
    )


def _apply(connection: Connection, kind: ReferenceTable, changes: Changes) -> None:
    table = METADATA.tables[kind.table]
    last = connection.execute(select(func.max(table.c.position))).scalar() or 0
    for key, before, after in changes:
        if before is None:
            continue
        cells = zip(kind.key, key, strict=True)
        own = and_(true(), *(table.c[kind.columns[name]] == cell for name, cell in cells))
        if after is None:
            connection.execute(delete(table).where(own))
        else:
            connection.execute(update(table).where(own).values(_stored(kind, after)))
    added = [_stored(kind, after) for _, before, after in changes if before is None and after]
    numbered = [(position, *row.values()) for position, row in enumerate(added, last + 1)]
    insert_rows(connection, kind.table, table.columns.keys(), numbered)


def _stored(kind: ReferenceTable, row: Row) -> Row:
    """A row by the names and in the order of the table's columns, but its position."""
    extra = {name: cell for name, cell in row.items() if name not in kind.columns}
    cells = {column: row[name] for name, column in kind.columns.items()}
    return {**cells, "extra": json_text(extra) if extra else ""}
