"""Who recorded what, and when: rows of the journal, and reference that was changed later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from taxlots.ledger.batch import moment
from taxlots.ledger.origin import LOOKUP_ROWS

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Who imported a row, when, and out of which file."""

    actor: str
    recorded_at: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedReference:
    """A row of accounts, securities or other reference that was there before and was changed.

    ``before`` and ``after`` are the row as JSON; ``after`` is blank where it was taken away.
    """

    table: str
    key: str
    before: str
    after: str
    recorded: Recorded


def recorded_rows(connection: Connection, sequences: Iterable[int]) -> dict[int, Recorded]:
    """Who recorded rows of the journal, by sequence; unknown sequences are left out."""
    from sqlalchemy import select

    from taxlots.ledger.tables import METADATA

    journal, batches = METADATA.tables["journal"], METADATA.tables["import_batch"]
    query = select(journal.c.sequence, batches.c.actor, journal.c.recorded_at, batches.c.file).join(
        batches, batches.c.sequence == journal.c.batch
    )
    wanted = sorted(set(sequences))
    found: dict[int, Recorded] = {}
    for start in range(0, len(wanted), LOOKUP_ROWS):
        chosen = query.where(journal.c.sequence.in_(wanted[start : start + LOOKUP_ROWS]))
        for sequence, actor, recorded_at, file in connection.execute(chosen):
            found[sequence] = Recorded(actor=actor, recorded_at=recorded_at, file=file)
    return found


def changed_reference(
    connection: Connection, known_at: datetime | None = None
) -> list[ChangedReference]:
    """Reference that was changed or taken away after it came, as known at a moment (None: now).

    Prices are left out: a later price is no override.
    """
    from sqlalchemy import select

    from taxlots.ledger.tables import METADATA

    changes, batches = METADATA.tables["reference_change"], METADATA.tables["import_batch"]
    query = (
        select(
            changes.c.table_name,
            changes.c.row_key,
            changes.c.row_before,
            changes.c.row_after,
            changes.c.recorded_at,
            batches.c.actor,
            batches.c.file,
        )
        .join(batches, batches.c.sequence == changes.c.batch)
        .where(changes.c.row_before != "", changes.c.table_name != "price")
        .order_by(changes.c.sequence)
    )
    if known_at is not None:
        query = query.where(changes.c.recorded_at <= moment(known_at))
    return [
        ChangedReference(
            table=table,
            key=key,
            before=before,
            after=after,
            recorded=Recorded(actor=actor, recorded_at=recorded_at, file=file),
        )
        for table, key, before, after, recorded_at, actor, file in connection.execute(query)
    ]
