"""The files of a recorded run as the database keeps them, and how orders tie to them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.harvest_run import HarvestRun, RunKind, RunOrder
from taxlots.domain.order import Side
from taxlots.plan.reviewed import ReviewedOrder, order_hash
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.readiness import READINESS_FILE
from taxlots.reports.rebalance_columns import PLAN, REBALANCE_COLUMNS, TRADES_FILE
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
    return {
        name: [dict(order.cells) for order in run.orders]
        if name == ORDERS
        else lines_of(connection, run.number, result_of(name))
        for name in dict.fromkeys([*NAMES[run.kind], *kept])
    }


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
    """The trade of a rebalance that an order is a part of; none of an order by force."""
    place = order.account, order.symbol, str(order.side)
    return [row for row in trades if (row["account"], row["symbol"], row["action"]) == place]


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
