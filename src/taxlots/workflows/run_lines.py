"""The files of a recorded harvest as the database keeps them, and how orders tie to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.harvest_run import HarvestRun, RunOrder
from taxlots.domain.order import Side
from taxlots.plan.reviewed import ReviewedOrder, order_hash
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.readiness import READINESS_FILE
from taxlots.workflows.run_ledger import ORDERS, hash_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERDICTS: Final = "verdicts.csv"
HARVESTED: Final = "harvest"

Row = Mapping[str, str]


def recorded_files(connection: Connection, run: HarvestRun) -> dict[str, list[dict[str, str]]]:
    """Every file of a recorded harvest by its name, row by row; those without rows too."""
    from taxlots.ledger.harvest_runs import lines_of, results_of

    kept = [f"{name}.csv" for name in results_of(connection, run.number)]
    names = dict.fromkeys([*COLUMNS, READINESS_FILE, *kept])
    return {
        name: [dict(order.cells) for order in run.orders]
        if name == ORDERS
        else lines_of(connection, run.number, name.removesuffix(".csv"))
        for name in names
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


def ties_of(orders: Iterable[ReviewedOrder], verdicts: Sequence[Row]) -> list[dict[str, Any]]:
    """What each order rests on: the form that was signed, its lots, and the verdicts on them."""
    return [_tie(one, verdicts_on(one.order, verdicts)) for one in orders]


def _tie(one: ReviewedOrder, rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "client_order_id": one.order.client_order_id,
        "order_hash": order_hash(one.order),
        "signed_by": list(dict.fromkeys(a.actor for a in one.approvals)),
        "lots": sorted({row["lot_id"] for row in rows}),
        "reasons": sorted({row["reason"] for row in rows}),
        "verdicts_hash": hash_of({VERDICTS: rows}),
    }
