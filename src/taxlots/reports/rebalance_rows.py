"""The tables of a rebalance as text cells, inert, by their file names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from taxlots.plan.rebalance.proposal import Proposal, instructions_of, orders_of
from taxlots.plan.rebalance.session_orders import session_orders
from taxlots.plan.rebalance.trade_schedule import TradeSchedule
from taxlots.reports.inert import inert
from taxlots.reports.order_rows import instruction_row, order_row
from taxlots.reports.rebalance_columns import (
    LATER_COLUMNS,
    REBALANCE_COLUMNS,
    RESTRICTIONS_FILE,
    TRADES_FILE,
)
from taxlots.reports.rebalance_files import trade_rows

Row = dict[str, str]


def tables_of_rebalance(
    proposal: Proposal, first: Proposal, restrictions: Iterable[Mapping[str, str]]
) -> dict[str, list[Row]]:
    """Every table by its file name; ``restrictions`` are the rows of ``restrictions.csv``.

    The orders are those of ``first``: the proposal, or what of it is traded on its first day.
    """
    rows: dict[str, Iterable[Mapping[str, str]]] = {
        TRADES_FILE: trade_rows(proposal),
        "orders.csv": map(order_row, orders_of(first)),
        "lot_instructions.csv": map(instruction_row, instructions_of(first)),
        RESTRICTIONS_FILE: restrictions,
    }
    return {
        name: [{column: inert(row[column]) for column in columns} for row in rows[name]]
        for name, columns in REBALANCE_COLUMNS.items()
    }


def later_rows(proposal: Proposal, schedule: TradeSchedule | None) -> list[Row]:
    """``later_orders.csv``: what is ordered in the sessions after the first one, in their order."""
    if schedule is None:
        return []
    rows: Iterable[Mapping[str, str]] = (
        {"date": one.session.isoformat(), **order_row(one.order)}
        for one in session_orders(proposal, schedule)
        if one.session is not None and one.session > schedule.first_day
    )
    return [{column: inert(row[column]) for column in LATER_COLUMNS} for row in rows]
