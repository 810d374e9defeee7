"""Whether a recorded rebalance still proves what it says: trades, lots, gains, taxes and cash."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from taxlots.domain.account import taxed_returns
from taxlots.domain.harvest_run import HarvestRun
from taxlots.domain.money import SHARE, dollars, scaled, shares
from taxlots.domain.order import ShortSide, Side, closes_lots
from taxlots.domain.problem import DataError
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.selection import SaleRequest
from taxlots.plan.several_sales import book_sales
from taxlots.reports.inert import inert
from taxlots.reports.rebalance_columns import RESTRICTIONS_FILE, TRADES_FILE
from taxlots.reports.rebalance_files import sale_cells
from taxlots.workflows.guard import PreparedGuard, guard_of_book
from taxlots.workflows.run_cash import cash_of_trades
from taxlots.workflows.run_lines import Files, Row, plan_in, trades_on, worked_trades
from taxlots.workflows.schedule_check import schedule_checks
from taxlots.workflows.short_cash import set_aside
from taxlots.workflows.short_lots import owed_lots
from taxlots.workflows.verify import Check, failed, passed


def rebalance_checks(book: str, run: HarvestRun, files: Files) -> list[Check]:
    """That the files of a recorded rebalance agree, and that the books still bear them out.

    The book is booked again as it was known when the run was recorded.
    """
    trades = files[TRADES_FILE]
    checks = [
        _counts(run, files),
        _orders(run, worked_trades(run, plan_in(files), files[TRADES_FILE])),
    ]
    asked = json.loads(run.manifest)["asked"]
    try:
        prepared = guard_of_book(
            book,
            (asked["account"],) if asked["account"] else (),
            as_of=run.as_of,
            known_at=datetime.fromisoformat(run.recorded_at),
        )
    except DataError:
        return [*checks, failed("gains", "the book as it was known then cannot be booked")]
    found = [*checks, _lots(run, prepared), _gains(trades, prepared), _cash(run, files)]
    if any(one.is_contract for one in run.orders) or "contract_orders" in plan_in(files):
        found.append(_contracts(run, files))
    if "schedule" in plan_in(files):
        found += schedule_checks(plan_in(files), prepared)
    return found


def _counts(run: HarvestRun, files: Files) -> Check:
    """``plan.json`` and the manifest against the tables."""
    plan, manifest = plan_in(files), json.loads(run.manifest)
    told = {
        "trades": (_inert(plan["trades"]), list(files[TRADES_FILE])),
        "restrictions": (_inert(plan["restrictions"]), list(files[RESTRICTIONS_FILE])),
        "day": (plan["as_of"], run.as_of.isoformat()),
        "household": (plan["household"], manifest["household"]),
        "rule version": (manifest["rules_version"], run.rules_version),
    }
    wrong = [name for name, (said, kept) in told.items() if said != kept]
    if wrong:
        return failed("counts", f"plan.json and the tables differ: {', '.join(wrong)}")
    return passed(
        "counts",
        f"plan.json, the manifest and the tables tell the same {len(files[TRADES_FILE])} trades"
        f" and {len(files[RESTRICTIONS_FILE])} restrictions, under rules {run.rules_version}",
    )


def _inert(rows: Sequence[Row]) -> list[dict[str, str]]:
    return [{name: inert(cell) for name, cell in row.items()} for row in rows]


def _orders(run: HarvestRun, trades: Sequence[Row]) -> Check:
    """Each trade against the orders that are to do it, lot by lot."""
    orders = [one for one in run.orders if not one.is_contract]
    wrong = [one.client_order_id for one in orders if not trades_on(one, trades)]
    for trade in trades:
        mine = [one for one in orders if trades_on(one, [trade])]
        lots = ";".join(f"{one.lot_id}:{shares(one.quantity)}" for one in mine if one.lot_id)
        if shares(sum(one.quantity for one in mine)) != trade["quantity"] or lots != trade["lots"]:
            wrong.append(f"{trade['action']} {trade['symbol']} in {trade['account']}")
    if wrong:
        return failed("orders", f"no trade asks for it, or no order does it: {wrong[0]}")
    return passed("orders", f"{len(orders)} orders come to {len(trades)} trades, lot by lot")


def _contracts(run: HarvestRun, files: Files) -> Check:
    """The orders for contracts against those of ``plan.json``, and their numbers."""
    plan = plan_in(files)
    told = plan.get("contract_orders", [])
    kept = [dict(one.cells) for one in run.orders if one.is_contract]
    wrong = [row["client_order_id"] for row in told if row not in kept]
    wrong += [row["client_order_id"] for row in kept if row not in told]
    for row in (plan.get("overlay") or {"contracts": []})["contracts"]:
        mine = [one for one in told if one["symbol"] == inert(row["contract"])]
        sums = sum(
            (1 if one["action"] == Side.BUY else -1) * (scaled(one["quantity"], 8) or 0)
            for one in mine
        )
        if mine and mine[0]["unit"] == "contracts" and sums != int(row["trade"]) * SHARE:
            wrong.append(row["contract"])
    if wrong:
        return failed("contracts", f"the overlay does not ask for it: {wrong[0]}")
    return passed("contracts", f"{len(kept)} orders for contracts are those of the plan")


def _lots(run: HarvestRun, prepared: PreparedGuard) -> Check:
    """Each sale against what was held, and each cover against what was owed, as known then."""
    lots: Counter[tuple[str, ...]] = Counter()
    for lot in prepared.guard.index.situation.lots:
        for lot_id in (lot.lot_id, ""):
            lots[lot.account, Side.SELL, lot.symbol, lot_id] += lot.quantity
    for owed in owed_lots(prepared.books):
        for lot_id in (owed.lot_id, ""):
            lots[owed.account, ShortSide.BUY_TO_COVER, owed.symbol, lot_id] += owed.quantity
    sold: Counter[tuple[str, ...]] = Counter()
    for one in run.orders:
        if closes_lots(one.side) and not one.is_contract:
            for lot_id in dict.fromkeys((one.lot_id, "")):
                sold[one.account, str(one.side), one.symbol, lot_id] += one.quantity
    wrong = [" ".join(place) for place, quantity in sold.items() if quantity > lots[place]]
    if wrong:
        return failed("lots", f"more is closed than was open: {', '.join(wrong[:3])}")
    named = sum(1 for place in sold if place[3])
    return passed("lots", f"the {named} lots that are sold were open as of {run.as_of}")


def _gains(trades: Sequence[Row], prepared: PreparedGuard) -> Check:
    """The gains and taxes of the trades against what the books make of them, to the cent."""
    sales = [trade for trade in trades if closes_lots(trade["action"])]
    returns = taxed_returns(prepared.guard.index.accounts.values())
    day = prepared.guard.index.situation.as_of.isoformat()
    booked, _ = book_sales(
        prepared.books,
        [(_request(trade, day), trade["lots"]) for trade in sales],
        settlement_day,
        returns,
        prepared.guard.index.situation.years,
    )
    if booked is None:
        return failed("gains", "the books refuse the sales")
    wrong = [
        f"{trade['symbol']} in {trade['account']} ({name} {trade[name]}, not {cell})"
        for trade, sale in zip(sales, booked, strict=True)
        for name, cell in sale_cells(sale, is_taxed=trade["account"] in returns).items()
        if trade[name] != cell
    ]
    if wrong:
        return failed("gains", f"the books come to other figures: {', '.join(wrong[:3])}")
    return passed("gains", f"booked again, {len(sales)} sales come to their gains and taxes")


def _request(trade: Row, day: str) -> SaleRequest:
    return SaleRequest(
        account=trade["account"],
        symbol=trade["symbol"],
        quantity=scaled(trade["quantity"], 8) or 0,
        price=scaled(trade["close"], 8) or 0,
        day=day,
        action=trade["action"],
    )


def _cash(run: HarvestRun, files: Files) -> Check:
    """The cash of each account after the trades against that before, which must suffice."""
    plan = plan_in(files)
    before = {row["account"]: scaled(row["before"], 2) or 0 for row in plan["cash"]}
    after = cash_of_trades(before, files[TRADES_FILE])
    said = {row["account"]: row["after"] for row in plan["cash"]}
    wrong = [name for name, cents in after.items() if said.get(name) != dollars(cents)]
    wrong += [name for name, cents in after.items() if cents < min(0, before.get(name, 0))]
    aside = set_aside(plan)
    free, left = aside.beside(before), aside.after_cents()
    kept = {name: cents - left.get(name, 0) for name, cents in after.items()}
    wrong += [name for name in left if kept.get(name, 0) < min(0, free.get(name, 0))]
    wrong += _below(json.loads(run.manifest)["cash_floors"], kept)
    if wrong:
        return failed("cash", f"the trades do not lead to the cash that is told: {wrong[0]}")
    return passed("cash", f"the trades are paid for in each of {len(after)} accounts")


def _below(floors: Sequence[Mapping[str, Any]], after: Mapping[str, int]) -> Iterator[str]:
    for floor in floors:
        kept = sum(after.get(name, 0) for name in floor["accounts"])
        if kept < (scaled(floor["amount"], 2) or 0):
            yield ", ".join(floor["accounts"])
