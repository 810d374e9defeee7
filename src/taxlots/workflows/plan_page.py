"""A page of a plan: tables for people, JSON for programs, and what the figures rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taxlots.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class PlanTable:
    """One table: ``columns`` maps keys of ``rows`` to headings; ``texts`` are not right-aligned."""

    title: str
    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, str]]
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """What a command of planning says."""

    tables: tuple[PlanTable, ...]
    json: dict[str, Any]
    because: tuple[str, ...]
    problems: tuple[Problem, ...]
