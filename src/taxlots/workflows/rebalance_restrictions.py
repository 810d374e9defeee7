"""What a rebalance forbids in the weeks after it, by the rule of a harvest."""

from __future__ import annotations

from taxlots.plan.guard import Guard
from taxlots.plan.rebalance.restricted import swaps_of_proposal
from taxlots.plan.restrictions import restrictions_of
from taxlots.plan.situation import index_of
from taxlots.reports.restriction_rows import restriction_rows
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.rebalance import RebalanceRun


def restrictions_of_rebalance(run: RebalanceRun) -> list[dict[str, str]]:
    """The rows of ``restrictions.csv``: what the plan and the journal forbid, and until when."""
    situation, _ = situation_of(run.plan.prepared.books)
    mine = run.proposal.household
    found = restrictions_of(swaps_of_proposal(run.proposal), Guard(index_of(situation)))
    return restriction_rows([one for one in found if one.household == mine])
