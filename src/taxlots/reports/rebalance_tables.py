"""Rebalances of many households as tables of text cells: what ``plan.json`` says, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from taxlots.domain.money import dollars
from taxlots.plan.rebalance.proposal import Proposal, instructions_of, orders_of
from taxlots.plan.rebalance.trade_schedule import TradeSchedule
from taxlots.reports.order_rows import (
    INSTRUCTION_COLUMNS,
    ORDER_COLUMNS,
    instruction_row,
    order_row,
)
from taxlots.reports.rebalance_columns import LATER_COLUMNS, TRADES
from taxlots.reports.rebalance_files import Row, plan_json
from taxlots.reports.rebalance_rows import later_rows
from taxlots.reports.rebalance_schedule import SCHEDULE, first_orders, schedule_json
from taxlots.reports.restriction_rows import RESTRICTION_COLUMNS

PLAN_COLUMNS: Final = (
    "household",
    "value",
    "before_rounding_bps",
    "in_shares_bps",
    "without_dropped_bps",
    "commissions_bps",
    "certificate",
    "gate_passes",
    "gate_years",
    "gate_risk",
    "gate_idle_cash",
    "gate_cost",
    "gate_tax",
    "gate_net",
    "gate_margin",
    "tracking_error_before",
    "tracking_error_after",
    "turnover",
    "cost",
    "tax_now",
    "tax_later",
    "trades",
)
CLASS_COLUMNS: Final = (
    "household",
    "name",
    "target",
    "band_low",
    "band_high",
    "breach",
    "wanted",
    "before",
    "after",
)
RETURN_COLUMNS: Final = (
    "household",
    "tax_return",
    "short_term",
    "long_term",
    "disallowed",
    "tax_now",
    "tax_later",
)
DRIFT_COLUMNS: Final = (
    "household",
    "is_due",
    "name",
    "is_symbol",
    "parent",
    "level",
    "value",
    "strategic",
    "tilt",
    "target",
    "weight",
    "drift",
    "band_low",
    "band_high",
    "breach",
    "destination",
    "trade",
    "waits",
    "is_illiquid",
)
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "plans": PLAN_COLUMNS,
    "plan_classes": CLASS_COLUMNS,
    "plan_returns": RETURN_COLUMNS,
    "plan_trades": ("household", *TRADES),
    "plan_cash": ("household", "account", "before", "after"),
    "plan_dropped": ("household", "name", "brings", "takes"),
    "plan_limits": ("household", "name", "least", "most", "before", "after", "price", "is_kept"),
    "plan_schedule": ("household", *SCHEDULE),
    "plan_untraded": ("household", "account", "symbol", "side", "quantity"),
    "plan_schedule_cash": ("household", "date", "account", "after"),
    "plan_schedule_limits": (
        *("household", "name", "least", "most", "date", "value", "beyond", "kept_from"),
    ),
    "orders": ORDER_COLUMNS,
    "later_orders": LATER_COLUMNS,
    "lot_instructions": INSTRUCTION_COLUMNS,
    "restrictions": RESTRICTION_COLUMNS,
    "drift": DRIFT_COLUMNS,
    "drift_unplaced": ("household", "symbol", "value", "why"),
    "told": ("household", "of", "sentence"),
}
"""The tables of a rebalance of many households, and their columns."""

UNSCHEDULED: Final[Mapping[str, Any]] = {
    "trades": [], "left": [], "cash": [], "limits": [], "told": [],
}  # fmt: skip
"""Of trades that are all made on the day of the plan."""

Rows = dict[str, list[Row]]


def plan_rows(
    proposal: Proposal, restrictions: Sequence[Row] = (), schedule: TradeSchedule | None = None
) -> Rows:
    """The rows of one household's plan, by table.

    ``restrictions`` are the rows of its file, ``schedule`` its trades over sessions: orders are
    then those of the first, and later ones have their day.
    """
    stated = plan_json(proposal, restrictions=restrictions)
    by_day = schedule_json(schedule).get("schedule", UNSCHEDULED)
    first = first_orders(proposal, schedule)
    name = proposal.household
    return {
        "plans": [_plan_row(proposal, stated)],
        "plan_classes": _of(name, CLASS_COLUMNS, stated["classes"]),
        "plan_returns": _of(name, RETURN_COLUMNS, stated["returns"]),
        "plan_trades": _of(name, COLUMNS["plan_trades"], stated["trades"]),
        "plan_cash": _of(name, COLUMNS["plan_cash"], stated["cash"]),
        "plan_dropped": _of(name, COLUMNS["plan_dropped"], stated["gate"]["dropped"]),
        "plan_limits": _of(name, COLUMNS["plan_limits"], stated["limits"]),
        "plan_schedule": _of(name, COLUMNS["plan_schedule"], by_day["trades"]),
        "plan_untraded": _of(name, COLUMNS["plan_untraded"], by_day["left"]),
        "plan_schedule_cash": _of(name, COLUMNS["plan_schedule_cash"], by_day["cash"]),
        "plan_schedule_limits": _of(name, COLUMNS["plan_schedule_limits"], by_day["limits"]),
        "orders": [order_row(one) for one in orders_of(first)],
        "later_orders": later_rows(proposal, schedule),
        "lot_instructions": [instruction_row(one) for one in instructions_of(first)],
        "restrictions": stated["restrictions"],
        "told": _told(name, "plan", stated["told"]) + _told(name, "schedule", by_day["told"]),
    }


def drift_rows(stated: Mapping[str, Any]) -> Rows:
    """The rows of one household's drift, as ``drift --json`` states it, by table."""
    name = stated["household"]
    is_due = _cell(stated["is_due"])
    lines = [{"is_due": is_due} | line for line in stated["lines"]]
    return {
        "drift": _of(name, DRIFT_COLUMNS, lines),
        "drift_unplaced": _of(name, COLUMNS["drift_unplaced"], stated["unplaced"]),
        "told": _told(name, "drift", [*stated["because"], *stated["timing"]]),
    }


def _plan_row(proposal: Proposal, stated: Mapping[str, Any]) -> Row:
    certificate, gate, error = stated["certificate"], stated["gate"], stated["tracking_error"]
    found = {
        "household": proposal.household,
        "value": stated["value"],
        "certificate": certificate["sentence"],
        "tracking_error_before": error["before"],
        "tracking_error_after": error["after"],
        "turnover": stated["turnover"],
        "cost": stated["cost"],
        "tax_now": _sum([one.now_cents for one in proposal.returns]),
        "tax_later": _sum([one.later_cents for one in proposal.returns]),
        "trades": str(len(proposal.trades)),
    }
    found |= {key: _cell(value) for key, value in certificate.items() if key != "sentence"}
    found |= {f"gate_{key}": _cell(value) for key, value in gate.items() if key != "dropped"}
    return {column: found[column] for column in PLAN_COLUMNS}


def _sum(cents: Sequence[int | None]) -> str:
    """Dollars of all returns; blank where those of one are not known."""
    known = [one for one in cents if one is not None]
    return dollars(sum(known)) if len(known) == len(cents) else ""


def _of(household: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    return [
        {"household": household} | {column: _cell(row[column]) for column in columns[1:]}
        for row in rows
    ]


def _told(household: str, of: str, sentences: Sequence[str]) -> list[Row]:
    return [{"household": household, "of": of, "sentence": one} for one in sentences]


def _cell(value: object) -> str:
    """What JSON states, as a cell: ``true`` and ``false``, numbers and texts as they are."""
    return str(value).lower() if isinstance(value, bool) else str(value)
