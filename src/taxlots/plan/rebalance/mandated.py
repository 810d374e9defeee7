"""A gated plan that keeps a mandate in shares, and what each of its limits is worth.

The optimizer keeps limits in fractions; shares and the gate may take a plan a little beyond them.
Then trades that a limit needs are kept whatever they cost, and a limit that shares exceed is
narrowed by twice as much and the plan is solved again, as long as that changes anything.  Of many
limits only those that are near are solved with; any other that is exceeded joins them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Final

import numpy as np

from taxlots.domain.problem import Problem
from taxlots.plan.gate import GateAnswer
from taxlots.plan.optimizer.cardinality import CountLimit
from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE
from taxlots.plan.rebalance.certified import Proof
from taxlots.plan.rebalance.few_names import counted
from taxlots.plan.rebalance.gated import gated_household
from taxlots.plan.rebalance.mandate import HeldWeights, SumLimit
from taxlots.plan.rebalance.nearest_count import with_nearest_count
from taxlots.plan.rebalance.plan_limits import tightened
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.replacements import Replaces
from taxlots.plan.rebalance.shortfall_cap import NAME, ShortfallCap
from taxlots.plan.rebalance.solving import Question, Solution, bounded_by
from taxlots.plan.risk import Floats, floats

MOST_ROUNDS: Final = 12
OF_SHARES: Final = 1e-3
"""What is exceeded by more was left out by the gate, rather than rounded to shares."""

PLACES: Final = 7
"""Of the weights that tell whether narrowing a limit still changes anything."""

FEW_LIMITS: Final = 12
"""Up to so many limits are solved with at once."""

NEAR: Final = 0.9
"""Of the way from none of it to a limit: from here on a limit is solved with."""

KEPT: Final = 1e-8
"""A limit that is exceeded by less is kept: a cent in a million dollars."""

TOLD_FROM: Final = 1e-9
"""A price below this, of the household for all of it, is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStanding:
    """A limit before and after the plan, in its own unit.

    ``price`` is what a unit more of room is worth, as a part of the household; 0 where the limit
    does not bind.  ``is_kept`` says whether the plan is within it.
    """

    name: str
    least: float
    most: float
    before: float
    after: float
    price: float
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandated:
    """The plan, its gate, and where each limit stands.

    ``is_chosen`` says whether securities were chosen because only so many may be held or traded;
    ``active`` are the limits that the plan was solved with.
    """

    solution: Solution
    gate: GateAnswer
    standings: tuple[LimitStanding, ...] = ()
    is_chosen: bool = False
    active: tuple[SumLimit, ...] = ()


