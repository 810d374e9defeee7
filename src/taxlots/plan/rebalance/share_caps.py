"""Caps of a plan that whole shares may be too large to keep: turnover and tracking error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from taxlots.domain.problem import Problem, error
from taxlots.domain.rebalance_terms import WHERE
from taxlots.plan.optimizer.cap_kinds import rounded_up
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.rebalance.plan_limits import CAP_CANNOT_BE_KEPT, PlanLimits
from taxlots.plan.rebalance.whole_trades import Trade, weights_of

NOTICED_ERROR: Final = 1e-6
"""Of tracking error: what is less is no part of a hundredth of a percent."""


def beyond_caps(
    limits: PlanLimits, household: HouseholdPortfolio, trades: Sequence[Trade]
) -> dict[str, float]:
    """By how much trades are beyond each cap that they do not keep, as parts of the household."""
    found = {}
    if limits.turnover is not None:
        traded = sum(one.equity_cents for one in trades) / household.nav_cents
        found["turnover"] = traded - limits.turnover
    if limits.tracking_error is not None:
        after = household.tracked.tracking_error(weights_of(household, trades))
        found["tracking_error"] = after - limits.tracking_error - NOTICED_ERROR
    return {name: over for name, over in found.items() if over > 0}


def tightened_caps(solved: PlanLimits, excess: Mapping[str, float]) -> PlanLimits | None:
    """The limits to solve again with, where shares took a plan beyond its caps.

    ``solved`` are those that the trades were solved with.  Each round takes away twice what was too
    much; None where there is nothing left to take away.
    """
    found: dict[str, Any] = {
        name: getattr(solved, name) - 2 * over for name, over in excess.items()
    }
    return None if any(cap < 0 for cap in found.values()) else replace(solved, **found)


def told_of_shares(limits: PlanLimits, excess: Mapping[str, float]) -> tuple[Problem, ...]:
    """A problem for each cap that no plan in shares was found to keep."""
    return tuple(
        error(
            f"{WHERE}:{name}_percent",
            CAP_CANNOT_BE_KEPT,
            f"in whole shares and lots {name.replace('_', ' ')} of at most"
            f" {rounded_up(100 * getattr(limits, name)):.4g} % is not kept",
            f"allow {rounded_up(100 * (getattr(limits, name) + over)):.4g} %, as the plan shown"
            " has, or fractions of shares",
        )
        for name, over in excess.items()
    )
