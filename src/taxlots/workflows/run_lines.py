"""The files of a recorded run as the database keeps them, and how orders tie to them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.harvest_run import HarvestRun, RunKind, RunOrder
from taxlots.domain.order import Side
from taxlots.plan.reviewed import ReviewedOrder, order_hash
from taxlots.reports.contract_orders import CONTRACT_ORDERS
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.readiness import READINESS_FILE
from taxlots.reports.rebalance_columns import (
    LATER_ORDERS,
    PLAN,
    REBALANCE_COLUMNS,
    TRADES_FILE,
)
from taxlots.workflows.run_ledger import ORDERS, hash_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERDICTS: Final = "verdicts.csv"
HARVESTED: Final = "harvest"
NAMES: Final = {
    RunKind.HARVEST: (*COLUMNS, READINESS_FILE),
    RunKind.REBALANCE: (*REBALANCE_COLUMNS, PLAN),
}
"""The files of a run by its kind, those without rows too."""

Row = Mapping[str, str]
Files = Mapping[str, Sequence[Row]]


def result_of(name: str) -> str:
    """A file as its lines name it: a table without its ending."""
    return name.removesuffix(".csv")


def plan_lines(plan: Mapping[str, Any]) -> list[dict[str, str]]:
    """``plan.json`` as the one line that is kept of it: its text, keys in order."""
    return [{"json": json.dumps(plan, ensure_ascii=False, sort_keys=True)}]


def plan_in(files: Files) -> dict[str, Any]:
    """``plan.json`` of a recorded rebalance."""
    plan: dict[str, Any] = json.loads(files[PLAN][0]["json"])
    return plan


def recorded_files(connection: Connection, run: HarvestRun) -> dict[str, Sequence[Row]]:
    """Every file of a recorded run by its name, row by row; those without rows too."""
    from taxlots.ledger.harvest_runs import lines_of, results_of

    kept = [name if "." in name else f"{name}.csv" for name in results_of(connection, run.number)]
    files: dict[str, Sequence[Row]] = {
        name: [
            dict(order.cells)
            for order in run.orders
            if not order.is_contract and not is_later(order, run)
        ]
        if name == ORDERS
        else lines_of(connection, run.number, result_of(name))
        for name in dict.fromkeys([*NAMES[run.kind], *kept])
    }
    if later := [_dated(o) for o in run.orders if not o.is_contract and is_later(o, run)]:
        files[LATER_ORDERS] = later
    if contracts := [dict(order.cells) for order in run.orders if order.is_contract]:
        files[CONTRACT_ORDERS] = contracts
    return files


def is_later(order: RunOrder, run: HarvestRun) -> bool:
    """Whether an order is for a session after the first one of its run."""
    return order.session is not None and order.session > first_session(run)


def first_session(run: HarvestRun) -> date:
    """The day on which a run begins to trade."""
    return min((one.session for one in run.orders if one.session is not None), default=run.as_of)


def _dated(order: RunOrder) -> Row:
    return {"date": "" if order.session is None else order.session.isoformat(), **order.cells}


def verdicts_on(order: RunOrder, verdicts: Iterable[Row]) -> list[Row]:
    """The verdicts on the lots that an order sells, or that a purchase replaces.

    A sale at average basis names no lot: it rests on the harvested lots of its position.
    """
    symbol = order.symbol if order.side is Side.SELL else order.for_symbol
    mine = [row for row in verdicts if (row["account"], row["symbol"]) == (order.account, symbol)]
    if order.lot_id:
        return [row for row in mine if row["lot_id"] == order.lot_id]
    return [row for row in mine if row["verdict"] == HARVESTED]


def trades_on(order: RunOrder, trades: Iterable[Row]) -> list[Row]:
    """The trade of a rebalance that an order is a part of; none of an order by force.

    Where ``trades`` are the parts of a schedule, which have a ``date``, it is that of its session.
    """
    place = order.account, order.symbol, str(order.side)
    days = "", order.session.isoformat() if order.session else ""
    return [
        row
        for row in trades
        if (row["account"], row["symbol"], row["action"]) == place and row.get("date", "") in days
    ]


def worked_trades(run: HarvestRun, plan: Mapping[str, Any], trades: Sequence[Row]) -> list[Row]:
    """What the orders of a rebalance are to do: its trades, or their parts by session.

    ``trades`` are the rows of ``trades.csv``.  A part has its ``date``, unless the run was recorded
    when only the orders of the first session were kept.
    """
    if "schedule" not in plan:
        return list(trades)
    rows: list[Row] = [{**row, "action": row["side"]} for row in plan["schedule"]["trades"]]
    if any(one.session is not None for one in run.orders):
        return rows
    first = min((row["date"] for row in rows), default="")
    return [{**row, "date": ""} for row in rows if row["date"] == first]


def ties_of(orders: Iterable[ReviewedOrder], files: Files) -> list[dict[str, Any]]:
    """What each order rests on: the form that was signed, its lots, and the verdicts on them.

    Of a rebalance, whose ``files`` have no verdicts, it is the trade instead.
    """
    if TRADES_FILE in files:
        trades = files[TRADES_FILE]
        return [_tie_to_trade(one, trades_on(one.order, trades)) for one in orders]
    return [_tie(one, verdicts_on(one.order, files[VERDICTS])) for one in orders]


def _tie(one: ReviewedOrder, rows: Sequence[Row]) -> dict[str, Any]:
    return {
        **_signature(one),
        "lots": sorted({row["lot_id"] for row in rows}),
        "reasons": sorted({row["reason"] for row in rows}),
        "verdicts_hash": hash_of({VERDICTS: rows}),
    }


def _tie_to_trade(one: ReviewedOrder, rows: Sequence[Row]) -> dict[str, Any]:
    return {
        **_signature(one),
        "lots": [one.order.lot_id] if one.order.lot_id else [],
        "reasons": sorted({row["reason"] for row in rows}),
        "trade_hash": hash_of({TRADES_FILE: rows}),
    }


def _signature(one: ReviewedOrder) -> dict[str, Any]:
    return {
        "client_order_id": one.order.client_order_id,
        "order_hash": order_hash(one.order),
        "signed_by": list(dict.fromkeys(a.actor for a in one.approvals)),
    }
