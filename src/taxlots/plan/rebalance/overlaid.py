"""A household's trades with an overlay: both solved together, contracts whole, trades in shares.

Trades and contracts are first one convex problem in fractions (``joint_overlay``).  Whole numbers
around its contracts are tried, each with the best trades beside it; the best of them is settled in
shares and gated.  Then single contracts are given back or added while that pays beside these
trades.  The bound of the first problem holds for all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import ceil, floor, sqrt
from typing import Final

import numpy as np

from taxlots.domain.order import Side
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE
from taxlots.plan.optimizer.signs import BPS
from taxlots.plan.rebalance.gated import tax_cents
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.joint_overlay import (
    JointPortfolio,
    basis_variance,
    joint_portfolio,
)
from taxlots.plan.rebalance.mandated import Mandated
from taxlots.plan.rebalance.overlay_contracts import OverlayContract
from taxlots.plan.rebalance.replacements import Replaces
from taxlots.plan.rebalance.solving import Question, Solution
from taxlots.plan.rebalance.whole_trades import Trade, spendable
from taxlots.plan.risk import Floats

MOST_VARIED: Final = 3
"""Of so many contracts both whole numbers around the optimum are tried; others are rounded."""

MOST_MOVES: Final = 200
MOST_ROUNDS: Final = 4

Counts = tuple[int, ...]

Planner = Callable[[Question], Mandated]
"""The trades of a question in shares that pay, within its mandate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlaidLine:
    """A contract of the plan: ``exact`` is what the joint optimum in fractions holds of it."""

    contract: OverlayContract
    exact: float
    count: int

    @property
    def trade(self) -> int:
        """Contracts to buy, or below zero to sell."""
        return self.count - self.contract.held

    @property
    def notional_cents(self) -> int:
        """What the contracts stand for, short below zero."""
        return self.count * self.contract.notional_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """The contracts of a plan, and what they change.

    Errors are annual deviations from the targets: ``error_before`` of doing nothing,
    ``error_alone`` of the trades without an overlay, ``error_unhedged`` of the trades of this plan
    with the contracts left as they are, ``error_after`` of all.  ``basis`` is what of the last
    the classes do not explain.  ``worth`` is what the plan is better than that without an overlay,
    and ``gap_bps`` how far trades and contracts are from the optimum of both at most, in parts of
    the household and in 1e-4 of them.
    """

    lines: tuple[OverlaidLine, ...]
    error_before: float
    error_alone: float
    error_unhedged: float
    error_after: float
    basis: float
    worth: float
    gap_bps: float

    @property
    def counts(self) -> Counts:
        """Contracts after the plan, in the order of the lines."""
        return tuple(one.count for one in self.lines)

    def stands_for_cents(self, asset_class: str) -> int:
        """What the contracts stand for of a class."""
        return round(
            sum(
                one.notional_cents * sum(one.contract.moves_with.values())
                for one in self.lines
                if one.contract.asset_class == asset_class
            )
        )

    def tied_cents(self) -> dict[str, int]:
        """Margin and reserve by account."""
        found: dict[str, int] = {}
        for one in self.lines:
            name = one.contract.account.id
            found[name] = found.get(name, 0) + one.contract.tied_cents(one.count)
        return found


@dataclass(frozen=True, slots=True)
class _Plan:
    counts: Counts
    question: Question
    mandated: Mandated

    @property
    def solution(self) -> Solution:
        """The trades in shares."""
        return self.mandated.solution

    @property
    def tax_cents(self) -> int:
        """The tax of its sales, now and later."""
        return tax_cents(self.solution.trades, self.question.years)


def overlaid_household(
    question: Question,
    contracts: Sequence[OverlayContract],
    replaces: Replaces,
    planner: Planner,
) -> tuple[Mandated, Overlaid | None]:
    """The trades that pay and the contracts beside them, against trades without an overlay.

    ``planner`` weighs the trades beside the contracts: it gates them and keeps the mandate.
    Without a better choice the contracts stay as they are held; without contracts the answer is
    None.  Raises DataError for inputs that cannot be solved.
    """
    if not contracts:
        return planner(question), None
    barred = tuple(contracts)
    for _ in range(MOST_ROUNDS):
        joint = joint_portfolio(question, barred, replaces)

        def planned(counts: Counts, joint: JointPortfolio = joint) -> _Plan:
            asked = joint.beside(counts)
            return _Plan(counts, asked, planner(asked))

        held = tuple(one.held for one in barred)
        alone = planned(held)
        chosen = _best_around(joint, held)
        plan = alone if chosen == held else planned(chosen)
        plan = settled_contracts(joint, plan)
        if _cost(joint, plan) > _cost(joint, alone) - NEGLIGIBLE**2:
            plan = settled_contracts(joint, alone)
        washed = _washed(barred, plan, replaces)
        if not washed:
            break
        barred = tuple(
            replace(one, long_bar=washed[one.symbol]) if one.symbol in washed else one
            for one in barred
        )
    return plan.mandated, _told(joint, plan, alone)


