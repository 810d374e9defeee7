"""Which rows of a file are new: an id names a row for good, and rows without one are given one.

A row without an id is known by its content and by its number among the equal rows of its file:
the third of three equal fills is another row than the second, in every export that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from taxlots.domain.problem import Problem, error
from taxlots.ledger.canonical import Source
from taxlots.ledger.hash_chain import SEPARATOR
from taxlots.ledger.mapping import STORED_NAMES
from taxlots.ledger.tables import METADATA

SHORT: Final = 12
LONG: Final = 40
"""Characters of a given id after its ``x``: 48 bits, and 160 when those happen to be taken."""

LOOKUP_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Identified:
    """What the journal is to do with each row of a file.

    ``ids`` and ``occurrences`` (0 where the row brought its id) are complete; ``is_new`` is
    False for rows that the journal has.
    """

    ids: list[str]
    occurrences: list[int]
    is_new: list[bool]
    problems: list[Problem]


def content_hashes(rows: pa.Table) -> list[str]:
    """SHA-256 of what each row says: its cells but the id, and its unknown columns."""
    names = [stored for stored in STORED_NAMES.values() if stored != "id"]
    columns = [rows.column(name) for name in (*names, "extra")]
    joined = pc.binary_join_element_wise(*columns, SEPARATOR)
    return [sha256(text.encode()).hexdigest() for text in joined.to_pylist()]


def given_id(content_hash: str, occurrence: int, length: int = SHORT) -> str:
    """The id of a row that brought none: the same in every database and every export."""
    digest = sha256(f"{content_hash}{SEPARATOR}{occurrence}".encode()).hexdigest()
    return f"x{digest[:length]}"


def identify(
    connection: Connection,
    ids: list[str],
    hashes: Sequence[str],
    lines: Sequence[str],
    source: Source,
) -> Identified:
    """Give ids to rows without one and find the rows that the journal has.

    ``ids`` are blank where the file has none; ``hashes`` are the rows' content hashes.
    """
    problems = _duplicates(ids, lines, source)
    occurrences = _occurrences(ids, hashes)
    complete = _complete(ids, hashes, occurrences)
    kept = stored_hashes(connection, complete)
    taken = [
        row
        for row, number in enumerate(occurrences)
        if number and kept.get(complete[row], hashes[row]) != hashes[row]
    ]
    for row in taken:
        complete[row] = given_id(hashes[row], occurrences[row], LONG)
    kept |= stored_hashes(connection, [complete[row] for row in taken])
    problems += [
        _conflict(f"{source.file}:{lines[row]}:id", name)
        for row, name in enumerate(complete)
        if kept.get(name, hashes[row]) != hashes[row]
    ]
    return Identified(complete, occurrences, [name not in kept for name in complete], problems)


def stored_hashes(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The content hashes of those ids that the journal has."""
    journal = METADATA.tables["journal"]
    found: dict[str, str] = {}
    if not connection.execute(select(journal.c.sequence).limit(1)).first():
        return found
    for start in range(0, len(ids), LOOKUP_ROWS):
        query = select(journal.c.id, journal.c.content_hash).where(
            journal.c.id.in_(ids[start : start + LOOKUP_ROWS])
        )
        found.update((name, own) for name, own in connection.execute(query))
    return found


def _occurrences(ids: Iterable[str], hashes: Iterable[str]) -> list[int]:
    """The number of each row among the equal rows without an id, from 1; 0 with an id."""
    counts: dict[str, int] = {}
    numbers = []
    for name, content in zip(ids, hashes, strict=True):
        if name:
            numbers.append(0)
            continue
        counts[content] = counts.get(content, 0) + 1
        numbers.append(counts[content])
    return numbers


def _complete(ids: Sequence[str], hashes: Sequence[str], occurrences: Sequence[int]) -> list[str]:
    used = {name for name in ids if name}
    complete = []
    for name, content, occurrence in zip(ids, hashes, occurrences, strict=True):
        own = name or given_id(content, occurrence)
        if not name and own in used:
            own = given_id(content, occurrence, LONG)
        used.add(own)
        complete.append(own)
    return complete


def _duplicates(ids: Sequence[str], lines: Sequence[str], source: Source) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for row, name in enumerate(ids):
        if not name:
            continue
        if name in first:
            problems.append(
                error(
                    f"{source.file}:{lines[row]}:id",
                    "DUPLICATE_ID",
                    f"The id {name!r} stands in line {lines[first[name]]} too",
                    "Give each transaction its own id.",
                )
            )
        first.setdefault(name, row)
    return problems


def _conflict(where: str, name: str) -> Problem:
    return error(
        where,
        "KEY_CONFLICT",
        f"The journal has the transaction {name!r} with another content",
        "Give the row its own id. To correct what was recorded, import a VOID row that names"
        " the id in its note, and the corrected transaction under a new id.",
    )
