"""A trade in tranches as text: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, shares
from taxlots.plan.execution.impact import TradeCost
from taxlots.plan.execution.lots_by_tranche import StaggeredSale, Tranche, TrancheSale
from taxlots.plan.tax_optimal import NAME as TAX_OPTIMAL
from taxlots.reports.plan_figures import figure, listing, money
from taxlots.reports.selection import lot_rows
from taxlots.reports.terminal import Listing

TRADES: Final = {
    "date": "date",
    "quantity": "quantity",
    "price": "price",
    "spread": "spread",
    "impact": "impact",
}
LOTS: Final = {
    "gain": "gain",
    "tax": "tax now",
    "tax_later": "tax later",
    "long_term_since": "turned LT",
    "lots": "lots",
}
TEXTS: Final = frozenset({"date", "lots"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSaid:
    """A schedule, ready to be told; ``sale`` is None for a purchase and in tax-deferred accounts.

    ``deviation`` is that of the cost in dollars, ``told`` what was assumed.
    """

    book: str
    as_of: date
    account: str
    symbol: str
    by: str
    is_purchase: bool
    tranches: tuple[Tranche, ...]
    costs: tuple[TradeCost, ...]
    sale: StaggeredSale | None
    at_once: StaggeredSale | None
    at_once_cost: TradeCost
    deviation: float
    has_volume: bool
    days_of_volume: float = 0.0
    bucket: str = ""
    told: tuple[str, ...] = ()

    @property
    def cost(self) -> TradeCost:
        """What all tranches cost to trade."""
        return sum(self.costs, TradeCost())


def schedule_rows(said: ScheduleSaid) -> list[dict[str, str]]:
    """A row a tranche."""
    by_day = {} if said.sale is None else {one.tranche.day: one for one in said.sale.sales}
    rolled = set() if said.sale is None else set(map(id, said.sale.rolled_over))
    rows = []
    for tranche, cost in zip(said.tranches, said.costs, strict=True):
        row = {
            "date": date_of(tranche.day).isoformat(),
            "quantity": shares(tranche.quantity),
            "price": shares(tranche.price),
            "spread": money(cost.spread),
            "impact": money(cost.impact) if said.has_volume else "",
        }
        if said.sale is not None:
            row |= _lots_of(by_day.get(tranche.day), rolled)
        rows.append(row)
    return rows


def _lots_of(sale: TrancheSale | None, rolled: set[int]) -> dict[str, str]:
    if sale is None:
        return dict.fromkeys(LOTS, "")
    chosen = sale.selection
    since = sum(one.quantity for one in chosen.outcomes if id(one) in rolled)
    return {
        "gain": dollars(sale.gain_cents),
        "tax": dollars(sum(c.now_cents for c in chosen.costs)) if chosen.costs else "",
        "tax_later": dollars(sum(c.later_cents for c in chosen.costs)) if chosen.costs else "",
        "long_term_since": shares(since),
        "lots": chosen.lots,
    }


def schedule_page(said: ScheduleSaid) -> tuple[tuple[Listing, ...], tuple[str, ...]]:
    """The table, and the sentences below it."""
    what = "Purchase" if said.is_purchase else "Sale"
    total = sum(one.quantity for one in said.tranches)
    count = f"{len(said.tranches)} tranches" if len(said.tranches) > 1 else "1 tranche"
    columns = TRADES if said.sale is None else TRADES | LOTS
    title = (
        f"{what} of {shares(total)} {said.symbol} in {said.account} in {count}, by {said.by},"
        f" as of {said.as_of}"
    )
    return (listing(title, columns, schedule_rows(said), TEXTS),), tuple(_sentences(said))


def _sentences(said: ScheduleSaid) -> Iterator[str]:
    cost, once = said.cost, said.at_once_cost
    if said.has_volume:
        yield (
            f"At a tenth of the volume this takes {figure(said.days_of_volume, 2)} days:"
            f" {said.bucket.replace('_', ' ')}"
        )
        yield (
            f"Trading is expected to cost {money(cost.total)}, give or take"
            f" {money(said.deviation)} as the price moves meanwhile; at once on the first day"
            f" {money(once.total)}"
        )
    else:
        yield f"Spread and commission are {money(cost.total)}"
    sale, at_once = said.sale, said.at_once
    if sale is not None and at_once is not None:
        if sale.cost_cents is None or at_once.cost_cents is None:
            yield "No tax is told: profiles.csv has neither rates nor income for every year"
        else:
            yield (
                f"Tax, now and later, {dollars(sale.cost_cents)}; of the same sale at once"
                f" {dollars(at_once.cost_cents)}"
            )
        since = sum(one.quantity for one in sale.rolled_over)
        if since:
            yield (
                f"{shares(since)} of these shares are long-term on their own day and were not on"
                " the first one"
            )
        if any(one.selection.method == TAX_OPTIMAL for one in sale.sales):
            yield "The lots are chosen for all tranches together"
        else:
            yield "Each tranche chooses its lots again, after those before it"
    yield "The price is taken to stay"
    yield from said.told


def schedule_json(said: ScheduleSaid) -> dict[str, Any]:
    """What ``taxlots schedule --json`` prints; money and quantities are strings."""
    tranches: list[dict[str, Any]] = [*schedule_rows(said)]
    if said.sale is not None:
        pieces = {date_of(one.tranche.day).isoformat(): one for one in said.sale.sales}
        for row in tranches:
            sold = pieces.get(row["date"])
            row["order"] = row.pop("lots")
            row["lots"] = [] if sold is None else lot_rows(sold.selection)
    return {
        "book": said.book,
        "as_of": said.as_of.isoformat(),
        "side": "buy" if said.is_purchase else "sell",
        "account": said.account,
        "symbol": said.symbol,
        "by": said.by,
        "days_of_volume": figure(said.days_of_volume, 4) if said.has_volume else "",
        "bucket": said.bucket,
        "tranches": tranches,
        "cost": cost_json(said.cost) | {"deviation": money(said.deviation)},
        "at_once": cost_json(said.at_once_cost) | {"tax": _tax(said.at_once)},
        "tax": _tax(said.sale),
        "turned_long_term": (
            "" if said.sale is None else shares(sum(o.quantity for o in said.sale.rolled_over))
        ),
    }


def cost_json(cost: TradeCost) -> dict[str, str]:
    """What trading costs, by its parts and in all."""
    return {
        "spread": money(cost.spread),
        "commission": money(cost.commission),
        "impact": money(cost.impact),
        "total": money(cost.total),
    }


def _tax(sale: StaggeredSale | None) -> str:
    return "" if sale is None or sale.cost_cents is None else dollars(sale.cost_cents)
