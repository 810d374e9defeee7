"""From a household's positions to trades in shares that wash no loss.

No purchase replaces a loss of the same day: see ``wash_branches``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from taxlots.domain.money import SHARE
from taxlots.domain.problem import DataError, error
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.optimizer.objective import Parts, lots_sold, parts_of
from taxlots.plan.optimizer.optimum import Optimum, optimum_near
from taxlots.plan.optimizer.rounding import Grain, grain, with_room_for_steps
from taxlots.plan.optimizer.signs import BPS
from taxlots.plan.rebalance.certified import Proof
from taxlots.plan.rebalance.forced_trades import as_forced
from taxlots.plan.rebalance.household_portfolio import (
    Band,
    CashNeeds,
    HouseholdPortfolio,
    PlanTerms,
    household_portfolio,
)
from taxlots.plan.rebalance.last_share import with_last_share_of
from taxlots.plan.rebalance.law_tax import beyond_rates
from taxlots.plan.rebalance.lot_table import Mask
from taxlots.plan.rebalance.mandate import Mandate
from taxlots.plan.rebalance.plan_limits import (
    CAP_CANNOT_BE_KEPT,
    PlanLimits,
    bounds_within,
    first_optimum,
    has_given,
    optimum_within,
    quick_optimum,
    rounded_within,
    tightened,
)
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.raised_cash import with_cash_raised
from taxlots.plan.rebalance.replacements import Replacements, Replaces, replacements
from taxlots.plan.rebalance.round_lots import in_round_lots
from taxlots.plan.rebalance.share_caps import beyond_caps, tightened_caps, told_of_shares
from taxlots.plan.rebalance.wash_branches import (
    Branch,
    Ways,
    best_branch,
    clashes,
    unwashed,
)
from taxlots.plan.rebalance.wash_choices import Choices
from taxlots.plan.rebalance.whole_trades import Trade, weights_of, whole_trades
from taxlots.plan.risk import Floats, RiskModel, floats
from taxlots.plan.year_tax import YearTax

POLISHED = 0.02
"""The part of what is traded up to which dropped trades need no whole plan anew."""

MOST_ROUNDS = 20
"""Each round forbids at least one purchase more; households need one to three."""

MOST_TIGHTENED = 6
"""Rounds that look for whole shares within the caps, each with tighter ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be solved: positions, cash, targets by security, risk, and how things weigh.

    ``step`` is the smallest quantity in 1e-8 units and ``least_cents`` the smallest trade.
    ``families`` maps each security to the name of the largest set in which its replacements lie;
    None where any may replace any other.  ``drained`` are the securities whose classes a withdrawal
    comes from, where flows alone trade.
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
    families: Mapping[str, str] | None = None
    drained: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Trades in shares, the optimum that they come from, and what was forbidden on the way.

    ``forbidden`` maps securities that no account may buy to those whose losses they would replace.
    ``proof`` is of the whole household, where ``optimum`` is of one with less that may be traded.
    ``wanted`` are the trades of the plan in fractions, as parts of the household by position, and
    ``unrounded`` is its objective.
    """

    household: HouseholdPortfolio
    optimum: Optimum
    trades: tuple[Trade, ...]
    forbidden: Mapping[str, str]
    wanted: Floats
    unrounded: float
    proof: Proof | None = None

    @property
    def parts(self) -> Parts:
        """What the trades in shares cost, by parts, as fractions of the household."""
        return parts_of(self.optimum.book, self.weights_traded())

    @property
    def objective(self) -> float:
        """What the trades in shares cost, with the tax that the year's law asks."""
        book, traded = self.optimum.book, self.weights_traded()
        sold = lots_sold(book, traded)
        return parts_of(book, traded, sold).total + beyond_rates(self.household, book, sold)

    @property
    def without(self) -> Parts:
        """What doing nothing costs."""
        return self.optimum.without

    def weights_traded(self) -> Floats:
        """The trades in shares as fractions of the household, by position."""
        return weights_of(self.household, self.trades)

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
        """How far the trades in shares are from the optimum at most, in 1e-4 of the household.

        All plans of the household count, also those with trades that the gate drops.
        """
        own = self.narrowed_gap_bps
        return own if self.proof is None else max(own, self.proof.gap(self.trades) * BPS)

    @property
    def is_narrowed(self) -> bool:
        """Whether trades were dropped, and the others solved again without them."""
        bound = self.optimum.certificate.bound
        return self.proof is not None and bound > self.proof.bound

    @property
    def narrowed_gap_bps(self) -> float:
        """The same of the plans that ``optimum`` is of, without what the gate drops."""
        bound = self.optimum.certificate.bound
        return max(0.0, self.objective - bound) * BPS

    @property
    def unrounded_gap_bps(self) -> float:
        """How far the plan in fractions is from the optimum at most, before shares and gate."""
        if self.proof is not None:
            return max(0.0, self.proof.objective - self.proof.bound) * BPS
        return max(0.0, self.unrounded - self.optimum.certificate.bound) * BPS

    @property
    def fixed_bps(self) -> float:
        """Commissions of the trades, which the optimizer does not know, in 1e-4."""
        cents = sum(one.position.commission_cents for one in self.trades)
        return cents / self.household.nav_cents * BPS


