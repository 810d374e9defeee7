"""What people did with a recorded harvest: changes, signatures and fills, kept for good."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from taxlots.domain.harvest_run import (
    Approval,
    BreakKind,
    Fill,
    FillBreak,
    HarvestRun,
    Override,
    OverrideAction,
)
from taxlots.domain.order import action_of
from taxlots.ledger.batch import Stamp
from taxlots.ledger.harvest_runs import order_from, order_text, text_of
from taxlots.ledger.hash_chain import append_chained, head_of
from taxlots.ledger.tables import METADATA


def append_overrides(
    connection: Connection, number: int, overrides: Iterable[Override], stamp: Stamp
) -> None:
    """Record changes of a run."""
    append_chained(
        connection,
        "harvest_override",
        [
            (
                number,
                stamp.recorded_at,
                stamp.actor,
                one.reason,
                str(one.action),
                one.client_order_id,
                one.lot_id,
                one.quantity,
                one.symbol,
                "" if one.until is None else one.until.isoformat(),
                "" if one.order is None else order_text(one.order),
            )
            for one in overrides
        ],
    )


def overrides_of(connection: Connection, number: int | None = None) -> list[Override]:
    """The changes of a run (None: of all runs), in the order in which they were recorded."""
    table = METADATA.tables["harvest_override"]
    query = select(table).order_by(table.c.sequence)
    if number is not None:
        query = query.where(table.c.run == number)
    return [
        Override(
            actor=row["actor"],
            reason=row["reason"],
            action=OverrideAction(row["action"]),
            client_order_id=row["client_order_id"],
            lot_id=row["lot_id"],
            quantity=row["quantity_e8"],
            symbol=row["symbol"],
            until=date.fromisoformat(row["until"]) if row["until"] else None,
            order=order_from(json.loads(row["cells"])) if row["cells"] else None,
            recorded_at=row["recorded_at"],
        )
        for row in connection.execute(query).mappings()
    ]


def append_approvals(
    connection: Connection, number: int, approvals: Iterable[Approval], stamp: Stamp
) -> None:
    """Record signatures under orders of a run."""
    append_chained(
        connection,
        "harvest_approval",
        [
            (number, stamp.recorded_at, stamp.actor, a.reason, a.client_order_id, a.order_hash)
            for a in approvals
        ],
    )


def approvals_of(connection: Connection, number: int) -> list[Approval]:
    """The signatures under orders of a run, in the order in which they were recorded."""
    table = METADATA.tables["harvest_approval"]
    query = select(table).where(table.c.run == number).order_by(table.c.sequence)
    return [
        Approval(
            actor=row["actor"],
            client_order_id=row["client_order_id"],
            order_hash=row["order_hash"],
            reason=row["reason"],
            recorded_at=row["recorded_at"],
        )
        for row in connection.execute(query).mappings()
    ]


def runs_that_signed(
    connection: Connection, client_order_ids: Sequence[str]
) -> dict[str, set[int]]:
    """The runs in which each of some orders was approved, by client order id."""
    table = METADATA.tables["harvest_approval"]
    wanted = set(client_order_ids)
    found: dict[str, set[int]] = {}
    for name, number in connection.execute(select(table.c.client_order_id, table.c.run)):
        if name in wanted:
            found.setdefault(name, set()).add(number)
    return found


def append_confirmation(
    connection: Connection,
    number: int,
    fills: Sequence[Fill],
    breaks: Sequence[FillBreak],
    stamp: Stamp,
    *,
    file: str,
    sha256: str,
) -> int:
    """Record a file of fills, those of them that are new, and every break; returns its number."""
    journal = head_of(connection, "journal")
    row = (
        number,
        stamp.recorded_at,
        stamp.actor,
        file,
        sha256,
        len(fills),
        len(breaks),
        journal.rows,
        journal.hash,
    )
    confirmation = append_chained(connection, "harvest_confirmation", [row]).rows
    append_chained(connection, "harvest_fill", [_fill_cells(confirmation, f) for f in fills])
    append_chained(
        connection,
        "harvest_break",
        [
            (
                confirmation,
                str(one.kind),
                one.client_order_id,
                one.account,
                one.symbol,
                one.lot_id,
                one.planned,
                one.confirmed,
                one.detail,
            )
            for one in breaks
        ],
    )
    return confirmation


def fills_of(connection: Connection, number: int) -> list[Fill]:
    """The fills of a run, in the order in which they were recorded."""
    fills, files = METADATA.tables["harvest_fill"], METADATA.tables["harvest_confirmation"]
    query = (
        select(fills)
        .join(files, files.c.sequence == fills.c.confirmation)
        .where(files.c.run == number)
        .order_by(fills.c.sequence)
    )
    return [
        Fill(
            line=row["line"],
            client_order_id=row["client_order_id"],
            account=row["account"],
            side=action_of(row["side"]),
            symbol=row["symbol"],
            lot_id=row["lot_id"],
            day=date.fromisoformat(row["date"]),
            quantity=row["quantity_e8"],
            amount_cents=row["amount_cents"],
            transaction_id=row["transaction_id"],
            cells=json.loads(row["cells"]),
        )
        for row in connection.execute(query).mappings()
    ]


def confirmation_of_file(
    connection: Connection, number: int, sha256: str
) -> tuple[int, list[FillBreak]] | None:
    """The confirmation that a file made before, and its breaks; None for a new file."""
    files, breaks = METADATA.tables["harvest_confirmation"], METADATA.tables["harvest_break"]
    query = select(files.c.sequence).where(files.c.run == number, files.c.file_sha256 == sha256)
    found = connection.execute(query.order_by(files.c.sequence)).scalars().first()
    if found is None:
        return None
    rows = connection.execute(
        select(breaks).where(breaks.c.confirmation == found).order_by(breaks.c.sequence)
    ).mappings()
    return found, [_fill_break(row) for row in rows]


def breaks_of_run(connection: Connection, number: int) -> list[tuple[int, FillBreak]]:
    """Every break of a run with the confirmation that told it, in the order of their record."""
    files, breaks = METADATA.tables["harvest_confirmation"], METADATA.tables["harvest_break"]
    query = (
        select(breaks)
        .join(files, files.c.sequence == breaks.c.confirmation)
        .where(files.c.run == number)
        .order_by(breaks.c.sequence)
    )
    rows = connection.execute(query).mappings()
    return [(row["confirmation"], _fill_break(row)) for row in rows]


def _fill_break(row: RowMapping) -> FillBreak:
    return FillBreak(
        kind=BreakKind(row["kind"]),
        client_order_id=row["client_order_id"],
        account=row["account"],
        symbol=row["symbol"],
        lot_id=row["lot_id"],
        planned=row["planned"],
        confirmed=row["confirmed"],
        detail=row["detail"],
    )


def imported_since(connection: Connection, run: HarvestRun, but: str) -> str:
    """The first file that brought transactions after a run was recorded; blank if none did.

    Imports of the kind ``but`` do not count.
    """
    batches = METADATA.tables["import_batch"]
    query = (
        select(batches.c.file)
        .where(
            batches.c.holds == "transactions",
            batches.c.journal_rows >= run.journal_rows,
            batches.c.recorded_at > run.recorded_at,
            batches.c.kind != but,
        )
        .order_by(batches.c.sequence)
    )
    return connection.execute(query).scalars().first() or ""


def _fill_cells(confirmation: int, fill: Fill) -> tuple[Any, ...]:
    return (
        confirmation,
        fill.line,
        fill.client_order_id,
        fill.account,
        str(fill.side),
        fill.symbol,
        fill.lot_id,
        fill.day.isoformat(),
        fill.quantity,
        fill.amount_cents,
        fill.transaction_id,
        text_of(fill.cells),
    )
