"""The letter to a client about a recorded rebalance: from the run and the books after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from taxlots.domain.account import taxed_returns
from taxlots.domain.calendar import day_of
from taxlots.domain.harvest_run import RunOrder
from taxlots.domain.money import apportion, scaled, shares
from taxlots.domain.order import OrderAction, ShortSide, Side, action_of, closes_lots
from taxlots.domain.problem import UsageError
from taxlots.plan.free_day import first_free_day
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.reports.letter_blocks import day_text
from taxlots.reports.letter_page import LetterSale
from taxlots.reports.rebalance_letter import (
    LetterClass,
    LetterTax,
    LetterTrade,
    RebalanceLetter,
)
from taxlots.workflows.account_numbers import shown_account
from taxlots.workflows.letter_source import (
    LetterSource,
    described,
    executed_sales,
    restrictions_for,
    unexecuted_sale,
    unknown_of,
)
from taxlots.workflows.named_accounts import check_named
from taxlots.workflows.run_lines import Row, plan_in, trades_on, worked_trades
from taxlots.workflows.run_results import RunResults

DID: Final[Mapping[OrderAction, str]] = {
    Side.BUY: "buy",
    Side.SELL: "sell",
    ShortSide.SELL_SHORT: "sell short",
    ShortSide.BUY_TO_COVER: "cover",
}

COSTS_OF_CENT = 10**10
"""1e-4 dollars times 1e-8 units, in a cent."""


def rebalance_letter(source: LetterSource, household: str, account: str) -> RebalanceLetter:
    """What the letter says, of the whole household or of one account.

    Raises UsageError for another household or an unknown account.
    """
    found, run = source.found, source.found.run
    record = found.books.record
    check_named(record.accounts, [account or None])
    own = found.orders[0].order.household
    if household not in ("", own):
        raise UsageError(f"{run.label} trades for the household {own!r}, not for {household!r}")
    accounts = tuple(one for one in record.accounts if one.household == own)
    if account and account not in {one.id for one in accounts}:
        raise UsageError(f"account {account} is not of the household {own!r}")
    orders = tuple(one for one in found.orders if account in ("", one.order.account))
    if not orders:
        raise UsageError(f"nothing of {run.label} is signed in account {account}")
    contracts = [one for one in orders if one.order.is_contract]
    orders = tuple(one for one in orders if not one.order.is_contract)
    taxed = taxed_returns(accounts)
    told = restrictions_for(source, accounts)
    plan = plan_in(found.lines)
    trades = worked_trades(run, plan, found.lines["trades"])
    covers = tuple(_sales(found, orders, trades, ShortSide.BUY_TO_COVER))
    sessions = [one.order.session for one in orders if one.order.session is not None]
    return RebalanceLetter(
        book=record.name or source.book,
        household=own,
        only_account=shown_account(account) if account else "",
        accounts=tuple(described(one) for one in accounts),
        names={s.symbol: s.name for s in record.securities.values() if s.name},
        planned=run.as_of,
        traded=found.traded,
        number=run.number,
        plan_hash=run.plan_hash,
        recorded_by=run.actor,
        approved_by=tuple(
            dict.fromkeys(a.actor for one in (*orders, *contracts) for a in one.approvals)
        ),
        classes=tuple(_class(one) for one in plan["classes"]),
        sales=tuple(_sales(found, [o for o in orders if o.order.account in taxed], trades)),
        covers=covers,
        shorted=tuple(_moved(found, orders, trades, ShortSide.SELL_SHORT)),
        untaxed=tuple(
            _moved(found, [o for o in orders if o.order.account not in taxed], trades, Side.SELL)
        ),
        purchases=tuple(_moved(found, orders, trades, Side.BUY)),
        left_out=tuple(_left_out(found, trades, account)),
        untraded=tuple(_untraded(plan, account)),
        contracts=tuple(_contract(one) for one in contracts),
        last_session=max(sessions, default=None),
        taxes=tuple(_taxes(run.as_of, orders, trades, taxed)),
        not_to_buy=told.not_to_buy,
        not_to_sell=told.not_to_sell,
        notes=(*told.notes, *_after_covers(covers, found.traded)),
        unknown=tuple(unknown_of(source, orders)),
        final_from=first_free_day(day_of(found.traded)),
    )


def _after_covers(covers: Sequence[LetterSale], traded: date) -> Iterator[str]:
    """What the losses of covers forbid: selling the same, or selling it short."""
    lost: dict[str, date] = {}
    for one in covers:
        if (one.gain_cents or 0) < 0:
            free = first_free_day(day_of(one.day or traded))
            lost[one.symbol] = max(free, lost.get(one.symbol, free))
    for symbol, free in sorted(lost.items()):
        yield (
            f"Do not sell {symbol}, or sell it short, before {day_text(free)}: that would disallow"
            " the loss on covering it (26 USC 1091(e))."
        )


def _class(one: dict[str, str]) -> LetterClass:
    target, before, after = (f"{100 * float(one[k]):.1f}" for k in ("target", "before", "after"))
    return LetterClass(name=one["name"], target=target, before=before, after=after)


def _sales(
    found: RunResults,
    orders: Sequence[ReviewedOrder],
    trades: Sequence[Row],
    side: OrderAction = Side.SELL,
) -> Iterator[LetterSale]:
    """A row for each lot that is closed, by the books; then one for what is not executed yet."""
    sells = [one for one in orders if one.order.side is side]
    booked = executed_sales(found, sells)
    for one in sells:
        order = one.order
        yield from booked[order.client_order_id]
        left = order.quantity - one.filled
        if left > 0:
            gain = _planned_gain(order, left, trades_on(order, trades))
            yield unexecuted_sale(one, term=_term(order), gain_cents=gain)


def _term(order: RunOrder) -> str:
    """The term as the plan says it in the reason of an order; blank of a sale by force."""
    reason = order.cells.get("reason", "")
    return "LT" if "long-term" in reason else "ST" if "short-term" in reason else ""


def _planned_gain(
    order: RunOrder, quantity: int, trades: Sequence[Mapping[str, str]]
) -> int | None:
    """What a quantity of an order gains at the closes of the plan; None where it has no trade."""
    if not trades:
        return None
    (trade,) = trades
    whole = scaled(trade["quantity"], 8) or 1
    unit_cost = order.cells.get("lot_unit_cost", "")
    if not unit_cost:
        gain = sum(scaled(trade[name], 2) or 0 for name in ("short_term_gain", "long_term_gain"))
        return apportion(gain, quantity, whole)
    basis = apportion(scaled(unit_cost, 4) or 0, quantity, COSTS_OF_CENT)
    gain = apportion(scaled(trade["amount"], 2) or 0, quantity, whole) - basis
    # Of a short lot the cell has what a unit brought.
    return -gain if order.side is ShortSide.BUY_TO_COVER else gain


def _moved(
    found: RunResults, orders: Iterable[ReviewedOrder], trades: Sequence[Row], side: OrderAction
) -> Iterator[LetterTrade]:
    """Trades in dollars alone: what is executed by its fills, then what is not by the plan."""
    for one in orders:
        order = one.order
        if order.side is not side:
            continue
        for fill in found.fills_of(order.client_order_id):
            yield LetterTrade(
                account=shown_account(fill.account),
                symbol=fill.symbol,
                quantity=fill.quantity,
                cents=fill.amount_cents,
                day=fill.day,
            )
        left = order.quantity - one.filled
        for trade in trades_on(order, trades) if left > 0 else ():
            whole = scaled(trade["quantity"], 8) or 1
            yield LetterTrade(
                account=shown_account(order.account),
                symbol=order.symbol,
                quantity=left,
                cents=apportion(scaled(trade["amount"], 2) or 0, left, whole),
            )


def _left_out(found: RunResults, trades: Sequence[Row], account: str) -> Iterator[str]:
    """What of the trades of the plan is neither signed nor executed, in words."""
    standing: dict[tuple[str, str, str], int] = {}
    for one in found.orders:
        place = one.order.account, one.order.symbol, str(one.order.side)
        standing[place] = standing.get(place, 0) + one.order.quantity
    planned: dict[tuple[str, str, str], int] = {}
    for trade in trades:
        place = trade["account"], trade["symbol"], trade["action"]
        planned[place] = planned.get(place, 0) + (scaled(trade["quantity"], 8) or 0)
    for place, quantity in planned.items():
        left = quantity - standing.get(place, 0)
        if left > 0 and account in ("", place[0]):
            yield _said(*place, shares(left))


def _untraded(plan: Mapping[str, Any], account: str) -> Iterator[str]:
    """What of the trades of a plan none of its sessions takes, in words."""
    for one in plan.get("schedule", {}).get("left", ()):
        if account in ("", one["account"]):
            yield _said(one["account"], one["symbol"], one["side"], one["quantity"])


def _contract(one: ReviewedOrder) -> str:
    """An order for contracts, in words."""
    order = one.order
    unit = "" if order.cells["unit"] == "contracts" else f" {order.cells['unit']} of"
    name = {"future": "the future", "swap": "the swap"}.get(order.cells["kind"], "the forward on")
    did = DID[order.side]
    where = shown_account(order.account)
    state = "executed" if one.filled >= order.quantity else "ordered"
    return f"{did} {shares(order.quantity)}{unit} {name} {order.symbol} in {where} ({state})"


def _said(account: str, symbol: str, side: str, quantity: str) -> str:
    return f"{DID[action_of(side)]} {quantity} {symbol} in {shown_account(account)}"


def _taxes(
    day: date,
    orders: Sequence[ReviewedOrder],
    trades: Sequence[Row],
    returns: Mapping[str, str],
) -> Iterator[LetterTax]:
    """What the plan reckons for the part of its sales that stands, by tax return and year."""
    sums: dict[tuple[str, int], list[int] | None] = {}
    for one in orders:
        order = one.order
        if not closes_lots(order.side) or order.account not in returns:
            continue
        key = returns[order.account], (order.session or day).year
        known = sums.setdefault(key, [0, 0])
        mine = trades_on(order, trades)
        if known is None or not mine or not mine[0]["tax_now"]:
            sums[key] = None
            continue
        whole = scaled(mine[0]["quantity"], 8) or 1
        for place, column in enumerate(("tax_now", "tax_later")):
            known[place] += apportion(scaled(mine[0][column], 2) or 0, order.quantity, whole)
    for (name, year), cents in sums.items():
        now, later = (None, None) if cents is None else cents
        yield LetterTax(tax_return=name, year=year, now_cents=now, later_cents=later)
