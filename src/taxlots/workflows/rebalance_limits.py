"""What limits a rebalance as a whole: its terms, and the budgets of gains that a book states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taxlots.domain.mandate import StatedMandate
from taxlots.domain.problem import DataError, Severity, UsageError
from taxlots.domain.rebalance_terms import PPM, RebalanceTerms
from taxlots.plan.gain_budgets import capped_gains
from taxlots.plan.rebalance.household_portfolio import Objective, main_return_of
from taxlots.plan.rebalance.objectives import Objectives
from taxlots.plan.rebalance.plan_limits import PlanLimits
from taxlots.plan.rebalance.positions import Position
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.stated_budget import realized_so_far, stated_budget
from taxlots.workflows.tax import Chain


def _check_caps(terms: RebalanceTerms, objectives: Objectives) -> None:
    """Raises UsageError for a cap that the objective cannot be held to."""
    if terms.tracking_error_ppm is not None and objectives.risk is Objective.VARIANCE:
        raise UsageError(
            "--objective variance weighs the risk of all that is held, and tracking_error_percent"
            " of book.toml caps that of the difference from the targets; leave one of them out"
        )


def limits_of_plan(
    plan: HouseholdPlan,
    terms: RebalanceTerms,
    positions: Sequence[Position],
    objectives: Objectives,
    stated: StatedMandate,
) -> PlanLimits:
    """The caps of a plan: what the budgets of ``[rebalance.budget]`` leave, and those of terms.

    The tax of the mandate that is ``stated`` is one of them.

    A budget is that of each return; a plan is held to that of the return that holds most.  What a
    year has realized beyond it cannot be undone: then no further net gain is allowed.  Raises
    DataError for a budget that cannot be read, UsageError for a cap beside another risk.
    """
    _check_caps(terms, objectives)
    budget, problems = stated_budget(plan.prepared.books.record)
    if any(one.severity is Severity.ERROR for one in problems):
        raise DataError(problems)
    main = main_return_of(positions, plan.situation.years)
    short, long = 0, 0
    if budget.is_stated and main:
        short, long = realized_so_far(Chain(plan.prepared.books), main, plan.as_of.year)
    left: dict[str, Any] = {
        one.field: max(0, most - one.used(short, long)) for one, most in capped_gains(budget)
    }
    turnover, error = terms.turnover_ppm, terms.tracking_error_ppm
    return PlanLimits(
        turnover=None if turnover is None else turnover / PPM,
        tracking_error=None if error is None else error / PPM,
        tax_cents=stated.tax_cents,
        **left,
    )
