"""``taxlots runs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from taxlots.cli.options import JsonOption
from taxlots.cli.run_options import UrlArgument

if TYPE_CHECKING:
    from taxlots.plan.reviewed import ReviewedOrder
    from taxlots.workflows.run_ledger import ReviewedRun

RUNS: Final = {
    "run": "run",
    "as_of": "as of",
    "by": "by",
    "recorded": "recorded",
    "orders": "orders",
    "states": "they are",
}
ORDERS: Final = {
    "client_order_id": "order",
    "action": "side",
    "quantity": "quantity",
    "symbol": "symbol",
    "account": "account",
    "lot_id": "lot",
    "state": "state",
    "approved_by": "approved by",
}
NUMBERS: Final = ("run", "orders", "quantity")


def runs(
    book: UrlArgument,
    run: Annotated[
        int | None, typer.Argument(metavar="[RUN]", help="One recorded harvest, by its number.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List recorded harvests, or the orders of one and who signed them."""
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.domain.problem import UsageError
    from taxlots.reports.terminal import Column, Listing
    from taxlots.workflows.run_ledger import recorded_runs

    found = [one for one in recorded_runs(book) if run in (None, one.run.number)]
    if run is not None and not found:
        raise UsageError(f"there is no recorded harvest {run}; `taxlots runs {book}` lists them")
    if as_json:
        print_json({"runs": [run_json(one) for one in found]})
        return
    if run is None:
        columns = tuple(Column(key, name, key in NUMBERS) for key, name in RUNS.items())
        rows = [_row(one) for one in found]
        print_listings(Listing("Recorded harvests", columns, rows, "none"))
        return
    columns = tuple(Column(key, name, key in NUMBERS) for key, name in ORDERS.items())
    (one,) = found
    rows = [order_json(order) for order in one.orders]
    title = f"Harvest {one.run.number} as of {one.run.as_of}, recorded by {one.run.actor}"
    print_listings(Listing(title, columns, rows, "it proposes nothing"))


def run_json(one: ReviewedRun) -> dict[str, Any]:
    """A run and its orders as they stand, ready for JSON."""
    run = one.run
    return {
        "run": str(run.number),
        "as_of": run.as_of.isoformat(),
        "by": run.actor,
        "recorded_at": run.recorded_at,
        "engine_version": run.engine_version,
        "rule_version": run.rules_version,
        "checkers_apart": run.checkers_apart,
        "plan_hash": run.plan_hash,
        "verdicts": str(run.verdicts),
        "orders": [order_json(order) for order in one.orders],
    }


def order_json(one: ReviewedOrder) -> dict[str, str]:
    """An order as it stands, as text cells."""
    from taxlots.domain.money import shares

    order = one.order
    return {
        "client_order_id": order.client_order_id,
        "action": str(order.side),
        "symbol": order.symbol,
        "account": order.account,
        "lot_id": order.lot_id,
        "quantity": shares(order.quantity),
        "planned": shares(one.planned),
        "filled": shares(one.filled),
        "state": str(one.state),
        "approved_by": ", ".join(dict.fromkeys(a.actor for a in one.approvals)),
        "changed_by": ", ".join(dict.fromkeys(o.actor for o in one.overrides)),
    }


def _row(one: ReviewedRun) -> dict[str, str]:
    from collections import Counter

    states = Counter(str(order.state) for order in one.orders)
    return {
        "run": str(one.run.number),
        "as_of": one.run.as_of.isoformat(),
        "by": one.run.actor,
        "recorded": one.run.recorded_at[:10],
        "orders": str(len(one.orders)),
        "states": ", ".join(f"{count} {state}" for state, count in states.items()),
    }
