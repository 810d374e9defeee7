"""A rebalance as JSON, alike in ``plan.json``, on the command line and in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taxlots.plan.rebalance.frontier import FrontierPoint
from taxlots.reports.contract_orders import contract_row
from taxlots.reports.rebalance_files import plan_json
from taxlots.reports.rebalance_schedule import schedule_json
from taxlots.workflows.rebalance import RebalanceRun
from taxlots.workflows.rebalance_restrictions import restrictions_of_rebalance
from taxlots.workflows.short_cash import short_positions_json


def rebalance_json(run: RebalanceRun, frontier: Sequence[FrontierPoint] = ()) -> dict[str, Any]:
    """The plan with its restrictions, overlay and schedule; ``plan.json`` has a frontier too."""
    restrictions = restrictions_of_rebalance(run)
    found = plan_json(run.proposal, frontier, restrictions, run.overlay)
    contracts = [contract_row(one) for one in run.contract_orders]
    told = {"contract_orders": contracts} if contracts else {}
    return found | short_positions_json(run) | schedule_json(run.schedule) | told
