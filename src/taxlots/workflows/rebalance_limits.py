"""What limits a rebalance as a whole: its terms, and the budgets of gains that a book states."""

from __future__ import annotations

from collections.abc import Sequence

from taxlots.domain.problem import DataError, Severity
from taxlots.domain.rebalance_terms import PPM, RebalanceTerms
from taxlots.plan.rebalance.household_portfolio import main_return_of
from taxlots.plan.rebalance.plan_limits import PlanLimits
from taxlots.plan.rebalance.positions import Position
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.stated_budget import realized_so_far, stated_budget
from taxlots.workflows.tax import Chain


def limits_of_plan(
    plan: HouseholdPlan, terms: RebalanceTerms, positions: Sequence[Position]
) -> PlanLimits:
    """The caps of a plan: what the budgets of ``[rebalance.budget]`` leave, and those of terms.

    A budget is that of each return; a plan is held to that of the return that holds most.  What a
    year has realized beyond it cannot be undone: then no further net gain is allowed.  Raises
    DataError for a budget that cannot be read.
    """
    budget, problems = stated_budget(plan.prepared.books.record)
    if any(one.severity is Severity.ERROR for one in problems):
        raise DataError(problems)
    main = main_return_of(positions, plan.situation.years)
    short, long = 0, 0
    if budget.is_stated and main:
        short, long = realized_so_far(Chain(plan.prepared.books), main, plan.as_of.year)

    def left(most: int | None, so_far: int) -> int | None:
        return None if most is None else max(0, most - so_far)

    turnover, error = terms.turnover_ppm, terms.tracking_error_ppm
    return PlanLimits(
        turnover=None if turnover is None else turnover / PPM,
        tracking_error=None if error is None else error / PPM,
        short_gain_cents=left(budget.short_gain_cents, short),
        long_gain_cents=left(budget.long_gain_cents, long),
        gain_cents=left(budget.gain_cents, short + long),
    )
