"""The harvest: which losses to realize today, what to buy instead, and what to leave alone."""

from taxlots.plan.decision import verdicts_of
from taxlots.plan.goals import returns_of
from taxlots.plan.guard import Guard
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.orders import lot_instructions_of, orders_of, swaps_of
from taxlots.plan.restrictions import restrictions_of
from taxlots.plan.situation import Situation, index_of
from taxlots.plan.switch_back import switch_backs_of


def plan(situation: Situation) -> HarvestPlan:
    """Propose which losses to harvest on the as-of date, and what to buy instead.

    Trades are taken to happen on the as-of date at the closes of the quotes.  The same situation
    always gives the same plan.
    """
    index = index_of(situation)
    guard = Guard(index)
    verdicts = verdicts_of(guard)
    opportunities = sorted(
        (verdict for verdict in verdicts if verdict.opportunity),
        key=lambda v: (
            index.household_places[v.lot.household],
            v.lot.symbol,
            v.lot.account,
            v.lot.rank,
        ),
    )
    swaps = swaps_of(verdicts, index)
    orders = orders_of(swaps, index)
    restrictions = restrictions_of(swaps, guard)
    return HarvestPlan(
        as_of=situation.as_of,
        rule=situation.rule,
        rules=dict(situation.rules),
        returns=returns_of(verdicts, index),
        accounts=situation.accounts,
        verdicts=tuple(verdicts),
        opportunities=tuple(opportunities),
        orders=orders,
        lot_instructions=lot_instructions_of(orders),
        restrictions=restrictions,
        switch_backs=switch_backs_of(swaps, verdicts, restrictions, index),
    )
