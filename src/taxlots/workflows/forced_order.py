"""What a person orders that the run did not propose: another purchase, or another sale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from taxlots.domain.harvest_run import HarvestRun, RunOrder
from taxlots.domain.money import SHARE, apportion, scaled, shares
from taxlots.domain.order import Order, Side
from taxlots.domain.problem import UsageError
from taxlots.domain.security import Proxy
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.guard import Guard
from taxlots.plan.orders import AVERAGE, SPECIFIC, UNIT_COST_SCALE, client_order_id
from taxlots.plan.replacement import Proxies, Trades, affordable_quantity
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.plan.situation import Index, index_of
from taxlots.plan.trade_check import TradeSide
from taxlots.reports.guard import headline
from taxlots.workflows.bare_plan import rows_of
from taxlots.workflows.guard import TradeAsked, guard_trade
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.replay import replay

if TYPE_CHECKING:
    from sqlalchemy import Connection


def replacement_quantity(
    book: str, run: HarvestRun, targets: Sequence[ReviewedOrder], symbol: str
) -> int:
    """How much (1e-8) of another proxy all planned proceeds of a purchase's sales buy.

    Raises UsageError where the order is no purchase, and where the rules of proxies refuse it:
    what is identical or on the same index, and what would replace a loss.
    """
    order = targets[0].order
    if order.side is not Side.BUY or not symbol:
        raise UsageError("only a purchase can be replaced: --order ID of it, and --with SYMBOL")
    situation, _ = situation_of(replay(book, as_of=run.as_of))
    index = index_of(situation)
    account = index.accounts[order.account]
    named = (p for p in situation.proxies if (p.symbol, p.proxy) == (order.for_symbol, symbol))
    proxy = next(named, Proxy(symbol=order.for_symbol, proxy=symbol, rank=1))
    refusal = Proxies(Guard(index)).refusal(proxy, account, _trades(run, index, order.account))
    if refusal is not None:
        raise UsageError(
            f"{symbol} cannot be bought for {order.for_symbol} in {order.account}: {refusal}"
        )
    sold = index.security(order.for_symbol)
    quantity = sum(
        one.quantity
        for one in run.orders
        if one.side is Side.SELL
        and (one.account, one.for_symbol) == (order.account, order.for_symbol)
    )
    close = situation.quotes[order.for_symbol].close
    bought = affordable_quantity(
        quantity * close * sold.multiplier // UNITS_PER_CENT,
        situation.quotes[symbol],
        index.security(symbol).multiplier,
        whole_shares=situation.rule.whole_shares,
    )
    if not bought:
        raise UsageError(f"the proceeds do not buy one share of {symbol}")
    return bought


def forced_order(
    connection: Connection, book: str, run: HarvestRun, lot_id: str, quantity: str
) -> tuple[RunOrder, tuple[str, ...]]:
    """A sale of a lot that a run leaves alone, and what is to be known of it.

    Its proceeds stay in cash.  Raises UsageError where the book does not hold the lot.
    """
    from taxlots.ledger.harvest_runs import lines_of

    lines = [
        line for line in lines_of(connection, run.number, "verdicts") if line["lot_id"] == lot_id
    ]
    index = index_of(situation_of(replay(book, as_of=run.as_of))[0])
    if lot_id not in {lot.lot_id for lot in index.situation.lots}:
        raise UsageError(f"{run.label} knows no open lot {lot_id!r}")
    said = f"the plan said {lines[0]['reason']}" if lines else "the plan leaves it alone"
    order = _sale(index, lot_id, quantity, said)
    sold = shares(order.quantity)
    asked = TradeAsked(
        side=TradeSide.SELL,
        account=order.account,
        symbol=order.symbol,
        quantity=sold,
        lots=f"{lot_id}:{sold}",
    )
    (check,) = guard_trade(book, asked, as_of=run.as_of).checks
    return _run_order(order, index), (headline(check), *check.told, *check.unknown)


def _sale(index: Index, lot_id: str, quantity: str, said: str) -> Order:
    """The order that sells a lot, or a part of it."""
    situation = index.situation
    lots = [lot for lot in situation.lots if lot.lot_id == lot_id]
    if len({lot.account for lot in lots}) != 1:
        raise UsageError(f"lot {lot_id} is not held in one account; it cannot be sold by one order")
    held = sum(lot.quantity for lot in lots)
    sold = held if not quantity else scaled(quantity, 8) or 0
    if not 0 < sold <= held:
        raise UsageError(f"--quantity {quantity!r}: {shares(held)} are held of lot {lot_id}")
    lot = lots[0]
    account = index.accounts[lot.account]
    cost = sum(part.cost_basis_cents for part in lots)
    is_averaged = (account.id, lot.symbol) in situation.averaged
    return Order(
        household=account.household,
        custodian=account.custodian,
        account=account.id,
        side=Side.SELL,
        symbol=lot.symbol,
        cusip=index.security(lot.symbol).cusip,
        quantity=sold,
        client_order_id=client_order_id(
            situation.as_of, account.household, account.id, Side.SELL, lot.symbol, lot_id
        ),
        reason=f"sold by decision of a person; {said}",
        tax_lot_method=AVERAGE if is_averaged else SPECIFIC,
        lot_id=lot_id,
        lot_open_date=lot.acquired,
        lot_quantity=held,
        lot_unit_cost=apportion(cost, SHARE * UNIT_COST_SCALE, held),
    )


def _run_order(order: Order, index: Index) -> RunOrder:
    (cells,) = rows_of(index.situation, orders=(order,))["orders.csv"]
    return RunOrder(
        client_order_id=order.client_order_id,
        household=order.household,
        account=order.account,
        side=Side(order.side),
        symbol=order.symbol,
        quantity=order.quantity,
        lot_id=order.lot_id,
        for_symbol=order.symbol,
        cells=cells,
    )


def _trades(run: HarvestRun, index: Index, account: str) -> Trades:
    """What the run sells and buys for the account's wash-sale party."""
    trades = Trades()
    for order in run.orders:
        if index.party[order.account] != index.party[account]:
            continue
        side = trades.sold if order.side is Side.SELL else trades.bought
        side.setdefault(index.identity.family(order.symbol), set()).add(order.symbol)
    return trades
