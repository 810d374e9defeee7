"""Caps that clash: a plan is made again within the nearest caps, and those that gave are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil, sqrt
from typing import Any, Final

from taxlots.domain.problem import Problem
from taxlots.plan.gain_budgets import capped_gains
from taxlots.plan.rebalance.mandated import Mandated
from taxlots.plan.rebalance.plan_limits import CAP_CANNOT_BE_KEPT, PlanLimits
from taxlots.plan.rebalance.solving import Question

MOST_ROUNDS: Final = 3
"""Each round raises a cap; there are seldom more than two that clash."""


def within_nearest_caps(question: Question, planner: Callable[[Question], Mandated]) -> Mandated:
    """The plan of a question, or of the same one with the nearest caps that can be kept together.

    Shares, gate and mandate then keep the raised caps as they would keep stated ones.  What had to
    give is told in the problems of the optimum.  Raises DataError as ``planner`` does.
    """
    mandated = planner(question)
    told: list[Problem] = []
    for _ in range(MOST_ROUNDS):
        optimum = mandated.solution.optimum
        nearest = raised(question.limits, optimum.lifted, mandated.solution.household.nav_cents)
        if nearest == question.limits:
            break
        told += [
            one
            for one in optimum.problems
            if one.code == CAP_CANNOT_BE_KEPT and one.where in optimum.lifted
        ]
        question = replace(question, limits=nearest)
        mandated = planner(question)
    if not told:
        return mandated
    solution = mandated.solution
    problems = dict.fromkeys((*told, *solution.optimum.problems))
    optimum = replace(solution.optimum, problems=tuple(problems))
    return replace(mandated, solution=replace(solution, optimum=optimum))


def raised(limits: PlanLimits, lifted: Mapping[str, float], nav_cents: int) -> PlanLimits:
    """The limits with each cap that is ``lifted`` at no less than that, in the cap's own unit.

    The tax of this year is no cap of its own here: it is kept through gains.
    """
    found: dict[str, Any] = {}
    if "turnover" in lifted and limits.turnover is not None:
        found["turnover"] = max(limits.turnover, lifted["turnover"])
    if "tracking error" in lifted and limits.tracking_error is not None:
        found["tracking_error"] = max(limits.tracking_error, sqrt(2 * lifted["tracking error"]))
    for one, cents in capped_gains(limits):
        if one.cap in lifted:
            found[one.field] = max(cents, ceil(lifted[one.cap] * nav_cents))
    return replace(limits, **found)
