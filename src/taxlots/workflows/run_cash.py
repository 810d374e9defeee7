"""What the signed orders of a rebalance leave in cash, account by account.

Orders are priced as the plan priced them: at its closes, half spreads paid.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.harvest_run import HarvestRun, RunOrder
from taxlots.domain.money import apportion, dollars, scaled
from taxlots.domain.order import ShortSide, Side, brings_money
from taxlots.market_data.calendars import settlement_day
from taxlots.reports.rebalance_columns import TRADES_FILE
from taxlots.workflows.run_lines import Files, Row, plan_in, trades_on, worked_trades
from taxlots.workflows.short_cash import Place, set_aside

SPENDING: Final = (Side.BUY, ShortSide.SELL_SHORT)
"""What takes money that an account must have: covering frees more than it pays."""


def cash_of_trades(before: Mapping[str, int], trades: Iterable[Row]) -> dict[str, int]:
    """Cents in each account after whole trades."""
    found = dict(before)
    for trade in trades:
        account = trade["account"]
        found[account] = found.get(account, 0) + _moved(trade)
    return found


def shortfalls(
    run: HarvestRun, files: Files, orders: Sequence[RunOrder], through: date | None = None
) -> list[str]:
    """Where the money for the purchases among some orders is lacking, in sentences.

    ``orders`` are those that stand, each as it was changed.  An account pays its purchases from
    its cash and its own sales, session by session up to ``through`` (None: to the last one); what
    is to be taken out must be left where anything is bought.  What is set aside for short positions
    pays for nothing, and selling short ties up more than it brings.  A sale that the plan did not
    propose brings nothing that can be counted on.
    """
    plan = plan_in(files)
    aside = set_aside(plan)
    before = aside.beside({row["account"]: scaled(row["before"], 2) or 0 for row in plan["cash"]})
    trades = worked_trades(run, plan, files[TRADES_FILE])
    moves = _moves(run, orders, trades, aside.tied_cents)
    buying = {order.account for order in orders if order.side in SPENDING and order.quantity}
    is_settled_only = plan.get("schedule", {}).get("settled_cash", False)
    lacking = _overdrawn(
        before, moves, buying, through, aside.after_cents(), is_settled_only=is_settled_only
    )
    return [*lacking, *_floors(run, plan, _after(before, moves), buying)]


def margin_lacking(run: HarvestRun, files: Files, orders: Sequence[RunOrder]) -> list[str]:
    """Where the margin and reserve of contracts among some orders would not be there.

    An account must keep what the contracts that it then holds tie up, unless the whole plan does
    not either, which the plan says.
    """
    plan = plan_in(files)
    overlay = plan.get("overlay")
    if not overlay or not any(one.is_contract for one in orders):
        return []
    told = {row["account"]: scaled(row["before"], 2) or 0 for row in plan["cash"]}
    before = set_aside(plan).beside(told)
    after = _after(before, _moves(run, orders, worked_trades(run, plan, files[TRADES_FILE])))
    traded = _contracts((one.symbol, one.side, one.quantity) for one in orders if one.is_contract)
    planned = _contracts(
        (row["symbol"], row["action"], scaled(row["quantity"], 8) or 0)
        for row in plan["contract_orders"]
    )
    needed: dict[str, int] = {}
    for row in overlay["contracts"]:
        name, account = row["contract"], row["account"]
        part = traded.get(name, 0) / planned[name] if planned.get(name) else 0.0
        needed[account] = needed.get(account, 0) + _tied(row, part)
    covered = {row["account"] for row in overlay["margin"] if row["is_covered"]}
    return [
        f"margin and reserve of the contracts in {account} tie up {dollars(cents)}, of which"
        f" {dollars(cents - max(0, after.get(account, 0)))} would not be there"
        for account, cents in needed.items()
        if account in covered and cents > after.get(account, 0)
    ]


def _contracts(trades: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """What is traded of each contract, sold below zero."""
    found: dict[str, int] = {}
    for symbol, side, quantity in trades:
        found[symbol] = found.get(symbol, 0) + (quantity if side == Side.BUY else -quantity)
    return found


def _tied(row: Row, part: float) -> int:
    """Cents that a contract ties up once a part of what is planned of it is traded."""
    count = int(row["count"])
    if not count:
        return 0
    open_after = int(row["held"]) + part * int(row["trade"])
    return round((scaled(row["tied"], 2) or 0) * abs(open_after / count))


@dataclass(frozen=True, slots=True)
class _Move:
    """Cents that a part of a trade moves into an account on a day."""

    account: str
    day: date
    cents: int

    def comes(self, *, is_settled_only: bool) -> date:
        """When it counts: what is paid at once, what is received once it may be spent."""
        if self.cents > 0 and is_settled_only:
            return date_of(settlement_day(day_of(self.day)))
        return self.day


def _moves(
    run: HarvestRun,
    orders: Iterable[RunOrder],
    trades: Sequence[Row],
    tied: Mapping[Place, int] = MappingProxyType({}),
) -> list[_Move]:
    """What some orders move, by the part of a trade that they are of: rounded once for each.

    ``tied`` are cents that trades of short positions take out of what an account may spend.
    """
    units: dict[int, int] = {}
    days: dict[int, date] = {}
    places = {id(row): place for place, row in enumerate(trades)}
    for order in orders:
        for row in trades_on(order, trades):
            place = places[id(row)]
            units[place] = units.get(place, 0) + order.quantity
            days[place] = order.session or run.as_of
    return [
        _Move(
            trades[place]["account"],
            days[place],
            apportion(
                _moved(trades[place]) - tied.get(_place(trades[place]), 0),
                count,
                scaled(trades[place]["quantity"], 8) or 1,
            ),
        )
        for place, count in units.items()
    ]


def _place(trade: Row) -> Place:
    return trade["account"], trade["symbol"], trade["action"]


def _after(before: Mapping[str, int], moves: Iterable[_Move]) -> dict[str, int]:
    found = dict(before)
    for one in moves:
        found[one.account] = found.get(one.account, 0) + one.cents
    return found


def _overdrawn(
    before: Mapping[str, int],
    moves: Sequence[_Move],
    buying: set[str],
    through: date | None,
    margined: Container[str],
    *,
    is_settled_only: bool,
) -> Iterator[str]:
    """Each account that pays more than it has, on the first day on which it does.

    Of those that are ``margined`` the cash is what short positions leave of it.
    """
    days = sorted({one.day for one in moves})
    for account in sorted(buying):
        mine = [one for one in moves if one.account == account]
        for day in sorted({one.day for one in mine if one.cents < 0}):
            if through is not None and day > through:
                break
            here = [one for one in mine if one.comes(is_settled_only=is_settled_only) <= day]
            lacking = -before.get(account, 0) - sum(one.cents for one in here)
            if lacking > 0:
                when = f" through {day}" if len(days) > 1 else ""
                spent, cash = "the purchases", "its cash"
                if account in margined:
                    spent, cash = "the purchases and margins", "its free cash"
                yield (
                    f"{spent} in {account}{when} cost {dollars(lacking)} more than {cash} of"
                    f" {dollars(before.get(account, 0))} and the sales that are signed with them"
                )
                break


def _floors(
    run: HarvestRun, plan: Mapping[str, Any], after: Mapping[str, int], buying: set[str]
) -> Iterator[str]:
    """What would not be there of money that is to be taken out, beyond what a schedule lacks."""
    for floor in json.loads(run.manifest)["cash_floors"]:
        group = floor["accounts"]
        least = scaled(floor["amount"], 2) or 0
        if "schedule" in plan:
            last = {
                row["account"]: scaled(row["after"], 2) or 0 for row in plan["schedule"]["cash"]
            }
            last = set_aside(plan).beside(last)
            least = min(least, sum(last.get(name, 0) for name in group))
        lacking = least - sum(after.get(name, 0) for name in group)
        if lacking > 0 and buying & set(group):
            yield (
                f"{dollars(lacking)} of the {floor['amount']} that is to be taken out of"
                f" {', '.join(group)} would not be there"
            )


def _moved(trade: Row) -> int:
    """What a trade moves into the cash of its account, in cents, its cost paid."""
    cents, cost = scaled(trade["amount"], 2) or 0, scaled(trade["cost"], 2) or 0
    return (cents if brings_money(trade["action"]) else -cents) - cost
