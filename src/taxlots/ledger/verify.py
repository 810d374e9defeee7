"""Whether a ledger is still what was recorded: chains, their links to each other, reference."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, select

from taxlots.domain.problem import Problem, error
from taxlots.ledger.database import reading
from taxlots.ledger.hash_chain import RESTORE, Head, broken_chains, head_of
from taxlots.ledger.reference_rows import verify_reference
from taxlots.ledger.tables import CHAINED, METADATA


def verify_ledger(ledger: Engine) -> list[Problem]:
    """Everything that shows that a ledger was changed past the program; empty when nothing was.

    Recomputes every chain (``CHAIN_BROKEN``, ``CHAIN_CUT``), compares where each batch, each booked
    run, each closed year and each harvest says that the journal stood (``LINK_BROKEN``), the
    reference tables with their changes (``REFERENCE_EDITED``), and looks for the triggers
    (``TRIGGER_MISSING``).
    Someone who rewrites a whole chain is found by a head that was noted elsewhere: every result's
    manifest has one.
    """
    with reading(ledger) as connection:
        problems = broken_chains(connection)
        for table in ("import_batch", "booked_run", "closed_year", "harvest_run"):
            problems += _broken_links(connection, table, "journal", "journal")
            problems += _broken_links(connection, table, "reference", "reference_change")
        problems += _broken_links(connection, "harvest_confirmation", "journal", "journal")
        return problems + verify_reference(connection)


def heads(ledger: Engine) -> dict[str, Head]:
    """Where every chain ends: worth noting outside the database."""
    with reading(ledger) as connection:
        return {table: head_of(connection, table) for table in CHAINED}


def _broken_links(connection: Connection, table: str, prefix: str, target: str) -> list[Problem]:
    """Rows of ``table`` that remember another row of ``target`` than the one that is there."""
    rows, ends = METADATA.tables[table], METADATA.tables[target]
    number, noted = rows.c[f"{prefix}_rows"], rows.c[f"{prefix}_hash"]
    query = (
        select(rows.c.sequence, number)
        .select_from(rows.outerjoin(ends, ends.c.sequence == number))
        .where(number > 0, ends.c.hash.is_distinct_from(noted))
        .order_by(rows.c.sequence)
        .limit(1)
    )
    return [
        error(
            f"{table}:{sequence}",
            "LINK_BROKEN",
            f"Row {sequence} of {table} remembers another row {row} of {target}",
            RESTORE,
        )
        for sequence, row in connection.execute(query)
    ]
