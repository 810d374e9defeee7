"""A page of a plan: tables and sentences for people, JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from taxlots.domain.problem import Problem
from taxlots.reports.plan_figures import listing
from taxlots.reports.terminal import Listing

__all__ = ["PlanPage", "listing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """What a command of planning says: ``listings``, then ``because``, in their order."""

    listings: tuple[Listing, ...]
    json: dict[str, Any]
    because: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