def settled_contracts(joint: JointPortfolio, plan: _Plan) -> _Plan:
    """The same trades with the best contracts beside them that their account's money carries."""
    traded = plan.solution.weights_traded()
    counts = plan.counts
    money = _money(plan.solution.trades, plan.question.cash)
    while not _is_carried(joint, counts, money):
        open_ones = [at for at, count in enumerate(counts) if count]
        if not open_ones:
            break
        at = max(open_ones, key=lambda one: joint.contracts[one].tied_cents(1))
        counts = _stepped(counts, at, -1 if counts[at] > 0 else 1)

    def value_of(moved: Counts) -> float:
        return joint.value(traded, plan.tax_cents, moved)

    value = value_of(counts)
    for _ in range(MOST_MOVES):
        moves = [
            one
            for one in _neighbours(joint, counts)
            if _is_carried(joint, one, money) and _is_within(joint, traded, counts, one)
        ]
        best = min(moves, key=value_of, default=counts)
        if value_of(best) >= value - NEGLIGIBLE**2:
            break
        counts, value = best, value_of(best)
    return replace(plan, counts=counts)


def _best_around(joint: JointPortfolio, held: Counts) -> Counts:
    """The whole numbers around the joint optimum that cost least with the best trades beside."""
    found = {counts: joint.cost_of(counts) for counts in dict.fromkeys([held, *_around(joint)])}
    costs = {counts: cost for counts, cost in found.items() if cost is not None}
    return min(costs, key=lambda one: costs[one], default=held)


def _around(joint: JointPortfolio) -> Iterator[Counts]:
    exact = joint.exact()
    away = [abs(one - round(one)) for one in exact]
    varied = sorted(range(len(exact)), key=lambda at: -away[at])[:MOST_VARIED]
    options = [
        sorted({floor(one), ceil(one)}) if at in varied else [round(one)]
        for at, one in enumerate(exact)
    ]
    for counts in product(*options):
        yield tuple(
            min(max(count, one.least), one.most)
            for count, one in zip(counts, joint.contracts, strict=True)
        )


def _neighbours(joint: JointPortfolio, counts: Counts) -> Iterator[Counts]:
    """One contract more or fewer, none of a contract, and all as they are held."""
    yield tuple(one.held for one in joint.contracts)
    for at, one in enumerate(joint.contracts):
        for step in (1, -1, -counts[at]):
            moved = counts[at] + step
            if step and one.least <= moved <= one.most:
                yield _stepped(counts, at, step)


def _stepped(counts: Counts, at: int, step: int) -> Counts:
    return (*counts[:at], counts[at] + step, *counts[at + 1 :])


def _cost(joint: JointPortfolio, plan: _Plan) -> float:
    """What a plan costs in all, as a part of the household."""
    solution = plan.solution
    return joint.value(solution.weights_traded(), plan.tax_cents, plan.counts)


def _error(joint: JointPortfolio, traded: Floats, counts: Counts) -> float:
    """The annual deviation from the targets."""
    return joint.household.book.tracking_error(joint.moved(traded, counts))


def _money(trades: Sequence[Trade], cash: CashNeeds) -> dict[str, int]:
    """What each account has for margin once trades are settled, in cents."""
    left = spendable(replace(cash, tied_cents={}), [t for t in trades if t.side is Side.SELL])
    for trade in trades:
        if trade.side is Side.BUY:
            left[trade.position.account.id] -= trade.cents + trade.cost_cents
    return left


def _is_carried(joint: JointPortfolio, counts: Counts, money: dict[str, int]) -> bool:
    """Whether the money of each account covers margin, reserve and the cost of entering."""
    needed: dict[str, float] = {}
    for one, count in zip(joint.contracts, counts, strict=True):
        name = one.account.id
        more = one.tied_cents(count) + 100 * one.entry_cost(count)
        needed[name] = needed.get(name, 0.0) + more
    return all(cents <= max(0, money.get(name, 0)) for name, cents in needed.items())


def _is_within(joint: JointPortfolio, traded: Floats, counts: Counts, moved: Counts) -> bool:
    """Whether other contracts take no band farther beyond its edge than these do."""
    book = joint.household.book
    now, then = (book.rows.matrix @ book.weights(joint.moved(traded, c)) for c in (counts, moved))
    low, high = np.minimum(book.rows.low, now), np.maximum(book.rows.high, now)
    return bool((then >= low - NEGLIGIBLE).all() and (then <= high + NEGLIGIBLE).all())


def _washed(
    contracts: Sequence[OverlayContract], plan: _Plan, replaces: Replaces
) -> dict[str, str]:
    """Contracts bought that would replace a loss that the plan takes (26 USC 1091(a))."""
    lost = sorted(plan.solution.sold_at_a_loss)
    return {
        one.symbol: f"it would replace a loss on {name} that the plan takes"
        for one, count in zip(contracts, plan.counts, strict=True)
        if one.underlying and count > max(0, one.held)
        for name in lost
        if replaces(one.underlying, name)
    }


def _told(joint: JointPortfolio, plan: _Plan, alone: _Plan) -> Overlaid:
    traded, counts = plan.solution.weights_traded(), plan.counts
    nav, held = joint.household.nav_cents, tuple(one.held for one in joint.contracts)
    return Overlaid(
        lines=tuple(
            OverlaidLine(contract=one, exact=exact, count=count)
            for one, exact, count in zip(joint.contracts, joint.exact(), counts, strict=True)
        ),
        error_before=_error(joint, np.zeros_like(traded), held),
        error_alone=_error(joint, alone.solution.weights_traded(), held),
        error_unhedged=_error(joint, traded, held),
        error_after=_error(joint, traded, counts),
        basis=sqrt(basis_variance(joint.contracts, counts, nav)),
        worth=_cost(joint, alone) - _cost(joint, plan),
        gap_bps=joint.gap(traded, counts) * BPS,
    )
