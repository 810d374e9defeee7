"""The chains of the append-only tables: whoever edits, drops or swaps a row breaks one.

The hash of a row is the SHA-256, in hexadecimal, of the hash of the row before it (of the first
row: 64 zeros) and of the row's own cells but the two hashes, in the order of the table's columns,
as UTF-8 with the character U+001F between them.  Integers are written in digits; an empty cell
is an empty text.  A column that was added later is left out of the text where it is blank.
``chain_head`` keeps how many rows a table has and the hash of the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Engine, select, update

from taxlots.domain.problem import Problem, error
from taxlots.ledger.database import batches_of, insert_rows, reading
from taxlots.ledger.tables import APPEND_ONLY, CHAINED, METADATA

SEPARATOR: Final = "\x1f"
GENESIS: Final = "0" * 64
HASHES: Final = ("previous_hash", "hash")
LATER: Final = {"harvest_run": 1, "harvest_order": 1}
"""How many last columns of a table came after its first rows: those rows keep their hashes."""
GUARDS: Final = (
    *(f"{table}_{no}" for table in APPEND_ONLY for no in ("no_update", "no_delete", "no_replace")),
    "chain_head_no_delete",
    "chain_head_no_replace",
    "chain_head_forward",
)
"""The triggers that keep rows as they are (SQLite)."""

POSTGRESQL_GUARDS: Final = (
    *(f"{table}_no_change" for table in APPEND_ONLY),
    "chain_head_no_delete",
    "chain_head_forward",
)
"""The triggers that keep rows as they are (PostgreSQL)."""

PRESENT: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
}
"""The triggers that a database has and fires, by its kind."""

RESTORE: Final = "Restore the database from a backup that verifies, and import again what is newer."


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many rows there are, and the hash of the last one."""

    rows: int
    hash: str


def linked(previous: str, texts: Iterable[str]) -> list[str]:
    """The hashes of rows that follow ``previous``; a text is a row's cells, joined."""
    hashes = []
    for text in texts:
        previous = sha256(f"{previous}{SEPARATOR}{text}".encode()).hexdigest()
        hashes.append(previous)
    return hashes


def head_of(connection: Connection, table: str, *, lock: bool = False) -> Head:
    """Where the chain of a table ends; with ``lock``, no one else may lengthen it meanwhile."""
    heads = METADATA.tables["chain_head"]
    query = select(heads.c.rows, heads.c.hash).where(heads.c.table_name == table)
    rows, last = connection.execute(query.with_for_update() if lock else query).one()
    return Head(rows, last)


def append_chained(connection: Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> Head:
    """Append rows to a chained table and move its head; returns the new head.

    A row holds the cells after ``sequence`` but the hashes, in the table's order.
    """
    head = head_of(connection, table, lock=True)
    numbered = [(head.rows + place, *row) for place, row in enumerate(rows, 1)]
    hashes = linked(head.hash, (_text_of(row, LATER.get(table, 0)) for row in numbered))
    return extend(connection, table, head, hashed_columns(table), numbered, hashes)


def hashed_columns(table: str) -> list[str]:
    """The columns of a table that its hashes cover, in its order."""
    return [name for name in METADATA.tables[table].columns.keys() if name not in HASHES]  # noqa: SIM118


def extend(
    connection: Connection,
    table: str,
    head: Head,
    columns: Sequence[str],
    numbered: Iterable[tuple[Any, ...]],
    hashes: list[str],
) -> Head:
    """Insert rows whose hashes are known behind ``head``; returns the new head.

    ``numbered`` holds the cells of ``columns``; columns that are not named are blank.
    """
    if not hashes:
        return head
    before = [head.hash, *hashes[:-1]]
    complete = [
        (*row, previous, own) for row, previous, own in zip(numbered, before, hashes, strict=True)
    ]
    insert_rows(connection, table, [*columns, *HASHES], complete)
    moved = Head(head.rows + len(hashes), hashes[-1])
    heads = METADATA.tables["chain_head"]
    connection.execute(
        update(heads).where(heads.c.table_name == table).values(rows=moved.rows, hash=moved.hash)
    )
    return moved


def verify_chain(ledger: Engine) -> list[Problem]:
    """Recompute every chain of a ledger: see ``broken_chains``."""
    with reading(ledger) as connection:
        return broken_chains(connection)


def broken_chains(connection: Connection) -> list[Problem]:
    """A problem for the first broken row of each chained table, and for what lets rows change.

    An edited row, a missing or exchanged one, and rows that are missing at the end are each
    named; so is a trigger that is gone.  An empty list: nothing was touched.
    """
    problems = _missing_triggers(connection)
    for table in CHAINED:
        broken = _first_break(connection, table)
        if broken is not None:
            problems.append(broken)
    return problems


def _text_of(row: Sequence[Any], later: int) -> str:
    """What is hashed of a row, of whose cells the last ``later`` belong to later columns."""
    cells = ["" if cell is None else str(cell) for cell in row]
    while later and not cells[-1]:
        cells.pop()
        later -= 1
    return SEPARATOR.join(cells)


def _first_break(connection: Connection, table: str) -> Problem | None:
    columns = [*hashed_columns(table), *HASHES]
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    query = f"SELECT {names} FROM {quote(table)} ORDER BY sequence"  # noqa: S608
    sequence, last = 0, GENESIS
    for rows in batches_of(connection, query):
        for row in rows:
            sequence += 1
            *cells, previous, own = row
            if cells[0] != sequence or previous != last:
                return _out_of_line(table, sequence, cells[0])
            if linked(last, [_text_of(cells, LATER.get(table, 0))]) != [own]:
                return _edited(table, sequence)
            last = own
    return _wrong_end(connection, table, Head(sequence, last))


def _out_of_line(table: str, expected: int, found: int) -> Problem:
    if found != expected:
        message = f"Row {expected} is missing: row {found} stands in its place"
    else:
        message = f"Row {expected} does not follow the row before it: a row was put in its place"
    return error(f"{table}:{expected}", "CHAIN_BROKEN", message, RESTORE)


def _edited(table: str, sequence: int) -> Problem:
    message = f"Row {sequence} does not match its hash: it was edited after it was recorded"
    return error(f"{table}:{sequence}", "CHAIN_BROKEN", message, RESTORE)


def _wrong_end(connection: Connection, table: str, end: Head) -> Problem | None:
    head = head_of(connection, table)
    if head == end:
        return None
    if end.rows < head.rows:
        message = f"{head.rows} rows were recorded and {end.rows} are left: the end was cut off"
    else:
        message = f"The table ends at row {end.rows}, where chain_head knows another end"
    return error(f"{table}:{end.rows + 1}", "CHAIN_CUT", message, RESTORE)


def _missing_triggers(connection: Connection) -> list[Problem]:
    kind = connection.dialect.name
    present = set(connection.exec_driver_sql(PRESENT[kind]).scalars())
    return [
        error(
            guard,
            "TRIGGER_MISSING",
            f"The trigger {guard} is gone: what it guards can be changed",
            RESTORE,
        )
        for guard in (GUARDS if kind == "sqlite" else POSTGRESQL_GUARDS)
        if guard not in present
    ]
