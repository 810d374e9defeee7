"""Classes of a rebalance: where drift sends them, their bands, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator

from taxlots.plan.rebalance.household_portfolio import Band
from taxlots.plan.rebalance.positions import symbol_weights
from taxlots.plan.rebalance.proposal import ClassWeights
from taxlots.plan.rebalance.solving import Solution
from taxlots.reports.drift import DriftLine, HouseholdDrift
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.rebalance_positions import Positions


def illiquid_classes(drifted: HouseholdDrift) -> frozenset[str]:
    """The classes that are traded in windows and at capital calls alone."""
    return frozenset(line.name for line in drifted.lines if line.is_illiquid)


def class_weights(
    plan: HouseholdPlan, drifted: HouseholdDrift, solution: Solution, *, invested: float
) -> Iterator[ClassWeights]:
    """Each class before and after, as parts of the household with its cash."""
    household = solution.household
    sleeves = [plan.sleeves.names[plan.sleeves.place(one.symbol)] for one in household.positions]
    moved = solution.weights_traded()
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    for place, name in enumerate(sleeves):
        weight = household.positions[place].value_cents / household.nav_cents
        before[name] = before.get(name, 0.0) + weight
        after[name] = after.get(name, 0.0) + weight + float(moved[place])
    for line in _leaves(drifted):
        yield ClassWeights(
            name=line.name,
            target=line.target * invested,
            low=line.low * invested,
            high=line.high * invested,
            side=line.side,
            wanted=line.destination * invested,
            before=before.get(line.name, 0.0),
            after=after.get(line.name, 0.0),
        )


def _leaves(drifted: HouseholdDrift) -> list[DriftLine]:
    """The classes that nothing stands below."""
    parents = {line.parent for line in drifted.lines}
    return [line for line in drifted.lines if line.name not in parents]


def wanted_weights(
    plan: HouseholdPlan, drifted: HouseholdDrift, positions: Positions, *, invested: float
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Where the bands send each class, as weights of its securities; the rest is cash."""
    leaves = {line.name: line.destination for line in _leaves(drifted)}
    total = sum(leaves.values()) or 1.0
    held: dict[str, int] = {}
    for one in positions.seen:
        held[one.symbol] = held.get(one.symbol, 0) + one.value_cents
    sleeve_of = {one: plan.sleeves.names[plan.sleeves.place(one)] for one in held}
    choices: dict[str, list[str]] = {}
    for symbol, cents in held.items():
        if not cents:
            choices.setdefault(sleeve_of[symbol], []).append(symbol)
    wanted = {name: invested * weight / total for name, weight in leaves.items()}
    return symbol_weights(wanted, held, sleeve_of, choices)


def bands_of(
    plan: HouseholdPlan, drifted: HouseholdDrift, positions: Positions, *, invested: float
) -> dict[str, Band]:
    """The bands of the classes that nothing stands below, as parts of the household."""
    symbols: dict[str, set[str]] = {}
    for one in positions.seen:
        name = plan.sleeves.names[plan.sleeves.place(one.symbol)]
        symbols.setdefault(name, set()).add(one.symbol)
    return {
        line.name: Band(
            frozenset(symbols.get(line.name, ())), line.low * invested, line.high * invested
        )
        for line in _leaves(drifted)
    }