@dataclass(slots=True)
class _Search:
    """The limits that a plan is solved with, and the trades that are kept for them."""

    question: Question
    replaces: Replaces
    margin_cents: int
    forced: frozenset[str]
    shortfall: ShortfallCap | None
    active: dict[str, SumLimit] = field(default_factory=dict)
    cuts: int = 0
    proof: Proof | None = None
    is_narrowed: bool = False
    last: Mapping[str, float] = field(default_factory=dict)

    @property
    def positions(self) -> tuple[Position, ...]:
        return self.question.positions

    def start(self) -> None:
        """Begin with limits that are near, and with the trades that repair what is exceeded."""
        stated = self.question.mandate.sums
        weights = weights_of(self.question)
        held = HeldWeights.of(self.positions, weights)
        for one in stated:
            value = one.value(held)
            if len(stated) <= FEW_LIMITS or _is_near(one, value):
                self.active[one.name] = one
            if one.beyond(value) > KEPT:
                self.forced |= self._needed(one, value)
        if self.shortfall and self._over_shortfall(weights) > 0:
            self.forced |= {one.name for one in self.positions}

    def run(self) -> tuple[Solution, GateAnswer]:
        """The plan that keeps the mandate, or the nearest to it."""
        self.start()
        solution, gate = self.solve()
        for _ in range(MOST_ROUNDS):
            if not self.refine(solution, gate):
                break
            solution, gate = self.solve()
        return solution, gate

    def solve(self) -> tuple[Solution, GateAnswer]:
        mandate = replace(self.question.mandate, sums=tuple(self.active.values()))
        solution, gate = gated_household(
            replace(self.question, mandate=mandate),
            self.replaces,
            margin_cents=self.margin_cents,
            forced=self.forced,
        )
        if not self.is_narrowed and solution.proof is not None:
            # Fewer limits bound a plan less tightly; of all of them the highest bound holds.
            self.proof = max(self.proof or solution.proof, solution.proof, key=attrgetter("bound"))
        return solution, gate

    def refine(self, solution: Solution, gate: GateAnswer) -> bool:
        """Whether something was exceeded, and the next round is to do better."""
        after = weights_after(solution)
        positions = solution.household.positions
        unkept = unkept_names(solution.optimum)
        everything = {one.name for one in self.positions}
        if unkept & set(self.active) and gate.dropped and not everything <= self.forced:
            self.forced |= everything
            return True
        limits = self.question.limits
        is_over = tightened(limits, limits, solution.household, solution.trades) is not None
        if is_over and gate.dropped and not everything <= self.forced:
            self.forced |= everything
            return True
        held = HeldWeights.of(positions, after)
        values = [(one, one.value(held)) for one in self.question.mandate.sums]
        broken = [
            pair for pair in values if pair[0].beyond(pair[1]) > KEPT and pair[0].name not in unkept
        ]
        missing = {one.name: one for one, _ in broken if one.name not in self.active}
        if missing:
            # Their bound is only known once all of them are solved with, as they are stated.
            self.active |= missing
            return True
        seen = {one.name: round(value, PLACES) for one, value in broken}
        if broken and seen == self.last:
            is_new = not everything <= self.forced
            self.forced |= everything
            self.last = {}
            return is_new
        are_narrowed = [self._mend(one, value, solution, gate) for one, value in broken]
        self.last = seen if all(are_narrowed) else {}
        return self._cut(solution, gate) or bool(broken)

    def _mend(self, one: SumLimit, value: float, solution: Solution, gate: GateAnswer) -> bool:
        """Keep the trades that a limit needs, or narrow it; whether it is narrowed."""
        needed = self._needed(one, value)
        is_gated = _is_gated(solution, gate) and one.beyond(value) > OF_SHARES
        if is_gated and not needed <= self.forced:
            self.forced |= needed
            return False
        if is_gated and len(self.forced) < len(self.positions):
            self.forced |= {position.name for position in self.positions}
            return False
        active = self.active[one.name]
        over = 2 * one.beyond(value)
        self.active[one.name] = active.narrowed(over, is_above=value > one.most)
        self.is_narrowed = True
        return True

    def _cut(self, solution: Solution, gate: GateAnswer) -> bool:
        """Add a tangent of the shortfall where the plan exceeds its cap."""
        after = weights_after(solution)
        over = self._over_shortfall(after, solution.household.positions)
        unkept = unkept_names(solution.optimum)
        if self.shortfall is None or over <= KEPT or any(one.startswith(NAME) for one in unkept):
            return False
        mine = [name for name in self.active if name.startswith(NAME)]
        solved = weights_of(self.question) + solution.optimum.trades
        if self._over_shortfall(solved, solution.household.positions) > KEPT:
            self.add_cut(by_symbol(solution.household.positions, solved))
        elif _is_gated(solution, gate) and len(self.forced) < len(self.positions):
            self.forced |= {position.name for position in self.positions}
        else:
            self.add_cut(by_symbol(solution.household.positions, after))
            for name in mine:
                self.active[name] = replace(
                    self.active[name], most=self.active[name].most - 2 * over
                )
            self.is_narrowed = True
        return True

    def add_cut(self, weights: Mapping[str, float]) -> None:
        if self.shortfall is None:
            return
        cut = self.shortfall.cut(weights, self.cuts)
        self.cuts += 1
        self.active[cut.name] = cut

    def _over_shortfall(self, weights: Floats, positions: Sequence[Position] = ()) -> float:
        if self.shortfall is None:
            return 0.0
        held = by_symbol(positions or self.positions, weights)
        return self.shortfall.shortfall(held) - self.shortfall.most

    def _needed(self, one: SumLimit, value: float) -> frozenset[str]:
        """Positions whose trades bring a sum back; all of them where something is to be bought."""
        if value < one.least:
            return frozenset(position.name for position in self.positions)
        row = one.row(self.positions)
        return frozenset(
            position.name
            for position, part in zip(self.positions, row.tolist(), strict=True)
            if part
        )


