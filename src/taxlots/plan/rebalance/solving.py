"""From a household's positions to trades in shares that wash no loss.

No purchase replaces a loss of the same day: see ``wash_branches``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.domain.problem import DataError, error
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.optimizer.objective import Parts, parts_of
from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.rounding import Grain, grain
from taxlots.plan.optimizer.signs import BPS
from taxlots.plan.rebalance.household_portfolio import (
    Band,
    CashNeeds,
    HouseholdPortfolio,
    PlanTerms,
    household_portfolio,
)
from taxlots.plan.rebalance.mandate import Mandate
from taxlots.plan.rebalance.plan_limits import (
    CAP_CANNOT_BE_KEPT,
    PlanLimits,
    optimum_within,
    rounded_within,
    tightened,
)
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.round_lots import in_round_lots
from taxlots.plan.rebalance.wash_branches import Choices, Replaces, best_branch, clashes
from taxlots.plan.rebalance.whole_trades import Trade, whole_trades
from taxlots.plan.risk import RiskModel
from taxlots.plan.year_tax import YearTax

MOST_ROUNDS = 20
"""Each round forbids at least one purchase more; households need one to three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be solved: positions, cash, targets by security, risk, and how things weigh.

    ``step`` is the smallest quantity in 1e-8 units and ``least_cents`` the smallest trade.
    """

    positions: tuple[Position, ...]
    cash: CashNeeds
    symbol_weights: Mapping[str, float]
    model: RiskModel
    years: Mapping[str, YearTax]
    bands: Mapping[str, Band] = field(default_factory=dict)
    terms: PlanTerms = field(default_factory=PlanTerms)
    step: int = SHARE
    least_cents: int = 0
    limits: PlanLimits = field(default_factory=PlanLimits)
    mandate: Mandate = field(default_factory=Mandate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Trades in shares, the optimum that they come from, and what was forbidden on the way.

    ``forbidden`` maps securities that no account may buy to those whose losses they would replace.
    """

    household: HouseholdPortfolio
    optimum: Optimum
    trades: tuple[Trade, ...]
    forbidden: Mapping[str, str]

    @property
    def parts(self) -> Parts:
        """What the trades in shares cost, by parts, as fractions of the household."""
        return parts_of(self.optimum.book, self.weights_traded())

    @property
    def without(self) -> Parts:
        """What doing nothing costs."""
        return self.optimum.without

    def weights_traded(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The trades in shares as fractions of the household, by position."""
        found = np.zeros(len(self.household.positions))
        at = {one.name: place for place, one in enumerate(self.household.positions)}
        for trade in self.trades:
            sign = 1 if trade.side is Side.BUY else -1
            found[at[trade.position.name]] += sign * trade.cents / self.household.nav_cents
        return found

    @property
    def sold_at_a_loss(self) -> frozenset[str]:
        """Securities of which a taxed account sells a lot at a loss."""
        return frozenset(
            trade.position.symbol
            for trade in self.trades
            if trade.position.is_taxed and any(one.lot.gain_cents < 0 for one in trade.sales)
        )

    @property
    def gap_bps(self) -> float:
        """How far the trades in shares are from the optimum at most, in 1e-4 of the household."""
        bound = self.optimum.certificate.bound
        return max(0.0, self.parts.total - bound) * BPS


def solve_household(question: Question, replaces: Replaces, *, is_rounded: bool = True) -> Solution:
    """The best trades of a household, in shares, that replace no loss of their own.

    Without ``is_rounded`` shares are cut off the trades one by one, which is quick and less near
    to the optimum.

    Raises DataError for inputs that cannot be solved.
    """
    choices = Choices()
    limits = question.limits
    symbols = {one.symbol for one in question.positions}

    def solved(positions: tuple[Position, ...]) -> tuple[HouseholdPortfolio, Optimum]:
        household = _portfolio(question, positions)
        return household, optimum_within(household, limits)

    for _ in range(MOST_ROUNDS):
        branch = best_branch(question.positions, choices, solved, replaces)
        household, optimum = branch.household, branch.optimum
        if is_rounded:
            optimum = rounded_within(household, optimum, limits, _grain(household, question))
            if washed := clashes(household, optimum, replaces):
                for lost in washed:
                    choices = choices.without_purchases(symbols, lost, replaces)
                continue
        trades = whole_trades(
            household,
            optimum,
            question.cash,
            step=question.step,
            least_cents=question.least_cents,
        )
        trades = in_round_lots(trades, question.mandate.round_lots, question.cash)
        tighter = tightened(question.limits, limits, household, trades)
        is_told = any(one.code == CAP_CANNOT_BE_KEPT for one in optimum.problems)
        if tighter is None or is_told:
            return Solution(
                household=household,
                optimum=optimum,
                trades=tuple(trades),
                forbidden=branch.choices.forbidden,
            )
        limits = tighter
    message = "shares kept taking the plan beyond its limits"
    remedy = "relax the budgets of [rebalance.budget], or allow fractions of shares"
    raise DataError([error("book.toml:rebalance", "NOT_SOLVED", message, remedy)])


def _portfolio(question: Question, positions: tuple[Position, ...]) -> HouseholdPortfolio:
    return household_portfolio(
        positions,
        question.cash,
        question.symbol_weights,
        question.model,
        question.years,
        question.terms,
        question.bands,
        question.mandate,
    )


def _grain(household: HouseholdPortfolio, question: Question) -> Grain:
    """The smallest trades and the steps of the positions, as parts of the household."""
    nav = household.nav_cents
    return grain(
        len(household.positions),
        least=question.least_cents / nav,
        unit=[
            _unit_cents(one, question.mandate.step(one.symbol, question.step)) / nav
            for one in household.positions
        ],
    )


def _unit_cents(position: Position, step: int) -> float:
    """What a step of a position is worth."""
    return position.price * position.multiplier * step / UNITS_PER_CENT
