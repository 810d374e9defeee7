"""Limits by volume in a rebalance: ``adv_percent`` of ``[rebalance.plan]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from taxlots.domain.rebalance_terms import PPM, RebalanceTerms
from taxlots.plan.rebalance.positions import Position, held_cents
from taxlots.plan.rebalance.solving import Question, Solution
from taxlots.plan.rebalance.volume_limits import (
    VolumeLimit,
    household_limits,
    left_for_later,
    volume_limits,
    within_volume,
)
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.rebalance_cash import nav_cents


@dataclass(frozen=True, slots=True)
class PlanVolume:
    """The volume limits of a plan, and how many days of volume they are."""

    limits: tuple[VolumeLimit, ...] = ()
    days: int = 1

    def narrowed(self, question: Question) -> Question:
        """The question with the limit on what all accounts trade together."""
        nav = nav_cents(question.positions, question.cash)
        sums = tuple(household_limits(question.positions, self.limits, nav))
        mandate = replace(question.mandate, sums=(*question.mandate.sums, *sums))
        return replace(question, mandate=mandate) if sums else question

    def told(self, question: Question, solution: Solution) -> Iterator[str]:
        """What the limits leave for later looks."""
        traded: dict[str, int] = {}
        for trade in solution.trades:
            name = trade.position.symbol
            traded[name] = traded.get(name, 0) + trade.bought_cents
        goals = _goals(question.positions, question.symbol_weights, solution.household.nav_cents)
        yield from left_for_later(self.limits, traded, goals, days=self.days)


def plan_volume(
    plan: HouseholdPlan, terms: RebalanceTerms, positions: Sequence[Position], nav: int
) -> tuple[PlanVolume, tuple[Position, ...]]:
    """The limits that the terms state, and positions that keep them account by account.

    A security without ``adv`` in ``securities.csv`` has no limit.
    """
    if terms.adv_ppm is None:
        return PlanVolume(), tuple(positions)
    volumes = {
        one.symbol: (plan.index.security(one.symbol).adv or 0) * terms.adv_days for one in positions
    }
    limits = volume_limits(positions, volumes, terms.adv_ppm / PPM, nav)
    return PlanVolume(limits, terms.adv_days), within_volume(positions, limits)


def _goals(positions: Sequence[Position], weights: Mapping[str, float], nav: int) -> dict[str, int]:
    """What targets would have each security change by, in cents."""
    return {
        name: round(weights.get(name, 0.0) * nav) - cents
        for name, cents in held_cents(positions).items()
    }
