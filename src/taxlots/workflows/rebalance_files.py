"""The files of a rebalance, written together."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from taxlots.domain.harvest_run import RunKind
from taxlots.domain.money import dollars
from taxlots.plan.rebalance.frontier import frontier
from taxlots.reports.books_files import problem_table
from taxlots.reports.contract_orders import CONTRACT_COLUMNS, CONTRACT_ORDERS, contract_row
from taxlots.reports.failed_folder import problems_alone
from taxlots.reports.folders import FAILURE, MANIFEST, write_folder
from taxlots.reports.rebalance_charts import rebalance_charts
from taxlots.reports.rebalance_columns import (
    LATER_COLUMNS,
    LATER_ORDERS,
    PLAN,
    REBALANCE_COLUMNS,
)
from taxlots.reports.rebalance_overlay import OVERLAY, overlay_rows
from taxlots.reports.rebalance_rows import later_rows, tables_of_rebalance
from taxlots.reports.rebalance_schedule import (
    SCHEDULE,
    first_orders,
    schedule_rows,
)
from taxlots.reports.rows import text_table
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.rebalance import RebalanceRun, rebalance
from taxlots.workflows.rebalance_asked import RebalanceAsked
from taxlots.workflows.rebalance_json import rebalance_json

OVERLAY_FILE: Final = "overlay.csv"
RESULTS: Final = frozenset(
    {
        PLAN,
        OVERLAY_FILE,
        *REBALANCE_COLUMNS,
        "schedule.csv",
        LATER_ORDERS,
        CONTRACT_ORDERS,
        FAILURE,
        MANIFEST,
    }
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
    plan = rebalance_json(run, points)
    first = first_orders(run.proposal, run.schedule)
    tables = tables_of_rebalance(run.proposal, first, plan["restrictions"])
    files: dict[str, Any] = {
        PLAN: plan,
        **{name: text_table(REBALANCE_COLUMNS[name], rows) for name, rows in tables.items()},
        FAILURE: problem_table(list(run.problems)),
        MANIFEST: _manifest(run),
    }
    if run.schedule is not None:
        files["schedule.csv"] = text_table(SCHEDULE, schedule_rows(run.schedule))
    if later := later_rows(run.proposal, run.schedule):
        files[LATER_ORDERS] = text_table(LATER_COLUMNS, later)
    if run.overlay is not None:
        files[OVERLAY_FILE] = text_table(OVERLAY, overlay_rows(run.overlay))
    if run.contract_orders:
        rows = [contract_row(one) for one in run.contract_orders]
        files[CONTRACT_ORDERS] = text_table(CONTRACT_COLUMNS, rows)
    drawings = rebalance_charts(run.proposal, points)
    files |= {f"{name}.svg": one.svg for name, one in drawings.items()}
    write_folder(out, files, results=RESULTS)
    return run


def _manifest(run: RebalanceRun) -> dict[str, Any]:
    """What went in.  ``cash_floors`` is what groups of accounts must keep together, in dollars."""
    record = run.plan.prepared.books.record
    asked = run.asked
    return {
        "kind": str(RunKind.REBALANCE),
        "engine_version": __version__,
        "rules_version": RULES_VERSION,
        "book": record.name,
        "household": run.proposal.household,
        "as_of": run.proposal.as_of.isoformat(),
        "asked": {
            "cash": asked.deposit,
            "withdraw": asked.withdraw,
            "by": "" if asked.by is None else asked.by.isoformat(),
            "account": asked.account or "",
            "objective": str(asked.objective),
            "risk_model": asked.risk_model,
            "tranches": asked.tranches,
            "schedule": asked.schedule,
            "overlay": asked.overlay,
        },
        "cash_floors": [
            {"accounts": list(group), "amount": dollars(cents)}
            for group, cents in run.question.cash.floors.items()
        ],
        "inputs": record.hashes,
    }
