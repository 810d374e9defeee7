"""Gain budgets held to what the books realize of a plan's sales.

A plan reckons a part of a lot in proportion.  The parts of a lot can have bases and dates of their
own, after a corporate action or a disallowed loss; they leave one after the other, and the books
realize the gain of those that leave.  Where that takes a return beyond its budget, the lots are
reckoned at what the books made of them, and the household is solved again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from taxlots.domain.money import dollars
from taxlots.domain.order import Side
from taxlots.domain.problem import DataError, Problem, error
from taxlots.plan.budgets import WHERE
from taxlots.plan.gain_budgets import GainLimits, exceeded
from taxlots.plan.rebalance.mandated import Mandated
from taxlots.plan.rebalance.overlaid import Overlaid
from taxlots.plan.rebalance.plan_limits import CAP_CANNOT_BE_KEPT
from taxlots.plan.rebalance.positions import PlannedLot, Position
from taxlots.plan.rebalance.solving import Question, Solution, bounded_by
from taxlots.plan.rebalance.whole_trades import LotSale, Trade
from taxlots.plan.several_sales import BookedSale
from taxlots.plan.tax_cost import Outcome, gains_by_term

MOST_ROUNDS: Final = 4

Solve = Callable[[Question], tuple[Mandated, Overlaid | None]]
Book = Callable[[Sequence[Trade]], tuple[BookedSale, ...]]


@dataclass(frozen=True, slots=True)
class BookedPlan:
    """A plan, and its sales as the books have them, in the order of its trades."""

    mandated: Mandated
    overlay: Overlaid | None
    sales: tuple[BookedSale, ...]

    @property
    def solution(self) -> Solution:
        """The trades in shares."""
        return self.mandated.solution

    def sold(self) -> Iterator[tuple[Trade, BookedSale]]:
        """Each sale as planned and as booked."""
        planned = (one for one in self.solution.trades if one.side is Side.SELL)
        yield from zip(planned, self.sales, strict=True)

    def gains(self) -> tuple[int, int]:
        """Short- and long-term cents that the books realize on the return that holds most."""
        main = self.solution.household.main_return
        mine = (sale for trade, sale in self.sold() if trade.position.account.tax_return == main)
        return gains_by_term(one for sale in mine for one in sale.outcomes)

    def beyond(self, limits: GainLimits) -> list[tuple[str, int, int]]:
        """Budgets that the booked gains exceed: name, booked cents, and what the budget leaves."""
        return [(one.gain, used, most) for one, used, most in exceeded(limits, *self.gains())]

    def problems(self) -> set[tuple[str, str]]:
        """What could not be kept, by code and place."""
        return {(one.code, one.where) for one in self.solution.optimum.problems}

    def buys_back(self) -> bool:
        """Whether a security is bought of which a lot at a loss is sold."""
        bought = {one.position.symbol for one in self.solution.trades if one.side is Side.BUY}
        return bool(bought & self.solution.sold_at_a_loss)

    def has_unseen_loss(self) -> bool:
        """Whether the books take a loss of a security of which the plan saw gains alone."""
        seen = self.solution.sold_at_a_loss
        return any(
            part.gain_cents < 0 or part.disallowed_cents
            for trade, sale in self.sold()
            if trade.position.symbol not in seen
            for part in sale.outcomes
        )


def within_booked_gains(question: Question, solve: Solve, book: Book) -> BookedPlan:
    """The plan of a question whose booked gains keep the budgets in ``question.limits``.

    ``solve`` answers a question; ``book`` books sales in a dry run.  Where no such plan is found
    the first is taken, and what it exceeds is told in the problems of its optimum.  Raises
    DataError as ``solve`` and ``book`` do of the question as it is stated.
    """
    first = booked_plan(question, solve, book)
    beyond = first.beyond(question.limits)
    is_told = any(
        code == CAP_CANNOT_BE_KEPT and "gains" in where for code, where in first.problems()
    )
    if not beyond or is_told:
        return first
    asked, found = question, first
    for _ in range(MOST_ROUNDS):
        positions = _restated(asked.positions, found)
        if positions == asked.positions:
            break
        asked = replace(asked, positions=positions)
        try:
            found = booked_plan(asked, solve, book)
        except DataError:
            break
        if found.has_unseen_loss() or not found.problems() <= first.problems():
            break
        if not found.beyond(question.limits):
            kept = with_lots_of(question, found, first)
            return _told(first, beyond) if kept.buys_back() else kept
    return _told(first, beyond)


def booked_plan(question: Question, solve: Solve, book: Book) -> BookedPlan:
    """The plan of a question, and its sales as the books have them."""
    mandated, overlay = solve(question)
    return BookedPlan(mandated, overlay, book(mandated.solution.trades))


def _restated(positions: Sequence[Position], found: BookedPlan) -> tuple[Position, ...]:
    """The positions, each lot that was sold for more than planned at the gain that was booked."""
    booked = {
        (trade.position.name, lot.lot_id): lot
        for trade, sale in found.sold()
        for lot in _as_booked(trade, sale)
    }
    return tuple(
        replace(one, lots=tuple(booked.get((one.name, lot.lot_id), lot) for lot in one.lots))
        for one in positions
    )


def _as_booked(trade: Trade, sale: BookedSale) -> Iterator[PlannedLot]:
    """The lots of a sale at the gain of the parts that left, in proportion; never at less."""
    for one in trade.sales:
        parts = parts_sold(trade, one, sale)
        if sum(part.quantity for part in parts) != one.units:
            continue
        gain = sum(part.gain_cents for part in parts)
        is_long = all(part.is_long for part in parts)
        if gain > one.gain_cents or is_long is not one.lot.is_long:
            whole = -(-gain * one.lot.quantity // one.units)
            most = max(whole, one.lot.gain_cents)
            yield replace(one.lot, gain_cents=most, is_long=is_long)


def parts_sold(trade: Trade, sold: LotSale, sale: BookedSale) -> list[Outcome]:
    """What the books have of a lot of a sale; a sale of one lot is all of that lot."""
    is_only = len(trade.sales) == 1
    return [part for part in sale.outcomes if is_only or part.lot_id == sold.lot.lot_id]


def with_lots_of(question: Question, found: BookedPlan, first: BookedPlan) -> BookedPlan:
    """The plan with its lots as they are, and the bounds that hold for these."""
    lots = {(one.name, lot.lot_id): lot for one in question.positions for lot in one.lots}
    held = {one.name: one.lots for one in question.positions}

    def with_lots(trade: Trade) -> Trade:
        name = trade.position.name
        sales = tuple(one._replace(lot=lots[name, one.lot.lot_id]) for one in trade.sales)
        return replace(trade, position=replace(trade.position, lots=held[name]), sales=sales)

    solution = found.solution
    proven = [one.solution.optimum.certificate.bound for one in (first, found)]
    solution = replace(
        solution,
        optimum=bounded_by(solution.optimum, min(proven)),
        proof=first.solution.proof,
        trades=tuple(with_lots(one) for one in solution.trades),
    )
    return replace(found, mandated=replace(found.mandated, solution=solution))


def _told(first: BookedPlan, beyond: Sequence[tuple[str, int, int]]) -> BookedPlan:
    """The plan with a problem for each budget that its booked gains exceed."""
    lots = [
        trade.position.name
        for trade, sale in first.sold()
        if sum(part.gain_cents for part in sale.outcomes) > sum(s.gain_cents for s in trade.sales)
    ]
    problems = [_problem(name, cents, most, ", ".join(lots)) for name, cents, most in beyond]
    solution = first.solution
    optimum = replace(solution.optimum, problems=(*solution.optimum.problems, *problems))
    solution = replace(solution, optimum=optimum)
    return replace(first, mandated=replace(first.mandated, solution=solution))


def _problem(name: str, cents: int, most: int, sold: str) -> Problem:
    return error(
        WHERE,
        CAP_CANNOT_BE_KEPT,
        f"the {name} of this plan is {dollars(cents)}, and the budget leaves {dollars(most)}: of"
        f" {sold} those parts of a lot leave first that gain more than the lot does",
        f"allow {dollars(cents)}, or exclude sales of it in overrides.csv",
    )
