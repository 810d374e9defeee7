"""Classes that a rebalance leaves outside their bands, and the overrides that keep them there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taxlots.domain.trade_override import TradeAction, TradeOverride
from taxlots.plan.rebalance.proposal import ClassWeights
from taxlots.plan.trade_overrides import said_of
from taxlots.workflows.household_plan import HouseholdPlan

NOTICED = 5e-5
"""A hundredth of a percent, as weights are printed."""

KEEPING = (TradeAction.LOCK, TradeAction.EXCLUDE, TradeAction.CAP, TradeAction.FORCE)


def sentences_of_bands(
    plan: HouseholdPlan, classes: Sequence[ClassWeights], applied: Sequence[TradeOverride]
) -> Iterator[str]:
    """For each class that an override is about: how far outside its band the plan leaves it."""
    for one in classes:
        side = "above" if one.after > one.high + NOTICED else "below"
        if one.low - NOTICED <= one.after <= one.high + NOTICED:
            continue
        mine = [
            said_of(o)
            for o in applied
            if o.action in KEEPING and plan.sleeves.name_of(o.symbol) == one.name
        ]
        if mine:
            yield (
                f"{one.name} ends at {100 * one.after:.2f} %, {side} its band of"
                f" {100 * one.low:.2f} to {100 * one.high:.2f} %, the nearest that"
                f" {'; '.join(mine)} lets it come"
            )
