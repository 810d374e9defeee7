"""Selections of lots as text: rows for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.plan.budgets import BudgetCheck
from taxlots.plan.selection import Selection


def lot_rows(selection: Selection) -> list[dict[str, str]]:
    """A row a piece of a lot, in the order of relief."""
    rows = []
    for place, one in enumerate(selection.outcomes):
        cost = selection.costs[place] if selection.costs else None
        rows.append(
            {
                "lot_id": one.lot_id,
                "acquired_date": date_of(one.acquired).isoformat(),
                "term": "LT" if one.is_long else "ST",
                "days_to_long_term": str(one.days_to_long_term),
                "quantity": shares(one.quantity),
                "cost_basis": dollars(one.basis_cents),
                "proceeds": dollars(one.proceeds_cents),
                "gain": dollars(one.gain_cents),
                "disallowed": dollars(one.disallowed_cents),
                "permanently_disallowed": dollars(one.permanent_cents),
                "tax": "" if cost is None else dollars(cost.now_cents),
                "tax_later": "" if cost is None else dollars(cost.later_cents),
            }
        )
    return rows


def total_of(selection: Selection) -> dict[str, str]:
    """The sums of a selection; blank taxes where nothing is known of them."""
    outcomes, costs = selection.outcomes, selection.costs
    proceeds = sum(one.proceeds_cents for one in outcomes)
    now = sum(cost.now_cents for cost in costs)
    bound = selection.bound_cents
    return {
        "quantity": shares(sum(one.quantity for one in outcomes)),
        "cost_basis": dollars(sum(one.basis_cents for one in outcomes)),
        "proceeds": dollars(proceeds),
        "gain": dollars(sum(one.gain_cents for one in outcomes)),
        "short_term": dollars(selection.gain_cents(is_long=False)),
        "long_term": dollars(selection.gain_cents(is_long=True)),
        "disallowed": dollars(sum(one.disallowed_cents for one in outcomes)),
        "permanently_disallowed": dollars(sum(one.permanent_cents for one in outcomes)),
        "tax": dollars(now) if costs else "",
        "tax_later": dollars(sum(cost.later_cents for cost in costs)) if costs else "",
        "after_tax_proceeds": dollars(proceeds - now) if costs else "",
        "bound": dollars_if_known(bound),
    }


def selection_json(selection: Selection) -> dict[str, Any]:
    """What ``taxlots select --json`` prints of one method."""
    return {
        "method": selection.method,
        "lots": lot_rows(selection),
        "total": total_of(selection),
        "order": selection.lots,
    }


def budget_json(check: BudgetCheck) -> dict[str, Any]:
    """A selection against the budget of its return: ``over`` has each key that is exceeded."""
    (sale,) = check.sales
    by_now, of_year = check.tax_by_cents, check.tax_year_cents
    return {
        "fit": str(sale.fit),
        "over": {key: dollars(cents) for key, cents in sale.over.items()},
        "short_term_so_far": dollars(check.short_cents),
        "long_term_so_far": dollars(check.long_cents),
        "tax_so_far": dollars(check.tax_used_cents),
        "tax_budget_by_now": dollars_if_known(by_now),
        "tax_budget": dollars_if_known(of_year),
    }


def selections_json(
    selections: Sequence[Selection], budgets: Sequence[BudgetCheck]
) -> list[dict[str, Any]]:
    """What ``taxlots select --json`` prints of each method; ``budget`` where the book has one."""
    found = [selection_json(one) for one in selections]
    for one, check in zip(found, budgets, strict=False):
        one["budget"] = budget_json(check)
    return found


def bound_sentence(selection: Selection) -> str:
    """How far the selection may be from the least tax; blank where no bound was looked for."""
    cost, bound = selection.cost_cents, selection.bound_cents
    if cost is None or bound is None:
        return ""
    gap = cost - bound
    if gap <= 2 * len(selection.outcomes) + 2:
        return "No choice of lots costs less tax, to the rounding of its cents: this is proven."
    return f"No choice of lots can cost more than {dollars(gap)} less tax than this one."
