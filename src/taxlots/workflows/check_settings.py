"""What is wrong with settings of a book that only plans read: ``[harvest]``, ``[rebalance]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.execution_terms import execution_from
from taxlots.domain.harvest_rule import from_mapping, rules_of_returns
from taxlots.domain.mandate import mandate_from
from taxlots.domain.overlay_terms import overlay_terms_from
from taxlots.domain.problem import Problem
from taxlots.domain.rebalance_keys import WHERE, unknown_classes
from taxlots.domain.rebalance_keys import from_mapping as rebalance_rule
from taxlots.domain.rebalance_terms import terms_from
from taxlots.domain.rebalance_views import views_from
from taxlots.domain.settings import unknown_keys
from taxlots.domain.short_mandate import account_problems
from taxlots.domain.target import targets_from
from taxlots.plan.location.assumptions import location_rule_from
from taxlots.workflows.stated_budget import stated_budget

if TYPE_CHECKING:
    from taxlots.book.record import Record

REBALANCE_TABLES: Final = frozenset(
    {"bands", "budget", "execution", "location", "mandate", "overlay", "plan", "targets", "timing"}
    | {"views"}
)
"""The tables of ``[rebalance]``."""

READERS: Final[tuple[Callable[[Mapping[str, Any]], tuple[object, list[Problem]]], ...]] = (
    terms_from,
    mandate_from,
    views_from,
    location_rule_from,
    execution_from,
    overlay_terms_from,
)
"""What reads each of its tables but budgets, targets, bands and timing."""


def settings_problems(record: Record) -> list[Problem]:
    """A problem for each unknown key and each value that cannot be read.

    ``[policy]`` is not among them: a book with a bad policy cannot be read at all.
    """
    rule, problems = from_mapping(record.harvest)
    returns = {account.tax_return for account in record.accounts}
    return [
        *problems,
        *rules_of_returns(record.harvest, rule, returns)[1],
        *_of_rebalance(record),
    ]


def _of_rebalance(record: Record) -> list[Problem]:
    """Problems of ``[rebalance]``; a class that it names has a target, where the book has any."""
    rule, problems = rebalance_rule(record.rebalance)
    names = {target.name for target in targets_from(record.targets)[0]}
    return [
        *unknown_keys(record.rebalance, REBALANCE_TABLES, WHERE),
        *problems,
        *(unknown_classes(rule, names) if names else []),
        *(problem for read in READERS for problem in read(record.rebalance)[1]),
        *account_problems(mandate_from(record.rebalance)[0].shorts, record.accounts),
        *stated_budget(record)[1],
    ]