def gated_within_mandate(
    question: Question,
    replaces: Replaces,
    *,
    shortfall: ShortfallCap | None = None,
    count: CountLimit | None = None,
    margin_cents: int = 0,
    forced: frozenset[str] = frozenset(),
) -> Mandated:
    """The trades of a household that pay, and those that its mandate needs.

    ``count`` limits the securities held and traded, over all accounts.  A limit that cannot be
    kept is told in the problems of the solution's optimum, with the nearest that can be.  Raises
    DataError for inputs that cannot be solved.
    """
    search = _Search(question, replaces, margin_cents, forced, shortfall)
    solution, gate = search.run()
    told: tuple[Problem, ...] = ()
    is_chosen = count is not None and not counted(solution).is_within(count)
    if count is not None and is_chosen:
        chosen, told = with_nearest_count(question, count)
        sold = frozenset(one.name for one in chosen.positions if one.forced_cents)
        few = _Search(chosen, replaces, margin_cents, forced | sold, shortfall)
        few.active, few.cuts = search.active, search.cuts
        solution, gate = few.run()
        search = few
    solution = replace(solution, proof=search.proof or solution.proof)
    if search.is_narrowed and search.proof is not None:
        bound = min(search.proof.bound, solution.optimum.certificate.objective)
        solution = replace(solution, optimum=bounded_by(solution.optimum, bound))
    if told:
        optimum = solution.optimum
        optimum = replace(optimum, problems=(*told, *optimum.problems))
        solution = replace(solution, optimum=optimum)
    return Mandated(
        solution=solution,
        gate=gate,
        standings=tuple(_standings(question, solution, shortfall)),
        is_chosen=is_chosen,
        active=tuple(search.active.values()),
    )


def row_prices(optimum: Optimum) -> dict[str, float]:
    """What a unit more of each limit on a sum is worth, as a part of the household."""
    rows = optimum.book.rows.names
    first = optimum.book.risk.loadings.shape[1] + 1
    return {name: float(optimum.duals[first + at]) for at, name in enumerate(rows)}


def weights_of(question: Question) -> Floats:
    """The weights of positions before the plan, as parts of the household with its cash."""
    held = [one.value_cents for one in question.positions]
    nav = sum(held) + sum(question.cash.held_cents.values())
    return floats([cents / nav for cents in held])


def weights_after(solution: Solution) -> Floats:
    """The weights of positions after the trades in shares."""
    nav = solution.household.nav_cents
    held = floats([one.value_cents / nav for one in solution.household.positions])
    return floats(held + solution.weights_traded())


def by_symbol(positions: Sequence[Position], weights: Floats) -> dict[str, float]:
    """Weights of securities over all accounts."""
    found: dict[str, float] = {}
    for one, weight in zip(positions, weights.tolist(), strict=True):
        found[one.symbol] = found.get(one.symbol, 0.0) + weight * one.gear
    return found


def unkept_names(optimum: Optimum) -> set[str]:
    """Limits that could not be kept, by name."""
    return {one.where for one in optimum.problems}


def _is_near(one: SumLimit, value: float) -> bool:
    over = np.isfinite(one.most) and value >= NEAR * one.most
    return bool(over or (np.isfinite(one.least) and value <= one.least / NEAR))


def _is_gated(solution: Solution, gate: GateAnswer) -> bool:
    """Whether the gate left out a part of what was solved."""
    made = {one.position.name for one in solution.trades}
    solved = np.flatnonzero(np.abs(solution.optimum.trades) > NEGLIGIBLE)
    names = {solution.household.positions[int(at)].name for at in solved}
    return bool(gate.dropped) or not gate.passes or not names <= made


def _standings(
    question: Question, solution: Solution, shortfall: ShortfallCap | None
) -> list[LimitStanding]:
    prices = row_prices(solution.optimum)
    positions = solution.household.positions
    before, after = weights_of(question), weights_after(solution)
    was, held = HeldWeights.of(question.positions, before), HeldWeights.of(positions, after)
    found = []
    for one in question.mandate.sums:
        price = prices.get(one.name, 0.0)
        value = one.value(held)
        found.append(
            LimitStanding(
                name=one.name,
                least=one.least,
                most=one.most,
                before=one.value(was),
                after=value,
                price=abs(price) if abs(price) > TOLD_FROM else 0.0,
                is_kept=one.beyond(value) <= KEPT,
            )
        )
    if shortfall is not None:
        price = sum(abs(value) for name, value in prices.items() if name.startswith(NAME))
        value = shortfall.shortfall(by_symbol(positions, after))
        found.append(
            LimitStanding(
                name=NAME,
                least=-np.inf,
                most=shortfall.most,
                before=shortfall.shortfall(by_symbol(question.positions, before)),
                after=value,
                price=price if price > TOLD_FROM else 0.0,
                is_kept=value <= shortfall.most + KEPT,
            )
        )
    return found
