"""A page of a plan: tables and sentences for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from taxlots.domain.problem import Problem
from taxlots.reports.plan_figures import listing
from taxlots.reports.terminal import Listing

__all__ = ["PlanPage", "listing", "told_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """What a command of planning says: ``listings``, then ``because``, in their order."""

    listings: tuple[Listing, ...]
    json: dict[str, Any]
    because: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def told_page(
    listings: tuple[Listing, ...],
    json: dict[str, Any],
    because: Sequence[str],
    problems: Iterable[Problem],
) -> PlanPage:
    """A page whose JSON has the sentences too, as ``because`` at its end."""
    return PlanPage(
        listings=listings,
        json=json | {"because": list(because)},
        because=tuple(because),
        problems=tuple(problems),
    )
