"""A harvest within ``[rebalance.budget]``: gain budgets refuse positions, tax budgets tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, Problem, warning
from taxlots.plan.budgets import WHERE, Fit
from taxlots.plan.gain_limits import BudgetedReturn, planned_within
from taxlots.workflows.stated_budget import holdings_cents, realized_so_far, stated_budget
from taxlots.workflows.tax import Chain

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.plan.gain_limits import OverBudget, Planner
    from taxlots.plan.harvest_plan import HarvestPlan
    from taxlots.plan.situation import Situation


def planned_within_budgets(
    plan: Planner, situation: Situation, books: Books
) -> tuple[HarvestPlan, list[Problem]]:
    """The plan for a situation within the budgets that the book states, and what is to be told.

    Without a budget it is the plan as it stands.  Raises DataError where the budget is bad.
    """
    budget, problems = stated_budget(books.record)
    if problems:
        raise DataError(problems)
    if not budget.is_stated:
        return plan(situation), []
    proposal, over = planned_within(plan, situation, budget, budgeted_returns(books, situation))
    return proposal, [_told(one) for one in over]


def budgeted_returns(books: Books, situation: Situation) -> dict[str, BudgetedReturn]:
    """Each return of a book with its year so far, and its taxable holdings at the last closes."""
    chain, year = Chain(books), date_of(books.as_of).year
    return {
        name: BudgetedReturn(
            year=situation.years.get(name),
            realized_cents=realized_so_far(chain, name, year),
            holdings_cents=value,
        )
        for name, value in holdings_cents(books).items()
    }


def _told(one: OverBudget) -> Problem:
    account, symbol = one.position
    over = ", ".join(f"{key} by {dollars(cents)}" for key, cents in one.sale.over.items())
    if one.sale.fit is Fit.REFUSED:
        return warning(
            f"{WHERE}:{symbol}",
            "OVER_GAIN_BUDGET",
            f"{symbol} in {account} would be sold as a whole, beyond the budget of"
            f" {one.tax_return} ({over}); it is left.",
            "Raise the budget, or let the harvest sell loss lots alone (sell).",
        )
    return warning(
        f"{WHERE}:{symbol}",
        "OVER_TAX_BUDGET",
        f"{symbol} in {account} is sold as a whole, beyond the budget of {one.tax_return}: {over}.",
        "Nothing stops it: take the order out, or raise the budget.",
    )
