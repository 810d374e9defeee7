"""The trades of a rebalance over sessions: ``schedule.csv``, a key of ``plan.json``, sentences."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

from taxlots.domain.money import dollars, shares
from taxlots.plan.execution.liquidity import Bucket
from taxlots.plan.rebalance.limits_by_session import LimitBreak
from taxlots.plan.rebalance.proposal import Proposal
from taxlots.plan.rebalance.trade_schedule import ScheduledTrade, TradeSchedule, of_day
from taxlots.reports.plan_figures import figure, listing, money
from taxlots.reports.rebalance_columns import SALE_CELLS
from taxlots.reports.rebalance_files import return_json, sale_cells
from taxlots.reports.schedule import cost_json
from taxlots.reports.terminal import Listing

SCHEDULE: Final = (
    "date",
    "account",
    "symbol",
    "side",
    "quantity",
    "amount",
    "cost",
    "spread",
    "commission",
    "impact",
    *SALE_CELLS,
    "lots",
)
SHOWN: Final = {
    "date": "date",
    "account": "account",
    "side": "trade",
    "symbol": "symbol",
    "quantity": "quantity",
    "amount": "amount",
    "cost": "cost",
    "short_term_gain": "short-term",
    "long_term_gain": "long-term",
    "tax_now": "tax now",
    "tax_later": "later",
}
TEXTS: Final = frozenset({"date", "account", "side", "symbol"})

Row = dict[str, str]


def schedule_rows(schedule: TradeSchedule) -> list[Row]:
    """``schedule.csv``: a row for each part of a trade, in order of time, sales first."""
    return [_row(one) for one in schedule.trades]


def _row(one: ScheduledTrade) -> Row:
    position, booked = one.trade.position, one.booked
    return {
        "date": one.day.isoformat(),
        "account": position.account.id,
        "symbol": position.symbol,
        "side": str(one.trade.side),
        "quantity": shares(one.units),
        "amount": dollars(one.cents),
        "cost": dollars(one.cost_cents),
        "spread": money(one.cost.spread),
        "commission": money(one.cost.commission),
        "impact": money(one.cost.impact),
        **sale_cells(booked, is_taxed=position.is_taxed),
        "lots": booked.lots if booked is not None else "",
    }


def schedule_json(schedule: TradeSchedule | None) -> dict[str, Any]:
    """The key ``schedule`` of ``plan.json``; none where trades are not staggered."""
    if schedule is None:
        return {}
    terms = schedule.terms
    return {
        "schedule": {
            "by": str(terms.schedule),
            "tranches": terms.tranches,
            "participation": f"{terms.participation_ppm / 1e6:g}",
            "settled_cash": terms.is_settled_only,
            "cost": cost_json(schedule.cost),
            "buckets": {name: str(one) for name, one in sorted(schedule.buckets.items())},
            "trades": schedule_rows(schedule),
            "left": [
                {
                    "account": one.trade.position.account.id,
                    "symbol": one.trade.position.symbol,
                    "side": str(one.trade.side),
                    "quantity": shares(one.units),
                }
                for one in schedule.left
            ],
            "cash": [
                {"date": day.isoformat(), "account": name, "after": dollars(cents)}
                for day, cash in zip(schedule.sessions, schedule.cash, strict=True)
                for name, cents in cash.items()
            ],
            "returns": [
                {"year": year} | return_json(one)
                for year, found in schedule.returns.items()
                for one in found
            ],
            "limits": [_break(one) for one in schedule.breaks],
            "told": list(schedule.told),
        }
    }


def _break(one: LimitBreak) -> dict[str, Any]:
    """A limit that the schedule exceeds; ``kept_from`` is blank where it does in the end."""
    return {
        "name": one.name,
        "least": figure(one.least, 6) if isfinite(one.least) else "",
        "most": figure(one.most, 6) if isfinite(one.most) else "",
        "date": one.day.isoformat(),
        "value": figure(one.value, 6),
        "beyond": figure(one.beyond, 6),
        "kept_from": "" if one.kept_from is None else one.kept_from.isoformat(),
    }


def schedule_listings(schedule: TradeSchedule | None) -> tuple[Listing, ...]:
    """The table for people; none where trades are not staggered."""
    if schedule is None:
        return ()
    title = f"Schedule, by {schedule.terms.schedule}"
    rows = schedule_rows(schedule)
    return (listing(title, SHOWN, rows, TEXTS, "nothing is traded"),)


def schedule_sentences(schedule: TradeSchedule | None) -> list[str]:
    """What the schedule comes to, in words."""
    if schedule is None:
        return []
    return [f"{one[0].upper()}{one[1:]}" for one in _sentences(schedule)]


def _sentences(schedule: TradeSchedule) -> Iterator[str]:
    days = {one.day for one in schedule.trades}
    slow = sorted(
        name for name, one in schedule.buckets.items()
        if one not in (Bucket.AT_ONCE, Bucket.WITHIN_A_DAY)
    )  # fmt: skip
    cost = schedule.cost
    yield (
        f"the schedule takes {len(days)} sessions and costs {dollars(schedule.cost_cents)}: half"
        f" spreads {money(cost.spread)}, commissions {money(cost.commission)}, impact"
        f" {money(cost.impact)}"
    )
    if slow:
        yield f"staggered, because they are large for their volume: {', '.join(slow)}"
    for year, found in schedule.returns.items():
        for one in found:
            yield (
                f"in {year} return {one.tax_return} realizes {dollars(one.short_cents)} short-term"
                f" and {dollars(one.long_cents)} long-term by it"
            )
    yield from schedule.told


def first_orders(proposal: Proposal, schedule: TradeSchedule | None) -> Proposal:
    """The proposal with what is traded on the first day of its schedule alone.

    Its orders are those that can be sent now.
    """
    if schedule is None:
        return proposal
    return of_day(proposal, schedule, schedule.first_day)
