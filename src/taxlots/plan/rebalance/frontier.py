"""The frontier of tracking error against tax: the same household at other aversions to risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from taxlots.plan.rebalance.gated import tax_cents
from taxlots.plan.rebalance.replacements import Replaces
from taxlots.plan.rebalance.solving import Question, solve_household

MULTIPLES: Final = (0.25, 1.0, 4.0, 16.0, 64.0)
"""Of the stated aversion to risk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """One plan: annual tracking error, tax and costs in cents, half of what is traded as a part."""

    risk_aversion: float
    tracking_error: float
    tax_cents: int
    cost_cents: int
    turnover: float


def frontier(
    question: Question, replaces: Replaces, multiples: Sequence[float] = MULTIPLES
) -> tuple[FrontierPoint, ...]:
    """What the household would trade at multiples of its aversion to risk, before the gate."""
    found = []
    for multiple in multiples:
        aversion = question.terms.risk_aversion * multiple
        terms = replace(question.terms, risk_aversion=aversion)
        solution = solve_household(replace(question, terms=terms), replaces, is_rounded=False)
        moved = solution.weights_traded()
        found.append(
            FrontierPoint(
                risk_aversion=aversion,
                tracking_error=solution.household.tracked.tracking_error(moved),
                tax_cents=tax_cents(solution.trades, question.years),
                cost_cents=sum(one.cost_cents for one in solution.trades),
                turnover=float(abs(moved).sum()) / 2,
            )
        )
    return tuple(found)
