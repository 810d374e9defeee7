"""What a rebalance forbids in the weeks after it, by the rule of a harvest."""

from __future__ import annotations

from taxlots.domain.restriction import Restriction
from taxlots.plan.guard import Guard
from taxlots.plan.rebalance.proposal import Proposal
from taxlots.plan.rebalance.restricted import swaps_of_proposal
from taxlots.plan.rebalance.trade_schedule import TradeSchedule, of_day
from taxlots.plan.restrictions import restrictions_by_day, restrictions_of
from taxlots.plan.situation import Situation, index_of
from taxlots.reports.restriction_rows import restriction_rows
from taxlots.workflows.rebalance import RebalanceRun


def restrictions_of_rebalance(run: RebalanceRun) -> list[dict[str, str]]:
    """The rows of ``restrictions.csv``: what the plan and the journal forbid, and until when."""
    situation = run.plan.prepared.situation
    mine = run.proposal.household
    if run.schedule is None:
        found = restrictions_of(swaps_of_proposal(run.proposal), Guard(index_of(situation)))
    else:
        found = _of_schedule(run.proposal, run.schedule, situation)
    return restriction_rows([one for one in found if one.household == mine])


def _of_schedule(
    proposal: Proposal, schedule: TradeSchedule, situation: Situation
) -> tuple[Restriction, ...]:
    days = dict.fromkeys([situation.as_of, *(one.day for one in schedule.trades)])
    return restrictions_by_day(
        {day: swaps_of_proposal(of_day(proposal, schedule, day)) for day in days}, situation
    )
