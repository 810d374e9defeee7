"""One import of one file, and the moments at which things were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from taxlots.domain.problem import Problem, Severity, UsageError
from taxlots.ledger.canonical import Source
from taxlots.ledger.hash_chain import append_chained, head_of
from taxlots.ledger.tables import METADATA

MOMENT_FORMAT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
TICK: Final = timedelta(microseconds=1)
STAMPED: Final = (
    "import_batch",
    "booked_run",
    "closed_year",
    "harvest_run",
    "harvest_override",
    "harvest_approval",
    "harvest_confirmation",
)
"""Tables whose rows are recorded at moments that follow each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What an import did with the rows of one file.

    ``known`` rows were there already and are left as they are.  ``changed`` and ``removed`` are
    for reference files alone.  With an error among ``problems``, nothing was written.
    """

    added: int = 0
    known: int = 0
    changed: int = 0
    removed: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether an error kept the whole import out of the database."""
        return any(p.severity is Severity.ERROR for p in self.problems)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who records something, and when: UTC text with microseconds."""

    recorded_at: str
    actor: str


def moment(time: datetime) -> str:
    """A time as the ledger writes it, such as ``2026-07-02T10:15:30.000000Z``.

    Texts of this form sort by time.  Raises UsageError for a time without a time zone.
    """
    if time.tzinfo is None:
        raise UsageError(f"The time {time} has no time zone. Give one, such as UTC.")
    return time.astimezone(UTC).strftime(MOMENT_FORMAT)


def next_stamp(connection: Connection, recorded_at: datetime, actor: str) -> Stamp:
    """The stamp of what is recorded now, later than everything recorded before.

    A clock that was set back does not reorder what is known: the stamp is then one microsecond
    after the last one.  Takes the lock that makes writers wait for each other.
    """
    head_of(connection, "import_batch", lock=True)
    given = moment(recorded_at)
    latest = [
        connection.execute(select(func.max(METADATA.tables[name].c.recorded_at))).scalar()
        for name in STAMPED
    ]
    last = max((text for text in latest if text), default="")
    if given > last:
        return Stamp(given, actor)
    after = datetime.strptime(last, MOMENT_FORMAT).replace(tzinfo=UTC) + TICK
    return Stamp(moment(after), actor)


def open_batch(
    connection: Connection, holds: str, source: Source, stamp: Stamp, *, added: int, known: int
) -> int:
    """Record that a file is being imported; returns the batch's number.

    ``holds`` names what the file has: ``transactions``, ``prices`` or a reference file.
    """
    journal = head_of(connection, "journal")
    reference = head_of(connection, "reference_change")
    row = (
        stamp.recorded_at,
        source.kind,
        source.file,
        source.sha256,
        stamp.actor,
        holds,
        added,
        known,
        journal.rows,
        journal.hash,
        reference.rows,
        reference.hash,
    )
    return append_chained(connection, "import_batch", [row]).rows


def last_batch(connection: Connection, known_at: datetime | None) -> int:
    """The last batch recorded at or before a moment (None: of all); 0 if there is none."""
    batches = METADATA.tables["import_batch"]
    query = select(func.max(batches.c.sequence))
    if known_at is not None:
        query = query.where(batches.c.recorded_at <= moment(known_at))
    return connection.execute(query).scalar() or 0
