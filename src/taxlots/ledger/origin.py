"""Where the rows of the journal come from: their file, their line, and their hash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOOKUP_ROWS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One row of the journal: the file and line that it came from, and how it was recorded.

    ``kind`` says who wrote the file: ``canonical``, or the custodian's name.
    """

    file: str
    line: int | None
    kind: str
    recorded_at: str
    hash: str


def origins_of(connection: Connection, sequences: Iterable[int]) -> dict[int, Origin]:
    """The origins of journal rows, by their sequence; unknown sequences are left out."""
    from sqlalchemy import select

    from taxlots.ledger.tables import METADATA

    journal, batches = METADATA.tables["journal"], METADATA.tables["import_batch"]
    query = select(
        journal.c.sequence,
        batches.c.file,
        journal.c.line,
        batches.c.kind,
        journal.c.recorded_at,
        journal.c.hash,
    ).join(batches, batches.c.sequence == journal.c.batch)
    wanted = sorted(set(sequences))
    found: dict[int, Origin] = {}
    for start in range(0, len(wanted), LOOKUP_ROWS):
        chosen = query.where(journal.c.sequence.in_(wanted[start : start + LOOKUP_ROWS]))
        for sequence, file, line, kind, recorded_at, own in connection.execute(chosen):
            found[sequence] = Origin(
                file=file, line=line, kind=kind, recorded_at=recorded_at, hash=own
            )
    return found
