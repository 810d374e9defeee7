"""What a harvest comes to on each tax return, as people read it."""

from collections import Counter

from taxlots.domain.money import dollars, dollars_if_known
from taxlots.plan.harvest_plan import HarvestPlan, ReturnHarvest


def return_rows(plan: HarvestPlan) -> list[dict[str, str]]:
    """A row of text cells for each tax return; blank where nobody can say.

    ``present_value`` is that of all lots that are sold: tax saved now and later, less the later
    tax on the lower basis and the costs.
    """
    returns = {account.id: account.tax_return for account in plan.accounts}
    worth: Counter[str] = Counter()
    for verdict in plan.opportunities:
        sold = verdict.opportunity
        if sold is not None and sold.value is not None and verdict.reason.is_harvest:
            worth[returns[verdict.lot.account]] += sold.value.present_cents
    return [
        {
            "tax_return": one.tax_return,
            "goal": str(one.goal),
            "wanted": dollars_if_known(one.wanted_cents),
            "taken": dollars(one.short_cents + one.long_cents),
            "reached": _reached(one),
            "tax_saved": dollars_if_known(one.saved_cents),
            "carried": dollars_if_known(one.carried_cents),
            "present_value": "" if one.saved_cents is None else dollars(worth[one.tax_return]),
        }
        for one in plan.returns
    ]


def _reached(one: ReturnHarvest) -> str:
    """Whether the goal is met; blank without one."""
    if one.wanted_cents is None:
        return ""
    missing = one.wanted_cents - one.short_cents - one.long_cents
    return "yes" if missing <= 0 else f"{dollars(missing)} short"
