"""What of a household is to be cash after a rebalance, and how its plan weighs things."""

from __future__ import annotations

from collections.abc import Iterable

from taxlots.domain.rebalance_terms import PPM, RebalanceTerms
from taxlots.plan.rebalance.household_portfolio import CashNeeds, Objective, PlanTerms
from taxlots.plan.rebalance.positions import Position
from taxlots.workflows.rebalance_positions import Positions


def plan_terms(terms: RebalanceTerms, cash_target: float, objective: Objective) -> PlanTerms:
    """The terms of a book's plans as the optimizer takes them."""
    return PlanTerms(
        risk_aversion=terms.risk_aversion_ppm / PPM,
        horizon_years=terms.horizon_ppm / PPM,
        cash_target=cash_target,
        cash_drag=terms.cash_drag_ppm / PPM,
        objective=objective,
    )


def cash_target_of(
    terms: RebalanceTerms, positions: Positions, cash: CashNeeds, scaled_part: float
) -> float:
    """The part that is to be cash: what is taken out, and the target of what is left.

    ``scaled_part`` of what is to be invested is cash too, by the volatility target.
    """
    nav = nav_cents(positions.every, cash)
    needed = min(sum(cash.floors.values()), nav)
    usual = terms.cash_ppm / PPM
    return (needed + (usual + scaled_part * (1 - usual)) * (nav - needed)) / nav


def nav_cents(positions: Iterable[Position], cash: CashNeeds) -> int:
    """All that the household holds, cash included."""
    return sum(one.value_cents for one in positions) + sum(cash.held_cents.values())
