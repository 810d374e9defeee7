"""Recording a rebalance: the plan, its orders and what they rest on go into the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from taxlots.domain.harvest_run import HarvestRun, RunKind, RunOrder
from taxlots.plan.rebalance.session_orders import session_orders
from taxlots.reports.contract_orders import CONTRACT_ORDERS, contract_row
from taxlots.reports.folders import MANIFEST
from taxlots.reports.rebalance_columns import LATER_ORDERS, PLAN
from taxlots.reports.rebalance_rows import later_rows, tables_of_rebalance
from taxlots.reports.rebalance_schedule import first_orders
from taxlots.workflows.gather import require_database
from taxlots.workflows.rebalance import RebalanceRun
from taxlots.workflows.rebalance_asked import RebalanceAsked
from taxlots.workflows.rebalance_files import write_rebalance
from taxlots.workflows.run_ledger import (
    ORDERS,
    Lines,
    require_name,
    run_of_files,
    run_order,
    with_hashes,
)
from taxlots.workflows.run_lines import plan_lines, result_of
from taxlots.workflows.standing_exclusions import carry_exclusions


@dataclass(frozen=True, slots=True)
class RecordedRebalance:
    """A rebalance, the run that it became, and whether that run is new."""

    rebalance: RebalanceRun
    run: HarvestRun
    is_new: bool


def record_rebalance(
    book: str,
    out: Path,
    asked: RebalanceAsked | None = None,
    *,
    by: str,
    now: datetime,
    as_of: date | None = None,
) -> RecordedRebalance:
    """Plan a rebalance, write its files, and record it in the book's database, whole or not at all.

    Planning again what is recorded already records nothing new.  Sales of lots that an earlier
    run's override takes out for longer are taken out.  Raises UsageError for a folder, a blank
    name, what cannot be asked so, and a book that changed meanwhile; DataError where the book has
    errors.
    """
    require_database(book)
    require_name(by, "who records the rebalance")
    from taxlots.ledger.harvest_runs import record_harvest_run
    from taxlots.ledger.migrate import open_ledger

    ledger = open_ledger(book)
    planned = write_rebalance(book, out, asked, as_of=as_of)
    plan: dict[str, Any] = json.loads((out / PLAN).read_text(encoding="utf-8"))
    first = first_orders(planned.proposal, planned.schedule)
    files = {
        **tables_of_rebalance(planned.proposal, first, plan["restrictions"]),
        PLAN: plan_lines(plan),
    }
    if later := later_rows(planned.proposal, planned.schedule):
        files[LATER_ORDERS] = later
    if planned.contract_orders:
        files[CONTRACT_ORDERS] = [contract_row(one) for one in planned.contract_orders]
    manifest = with_hashes(out / MANIFEST, files)
    lines = {
        result_of(name): rows
        for name, rows in files.items()
        if name not in (ORDERS, LATER_ORDERS, CONTRACT_ORDERS)
    }
    run = _run(planned, files, manifest)
    kept, is_new = record_harvest_run(ledger, run, lines, recorded_at=now, actor=by)
    carry_exclusions(ledger, kept, now=now)
    return RecordedRebalance(planned, kept, is_new)


def _run(planned: RebalanceRun, files: Lines, manifest: str) -> HarvestRun:
    run = run_of_files(
        planned.plan.prepared.books.record,
        files,
        manifest,
        as_of=planned.proposal.as_of,
        checkers_apart=planned.plan.situation.rule.checkers_apart,
    )
    return replace(run, kind=RunKind.REBALANCE, orders=tuple(_orders(planned, files)))


def _orders(planned: RebalanceRun, files: Lines) -> list[RunOrder]:
    """The orders of every session, each with its day where there are several; contracts last."""
    cells = [*files[ORDERS], *files.get(LATER_ORDERS, ())]
    found = session_orders(planned.proposal, planned.schedule)
    orders = [
        replace(run_order(one.order.household, _undated(row)), session=one.session)
        for one, row in zip(found, cells, strict=True)
    ]
    return [*orders, *_contracts(planned, files)]


def _contracts(planned: RebalanceRun, files: Lines) -> list[RunOrder]:
    """The orders for contracts, which are traded in the first session."""
    session = None if planned.schedule is None else planned.schedule.first_day
    return [
        replace(run_order(one.account.household, {**row, "lot_id": ""}), cells=row, session=session)
        for one, row in zip(planned.contract_orders, files.get(CONTRACT_ORDERS, ()), strict=True)
    ]


def _undated(row: Mapping[str, str]) -> dict[str, str]:
    """The row of an order without its day, which stands beside its cells."""
    return {name: cell for name, cell in row.items() if name != "date"}
