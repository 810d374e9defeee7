"""Recorded harvests and rebalances: what was proposed, with everything that it was made from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from taxlots.domain.harvest_run import HarvestRun, RunKind, RunOrder
from taxlots.domain.order import action_of
from taxlots.domain.problem import UsageError
from taxlots.ledger.batch import next_stamp
from taxlots.ledger.database import writing
from taxlots.ledger.hash_chain import append_chained, hashed_columns, head_of
from taxlots.ledger.tables import METADATA

Cells = Mapping[str, str]
Lines = Mapping[str, Sequence[Cells]]
"""Result (the name of a file without its ending) -> its lines, text cells by column."""

ORDERS = "orders"


def record_harvest_run(
    ledger: Engine, run: HarvestRun, lines: Lines, *, recorded_at: datetime, actor: str
) -> tuple[HarvestRun, bool]:
    """Record a run with its lines, all of it or nothing; returns it, and whether it is new.

    A run that is equal to the last one of its kind, made from the same record, is not recorded
    again.
    ``lines`` has all results but the orders, which are the run's.  Raises UsageError where the
    journal or the reference has changed since ``run`` was planned.
    """
    with writing(ledger) as connection:
        stamp = next_stamp(connection, recorded_at, actor)
        journal = head_of(connection, "journal")
        reference = head_of(connection, "reference_change")
        if (journal.hash, reference.hash) != (run.journal_hash, run.reference_hash):
            raise UsageError(
                f"The book changed while the {run.kind} was planned: nothing was recorded. Repeat"
                " the command."
            )
        last = _last_run(connection, run.kind)
        if last is not None and _basis(last) == _basis(run):
            return last, False
        row = _cells(run, stamp.recorded_at, actor, journal.rows, reference.rows)
        number = append_chained(connection, "harvest_run", [row]).rows
        append_chained(
            connection, "harvest_order", [_order_cells(number, order) for order in run.orders]
        )
        kept = ((number, name, text_of(line)) for name in lines for line in lines[name])
        append_chained(connection, "harvest_line", kept)
        return run_of(connection, number), True


def runs_of(connection: Connection) -> list[HarvestRun]:
    """Every recorded run in order, without its orders."""
    table = METADATA.tables["harvest_run"]
    query = select(table).order_by(table.c.sequence)
    return [_run(dict(row), ()) for row in connection.execute(query).mappings()]


def run_of(connection: Connection, number: int) -> HarvestRun:
    """One recorded run with its orders.  Raises UsageError where there is none of that number."""
    table = METADATA.tables["harvest_run"]
    row = connection.execute(select(table).where(table.c.sequence == number)).mappings().first()
    if row is None:
        has = connection.execute(select(table.c.sequence).order_by(table.c.sequence)).scalars()
        known = ", ".join(map(str, has)) or "none"
        raise UsageError(
            f"There is no recorded run {number}; there is {known}. Record one with"
            " `taxlots harvest BOOK --out DIR --record --by WHO`, or a rebalance with `taxlots"
            " rebalance` so."
        )
    return _run(dict(row), orders_of_run(connection, number))


def orders_of_run(connection: Connection, number: int) -> tuple[RunOrder, ...]:
    """The orders that a run proposed, in their order."""
    table = METADATA.tables["harvest_order"]
    query = select(table).where(table.c.run == number).order_by(table.c.sequence)
    return tuple(_order(row) for row in connection.execute(query).mappings())


def lines_of(connection: Connection, number: int, result: str) -> list[dict[str, str]]:
    """The lines of one result of a run, in their order."""
    table = METADATA.tables["harvest_line"]
    query = select(table.c.cells).where(table.c.run == number, table.c.result == result)
    return [
        json.loads(cells)
        for cells in connection.execute(query.order_by(table.c.sequence)).scalars()
    ]


def results_of(connection: Connection, number: int) -> list[str]:
    """The results of a run that have lines, in the order in which they were recorded."""
    table = METADATA.tables["harvest_line"]
    first = func.min(table.c.sequence)
    query = select(table.c.result).where(table.c.run == number).group_by(table.c.result)
    return list(connection.execute(query.order_by(first)).scalars())


def text_of(line: Cells) -> str:
    """Cells as JSON, in their order."""
    return json.dumps(dict(line), ensure_ascii=False, separators=(",", ":"))


def order_from(cells: Cells) -> RunOrder:
    """An order from the columns of its row in the ledger, as JSON keeps it."""
    return RunOrder(
        client_order_id=cells["client_order_id"],
        household=cells["household"],
        account=cells["account"],
        side=action_of(cells["side"]),
        symbol=cells["symbol"],
        quantity=int(cells["quantity_e8"]),
        lot_id=cells["lot_id"],
        for_symbol=cells["for_symbol"],
        cells=json.loads(cells["cells"]),
        session=date.fromisoformat(cells["session"]) if cells.get("session") else None,
    )


def order_text(order: RunOrder) -> str:
    """An order as JSON, as ``order_from`` takes it."""
    names = hashed_columns("harvest_order")[2:]
    return text_of(dict(zip(names, map(str, _order_cells(0, order)[1:]), strict=True)))


def _last_run(connection: Connection, kind: RunKind) -> HarvestRun | None:
    table = METADATA.tables["harvest_run"]
    query = select(func.max(table.c.sequence)).where(table.c.kind == _kind_cell(kind))
    number = connection.execute(query).scalar()
    return run_of(connection, number) if number else None


def _kind_cell(kind: RunKind) -> str:
    """A kind as its column has it: runs older than the column are harvests, and blank there."""
    return "" if kind is RunKind.HARVEST else str(kind)


def _basis(run: HarvestRun) -> tuple[object, ...]:
    ends = run.journal_hash, run.reference_hash
    versions = run.engine_version, run.rules_version, run.checkers_apart
    return run.as_of, *ends, *versions, run.plan_hash


def _cells(
    run: HarvestRun, recorded_at: str, actor: str, journal_rows: int, reference_rows: int
) -> tuple[Any, ...]:
    return (
        recorded_at,
        actor,
        run.as_of.isoformat(),
        run.engine_version,
        run.rules_version,
        "true" if run.checkers_apart else "false",
        journal_rows,
        run.journal_hash,
        reference_rows,
        run.reference_hash,
        run.plan_hash,
        len(run.orders),
        run.verdicts,
        run.manifest,
        _kind_cell(run.kind),
    )


def _order_cells(number: int, order: RunOrder) -> tuple[Any, ...]:
    return (
        number,
        order.client_order_id,
        order.household,
        order.account,
        str(order.side),
        order.symbol,
        order.quantity,
        order.lot_id,
        order.for_symbol,
        text_of(order.cells),
        "" if order.session is None else order.session.isoformat(),
    )


def _order(row: Mapping[Any, Any]) -> RunOrder:
    return order_from({name: str(row[name]) for name in METADATA.tables["harvest_order"].c.keys()})  # noqa: SIM118


def _run(row: Mapping[str, Any], orders: tuple[RunOrder, ...]) -> HarvestRun:
    return HarvestRun(
        as_of=date.fromisoformat(row["as_of"]),
        engine_version=row["engine_version"],
        rules_version=row["rules_version"],
        checkers_apart=row["checkers_apart"] == "true",
        journal_rows=row["journal_rows"],
        journal_hash=row["journal_hash"],
        reference_rows=row["reference_rows"],
        reference_hash=row["reference_hash"],
        plan_hash=row["plan_hash"],
        verdicts=row["verdicts"],
        manifest=row["manifest"],
        orders=orders,
        number=row["sequence"],
        recorded_at=row["recorded_at"],
        actor=row["actor"],
        kind=RunKind(row["kind"] or RunKind.HARVEST),
    )