def solve_household(question: Question, replaces: Replaces, *, is_rounded: bool = True) -> Solution:
    """The best trades of a household, in shares, that replace no loss of their own.

    Without ``is_rounded`` shares are cut off the trades one by one, which is quick and less near
    to the optimum.

    Raises DataError for inputs that cannot be solved.
    """
    by = replacements((one.symbol for one in question.positions), replaces, question.families)
    return solved_within(question, portfolio_of(question), by, is_rounded=is_rounded)


def solved_within(
    question: Question,
    household: HouseholdPortfolio,
    by: Replacements,
    *,
    near: Optimum | None = None,
    is_rounded: bool = True,
) -> Solution:
    """The best trades of the household of a question, or of one that was narrowed.

    ``near`` is the optimum of nearly the same household.  Raises as ``solve_household``.
    """
    choices = Choices()
    limits = question.limits
    nearest: tuple[Solution, dict[str, float]] | None = None
    rounds, bound = 0, inf
    for _ in range(MOST_ROUNDS):
        branch = best_branch(
            household,
            choices,
            ways_within(limits),
            by,
            near,
        )
        bound = min(bound, branch.optimum.certificate.bound)
        optimum = bounded_by(branch.optimum, bound)
        if is_rounded:
            optimum = bounded_by(_in_steps(question, branch, limits, by), bound)
            if washed := clashes(branch.household, optimum, by):
                for lost in washed:
                    choices = choices.without_purchases(lost, by)
                continue
        solution = _in_shares(question, branch, optimum)
        shares = solution.household, solution.trades
        tighter = tightened(question.limits, limits, *shares)
        excess = beyond_caps(question.limits, *shares)
        is_told = any(one.code == CAP_CANNOT_BE_KEPT for one in optimum.problems)
        if not excess and (tighter is None or is_told):
            return solution
        if is_told and has_given(question.limits, limits, optimum.lifted):
            return solution
        if tighter is None and (nearest is None or sum(excess.values()) < sum(nearest[1].values())):
            nearest = solution, excess
        narrower = None if is_told else tightened_caps(tighter or limits, excess)
        rounds += tighter is None
        if narrower is None or rounds > MOST_TIGHTENED:
            break
        limits = narrower
    if nearest is not None:
        solution, excess = nearest
        told = (*solution.optimum.problems, *told_of_shares(question.limits, excess))
        return replace(solution, optimum=replace(solution.optimum, problems=told))
    message = "shares kept taking the plan beyond its limits"
    remedy = "relax the budgets of [rebalance.budget], or allow fractions of shares"
    raise DataError([error("book.toml:rebalance", "NOT_SOLVED", message, remedy)])


