"""The budget that a book states, and what a return has realized of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from taxlots.book.return_income import capital_items
from taxlots.plan.budgets import Budget, from_mapping

if TYPE_CHECKING:
    from taxlots.book.record import Record
    from taxlots.domain.problem import Problem
    from taxlots.workflows.tax import Chain


def stated_budget(record: Record) -> tuple[Budget, list[Problem]]:
    """``[rebalance.budget]`` of a book, and a problem for each key that is wrong."""
    stated = record.rebalance.get("budget", {})
    return from_mapping(stated if isinstance(stated, Mapping) else {"budget": stated})


def realized_so_far(chain: Chain, tax_return: str, year: int) -> tuple[int, int]:
    """The short-term and the long-term net gain of a return's year so far, in cents."""
    items = chain.items(year).get(tax_return)
    return (0, 0) if items is None else capital_items(chain.profiles(year).get(tax_return), items)
