"""What a rebalance weighs, as terms that compose: a risk, expected shortfall, views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taxlots.domain.problem import UsageError
from taxlots.plan.rebalance.household_portfolio import Objective

SHORTFALL: Final = "cvar"
VIEWS: Final = "views"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objectives:
    """Whose risk is weighed, and whether expected shortfall and views are."""

    risk: Objective = Objective.TRACKING
    has_shortfall: bool = False
    has_views: bool = False


def objectives_of(text: str) -> Objectives:
    """The terms of an objective, as ``variance+views``; without a risk it is that of tracking.

    Raises UsageError for a term that there is not, and for two risks at once.
    """
    terms = [one.strip() for one in text.split("+")]
    risks = [one for one in terms if one in set(Objective)]
    unknown = [one for one in terms if one not in {*Objective, SHORTFALL, VIEWS}]
    if unknown:
        choices = ", ".join([*Objective, SHORTFALL, VIEWS])
        raise UsageError(
            f"there is no objective {unknown[0]!r}; use one of {choices}, or several with +"
        )
    if len(risks) > 1:
        raise UsageError(f"{' and '.join(risks)} are different risks; weigh one of them at a time")
    return Objectives(
        risk=Objective(risks[0]) if risks else Objective.TRACKING,
        has_shortfall=SHORTFALL in terms,
        has_views=VIEWS in terms,
    )
