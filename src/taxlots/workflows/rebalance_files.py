"""The files of a rebalance, written together."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from taxlots.plan.rebalance.frontier import frontier
from taxlots.plan.rebalance.proposal import instructions_of, orders_of
from taxlots.reports.books_files import problem_table
from taxlots.reports.failed_folder import problems_alone
from taxlots.reports.folders import FAILURE, MANIFEST, write_folder
from taxlots.reports.order_rows import (
    INSTRUCTION_COLUMNS,
    ORDER_COLUMNS,
    instruction_row,
    order_row,
)
from taxlots.reports.rebalance_charts import rebalance_charts
from taxlots.reports.rebalance_files import TRADES, plan_json, trade_rows
from taxlots.reports.rebalance_overlay import OVERLAY, overlay_rows
from taxlots.reports.rebalance_schedule import (
    SCHEDULE,
    first_orders,
    schedule_json,
    schedule_rows,
)
from taxlots.reports.restriction_rows import RESTRICTION_COLUMNS, RESTRICTIONS_FILE
from taxlots.reports.rows import text_table
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.rebalance import RebalanceRun, rebalance
from taxlots.workflows.rebalance_asked import RebalanceAsked
from taxlots.workflows.rebalance_restrictions import restrictions_of_rebalance

PLAN: Final = "plan.json"
OVERLAY_FILE: Final = "overlay.csv"
RESULTS: Final = frozenset(
    {PLAN, OVERLAY_FILE, "trades.csv", "orders.csv", "lot_instructions.csv", RESTRICTIONS_FILE}
    | {"schedule.csv", FAILURE, MANIFEST}
    | {"drift.svg", "tax_by_lot.svg", "frontier.svg"}
)
"""Every file that a rebalance can leave."""


def write_rebalance(
    book: str,
    out: Path,
    asked: RebalanceAsked | None = None,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> RebalanceRun:
    """Plan a rebalance and write its files, all together or not at all.

    On errors the folder holds ``problems.csv`` alone, and DataError is raised.
    """
    with problems_alone(out, RESULTS):
        run = rebalance(book, asked, as_of=as_of, known_at=known_at)
    points = frontier(run.question, run.plan.index.replaces)
    restrictions = restrictions_of_rebalance(run)
    record = run.plan.prepared.books.record
    first = first_orders(run.proposal, run.schedule)
    files: dict[str, Any] = {
        PLAN: plan_json(run.proposal, points, restrictions, run.overlay)
        | schedule_json(run.schedule),
        "trades.csv": text_table(TRADES, trade_rows(run.proposal)),
        "orders.csv": text_table(ORDER_COLUMNS, [order_row(one) for one in orders_of(first)]),
        "lot_instructions.csv": text_table(
            INSTRUCTION_COLUMNS, [instruction_row(one) for one in instructions_of(first)]
        ),
        RESTRICTIONS_FILE: text_table(RESTRICTION_COLUMNS, restrictions),
        FAILURE: problem_table(list(run.problems)),
        MANIFEST: {
            "engine_version": __version__,
            "rules_version": RULES_VERSION,
            "book": record.name,
            "household": run.proposal.household,
            "as_of": run.proposal.as_of.isoformat(),
            "asked": {
                "cash": run.asked.deposit,
                "withdraw": run.asked.withdraw,
                "by": "" if run.asked.by is None else run.asked.by.isoformat(),
                "account": run.asked.account or "",
                "objective": str(run.asked.objective),
                "risk_model": run.asked.risk_model,
                "tranches": run.asked.tranches,
                "schedule": run.asked.schedule,
                "overlay": run.asked.overlay,
            },
            "inputs": record.hashes,
        },
    }
    if run.schedule is not None:
        files["schedule.csv"] = text_table(SCHEDULE, schedule_rows(run.schedule))
    if run.overlay is not None:
        files[OVERLAY_FILE] = text_table(OVERLAY, overlay_rows(run.overlay))
    drawings = rebalance_charts(run.proposal, points)
    files |= {f"{name}.svg": one.svg for name, one in drawings.items()}
    write_folder(out, files, results=RESULTS)
    return run
