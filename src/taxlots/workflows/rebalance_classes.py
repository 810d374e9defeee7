"""Classes of a rebalance: where drift sends them, their bands, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from taxlots.plan.rebalance.class_goals import ClassGoal, ClassState, class_goals
from taxlots.plan.rebalance.positions import held_cents, symbol_weights
from taxlots.plan.rebalance.proposal import ClassWeights
from taxlots.plan.rebalance.solving import Solution
from taxlots.reports.drift import DriftLine, HouseholdDrift
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.rebalance_positions import Positions


def illiquid_classes(drifted: HouseholdDrift) -> frozenset[str]:
    """The classes that are traded in windows and at capital calls alone."""
    return frozenset(line.name for line in drifted.lines if line.is_illiquid)


def goals_of(
    plan: HouseholdPlan,
    drifted: HouseholdDrift,
    positions: Positions,
    *,
    nav_cents: int,
    invested: float,
) -> dict[str, ClassGoal]:
    """Where the classes that nothing stands below go, and the bands that they keep.

    On a day on which nobody looks at the bands a class stays where it is, but for flows.
    """
    symbols: dict[str, set[str]] = {}
    held: dict[str, int] = {}
    for one in positions.seen:
        name = plan.sleeves.name_of(one.symbol)
        symbols.setdefault(name, set()).add(one.symbol)
        held[name] = held.get(name, 0) + one.value_cents
    states = [
        ClassState(
            name=line.name,
            symbols=frozenset(symbols.get(line.name, ())),
            held_cents=held.get(line.name, 0),
            goal=line.destination if drifted.is_looked_at else line.weight,
            target=line.target,
            low=line.low,
            high=line.high,
            buys_to=line.buys_to,
            sells_to=line.sells_to,
            is_closed=line.is_illiquid or line.sells_to is not None,
        )
        for line in leaves(drifted)
    ]
    return class_goals(states, nav_cents, invested)


def drained_securities(
    drifted: HouseholdDrift, goals: Mapping[str, ClassGoal], positions: Positions, nav_cents: int
) -> frozenset[str]:
    """Securities of the classes that a withdrawal comes from, on a day without a look at bands."""
    if drifted.is_looked_at:
        return frozenset()
    held: dict[str, int] = {}
    for one in positions.seen:
        held[one.symbol] = held.get(one.symbol, 0) + one.value_cents
    return frozenset(
        symbol
        for goal in goals.values()
        if round(goal.wanted * nav_cents) < sum(held.get(one, 0) for one in goal.band.symbols)
        for symbol in goal.band.symbols
    )


def class_weights(
    plan: HouseholdPlan,
    drifted: HouseholdDrift,
    goals: Mapping[str, ClassGoal],
    solution: Solution,
    *,
    invested: float,
) -> tuple[ClassWeights, ...]:
    """Each class before and after, as parts of the household with its cash."""
    household = solution.household
    sleeves = [plan.sleeves.name_of(one.symbol) for one in household.positions]
    moved = solution.weights_traded()
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    for place, name in enumerate(sleeves):
        if household.positions[place].short:
            continue
        weight = household.positions[place].value_cents / household.nav_cents
        before[name] = before.get(name, 0.0) + weight
        after[name] = after.get(name, 0.0) + weight + float(moved[place])
    return tuple(
        ClassWeights(
            name=line.name,
            target=line.target * invested,
            low=line.low * invested,
            high=line.high * invested,
            side=line.side,
            wanted=goals[line.name].wanted,
            before=before.get(line.name, 0.0),
            after=after.get(line.name, 0.0),
        )
        for line in leaves(drifted)
    )


def leaves(drifted: HouseholdDrift) -> list[DriftLine]:
    """The classes that nothing stands below."""
    parents = {line.parent for line in drifted.lines}
    return [line for line in drifted.lines if line.name not in parents]


def wanted_weights(
    plan: HouseholdPlan, goals: Mapping[str, ClassGoal], positions: Positions
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Where each class goes, as weights of its securities; the rest is cash."""
    held = held_cents(positions.seen)
    sleeve_of = {one: plan.sleeves.name_of(one) for one in held}
    choices: dict[str, list[str]] = {}
    for symbol, cents in held.items():
        if not cents:
            choices.setdefault(sleeve_of[symbol], []).append(symbol)
    wanted = {name: goal.wanted for name, goal in goals.items()}
    return symbol_weights(wanted, held, sleeve_of, choices)


def sentences_of_empty(plan: HouseholdPlan, classes: Sequence[str]) -> Iterator[str]:
    """Why nothing of some classes, or securities with targets, may be bought, and what helps."""
    for name in classes:
        mine = plan.sleeves.symbols(plan.sleeves.names.index(name))
        unpriced = [symbol for symbol in mine if plan.offer(symbol) is None]
        if not mine:
            why = (
                "securities.csv has no security of it; add one, or take it out of targets.csv, and"
                " until then it"
            )
        elif len(unpriced) == len(mine):
            verb = "has" if len(mine) == 1 else "have"
            why = f"{', '.join(mine)} {verb} no fresh close; add it to prices.csv, until then it"
        else:
            why = "what is of it may not be bought now, so that it"
        yield f"nothing of {name} may be bought: {why} stays as it is"