def _in_shares(question: Question, branch: Branch, optimum: Optimum) -> Solution:
    """Trades in shares, forced ones as people said, and the money there that is asked for."""
    household, cash, step = branch.household, question.cash, question.step
    least = question.least_cents
    trades = whole_trades(household, optimum, cash, step=step, least_cents=least)
    trades = in_round_lots(trades, question.mandate.round_lots, cash)
    trades = as_forced(trades, household, cash, step=step, least_cents=least)
    trades = with_cash_raised(trades, household, cash, step=step)
    if question.drained:
        trades = with_last_share_of(question.drained, trades, household, cash, step=step)
    found = Solution(
        household=household,
        optimum=optimum,
        trades=tuple(trades),
        forbidden=branch.choices.forbidden,
        wanted=branch.optimum.trades,
        unrounded=branch.optimum.certificate.objective,
    )
    if not optimum.problems:
        return found
    # Shares may go some steps beyond what a limit gave, to where no bound is known.
    known = min(optimum.certificate.bound, found.objective)
    return replace(found, optimum=bounded_by(optimum, known))


def bounded_by(optimum: Optimum, bound: float) -> Optimum:
    """The plan with a bound that holds for all plans within the stated limits.

    What is forbidden or tightened on the way to whole shares makes a bound too high for them.
    """
    return replace(optimum, certificate=replace(optimum.certificate, bound=bound))


def polished_without(
    question: Question, solution: Solution, is_dropped: Mask, by: Replacements
) -> Solution | None:
    """A solution without some trades, the others solved again on their sides and in steps.

    None where more than a part of it is dropped, or caps hold it: it is solved again then.
    """
    traded = np.abs(solution.weights_traded())
    optimum = solution.optimum
    is_small = traded[is_dropped].sum() <= POLISHED * traded.sum()
    if not is_small or optimum.problems or question.limits != PlanLimits():
        return None
    book = optimum.book
    less = replace(
        book,
        buy_limit=np.where(is_dropped, 0.0, book.buy_limit),
        sell_limit=np.where(is_dropped, 0.0, book.sell_limit),
    )
    start = optimum_near(less, optimum)
    if start is None:
        return None
    bound = optimum.certificate.bound
    choices = Choices(forbidden=solution.forbidden)
    settled = Branch(choices, solution.household, bounded_by(start, bound), bound)
    found = _in_steps(question, settled, question.limits, by)
    if found.problems or clashes(solution.household, found, by):
        return None
    return _in_shares(question, settled, found)


def portfolio_of(question: Question) -> HouseholdPortfolio:
    """The positions of a question as one portfolio of the optimizer."""
    return household_portfolio(
        question.positions,
        question.cash,
        question.symbol_weights,
        question.model,
        question.years,
        question.terms,
        question.bands,
        question.mandate,
    )


def ways_within(limits: PlanLimits) -> Ways:
    """How the branches of a household are solved within caps."""
    return Ways(
        first=lambda household, near: first_optimum(household, limits, near),
        solver=lambda household, near, cutoff: optimum_within(household, limits, near, cutoff),
        quick=lambda household, near: quick_optimum(household, limits, near),
        bounder=lambda household: bounds_within(household, limits),
    )


def _in_steps(question: Question, branch: Branch, limits: PlanLimits, by: Replacements) -> Optimum:
    """The plan in whole steps, which begin no trade that washes a loss, and take no new one."""
    household, optimum = branch.household, branch.optimum
    is_bought, is_sold = unwashed(household, optimum, by)
    book = optimum.book
    units = grain_of(household, question)
    kept = replace(
        with_room_for_steps(book, optimum.problems, units),
        buy_limit=np.where(is_bought, book.buy_limit, 0.0),
        sell_limit=np.where(is_sold, book.sell_limit, 0.0),
    )
    found = rounded_within(household, replace(optimum, book=kept), limits, units)
    return replace(found, book=book)


def grain_of(household: HouseholdPortfolio, question: Question) -> Grain:
    """The smallest trades and the steps of the positions, as parts of the household."""
    positions, nav, lots = household.positions, household.nav_cents, question.mandate.round_lots
    worth = floats([one.price * one.multiplier for one in positions]) / UNITS_PER_CENT
    equity = floats([one.equity for one in positions])
    steps = [max(question.step, lots.get(one.symbol, 0)) for one in positions] if lots else []
    return grain(
        len(positions),
        least=equity * question.least_cents / nav,
        unit=equity * worth * (floats(steps) if steps else question.step) / nav,
    )
