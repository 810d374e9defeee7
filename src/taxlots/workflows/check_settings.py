"""What is wrong with the settings of a book that only plans read: ``[harvest]`` and budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taxlots.domain.harvest_rule import from_mapping, rules_of_returns
from taxlots.workflows.stated_budget import stated_budget

if TYPE_CHECKING:
    from taxlots.book.record import Record
    from taxlots.domain.problem import Problem


def settings_problems(record: Record) -> list[Problem]:
    """A problem for each unknown key and each value that cannot be read.

    ``[policy]`` is not among them: a book with a bad policy cannot be read at all.
    """
    rule, problems = from_mapping(record.harvest)
    returns = {account.tax_return for account in record.accounts}
    return [
        *problems,
        *rules_of_returns(record.harvest, rule, returns)[1],
        *stated_budget(record)[1],
    ]
