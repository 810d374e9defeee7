"""What the signed orders of a rebalance leave in cash, account by account.

Orders are priced as the plan priced them: at its closes, half spreads paid.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from taxlots.domain.harvest_run import HarvestRun, RunOrder
from taxlots.domain.money import apportion, dollars, scaled
from taxlots.domain.order import Side
from taxlots.reports.rebalance_columns import TRADES_FILE
from taxlots.workflows.run_lines import Files, Row, plan_in, trades_on


def cash_of_trades(before: Mapping[str, int], trades: Iterable[Row]) -> dict[str, int]:
    """Cents in each account after whole trades."""
    found = dict(before)
    for trade in trades:
        account = trade["account"]
        found[account] = found.get(account, 0) + _moved(trade)
    return found


def shortfalls(run: HarvestRun, files: Files, orders: Sequence[RunOrder]) -> list[str]:
    """Where the money for the purchases among some orders is lacking, in sentences.

    ``orders`` are those that stand, each as it was changed.  An account pays its purchases from
    its cash and its own sales; what is to be taken out must be left where anything is bought.
    A sale that the plan did not propose brings nothing that can be counted on.
    """
    plan = plan_in(files)
    before = {row["account"]: scaled(row["before"], 2) or 0 for row in plan["cash"]}
    after = dict(before)
    for order in orders:
        for trade in trades_on(order, files[TRADES_FILE]):
            whole = scaled(trade["quantity"], 8) or 1
            after[order.account] = after.get(order.account, 0) + apportion(
                _moved(trade), order.quantity, whole
            )
    buying = {order.account for order in orders if order.side is Side.BUY and order.quantity}
    # Over several days, the money to be taken out need not be there on the first one.
    floors = () if "schedule" in plan else _floors(run, after, buying)
    return [*_overdrawn(before, after, buying), *floors]


def _overdrawn(
    before: Mapping[str, int], after: Mapping[str, int], buying: set[str]
) -> Iterator[str]:
    for account in sorted(buying):
        lacking = -after.get(account, 0)
        if lacking > 0:
            yield (
                f"the purchases in {account} cost {dollars(lacking)} more than its cash of"
                f" {dollars(before.get(account, 0))} and the sales that are signed with them"
            )


def _floors(run: HarvestRun, after: Mapping[str, int], buying: set[str]) -> Iterator[str]:
    for floor in json.loads(run.manifest)["cash_floors"]:
        group = floor["accounts"]
        lacking = (scaled(floor["amount"], 2) or 0) - sum(after.get(name, 0) for name in group)
        if lacking > 0 and buying & set(group):
            yield (
                f"{dollars(lacking)} of the {floor['amount']} that is to be taken out of"
                f" {', '.join(group)} would not be there"
            )


def _moved(trade: Row) -> int:
    """What a trade moves into the cash of its account, in cents, its cost paid."""
    cents, cost = scaled(trade["amount"], 2) or 0, scaled(trade["cost"], 2) or 0
    return (cents if trade["action"] == Side.SELL else -cents) - cost
