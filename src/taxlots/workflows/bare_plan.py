"""Single orders as rows of the files of a harvest."""

from __future__ import annotations

from collections.abc import Sequence

from taxlots.domain.order import Order
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.situation import Situation
from taxlots.reports.harvest_files import tables


def rows_of(
    situation: Situation, *, orders: Sequence[Order] = ()
) -> dict[str, list[dict[str, str]]]:
    """The rows of ``orders.csv``, text cells by column."""
    plan = HarvestPlan(
        as_of=situation.as_of,
        rule=situation.rule,
        accounts=situation.accounts,
        verdicts=(),
        opportunities=(),
        orders=tuple(orders),
        lot_instructions=(),
        restrictions=(),
        switch_backs=(),
    )
    return tables(plan)
