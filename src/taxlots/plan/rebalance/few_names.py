"""At most so many securities held or traded: which ones, of a household seen as one account.

A mixed-integer program chooses among few securities.  Among many, those go whose loss costs least,
a part of what is too much at a time; that is near to the best choice and no proof of it.  The
choice is then a limit of the whole problem, which is solved again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taxlots.domain.problem import DataError, error
from taxlots.plan.optimizer.cardinality import CountLimit, optimize_with_count
from taxlots.plan.optimizer.optimum import Optimum, optimize
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Portfolio, lots_of, portfolio, rows_of
from taxlots.plan.rebalance.household_portfolio import (
    HouseholdPortfolio,
    Objective,
    geared_risk,
    with_factors_alone,
)
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.solving import Question, Solution, portfolio_of
from taxlots.plan.risk import Floats, floats

MOST_EXACT: Final = 12
"""Up to so many securities the choice is that of the mixed-integer program."""

DROPPED_A_ROUND: Final = 0.25
"""Of what is too much."""

HELD_FROM: Final = 1e-7
"""A weight below this is no holding."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Securities that a household holds and trades after a plan."""

    held: int
    traded: int

    def is_within(self, limit: CountLimit) -> bool:
        """Whether both are at most what is allowed."""
        return (limit.held is None or self.held <= limit.held) and (
            limit.traded is None or self.traded <= limit.traded
        )


def counted(solution: Solution) -> Counted:
    """How many securities are held and traded after the plan, over all accounts.

    What is owed counts as what is held does, and beside it.
    """
    weights: dict[str, float] = {}
    moved = solution.weights_traded()
    for one, change in zip(solution.household.positions, moved.tolist(), strict=True):
        weight = one.value_cents / solution.household.nav_cents + change
        weights[_name(one)] = weights.get(_name(one), 0.0) + weight
    traded = {_name(one.position) for one in solution.trades}
    return Counted(sum(weight > HELD_FROM for weight in weights.values()), len(traded))


def with_few_names(question: Question, limit: CountLimit) -> Question:
    """The question with the securities that may be held and traded chosen.

    What is not to be held is sold as far as it may be; what is not to be traded is left alone.
    Raises DataError where no choice keeps the limits.
    """
    household = portfolio_of(question)
    book = _as_one_account(question, household)
    names = book.names
    plan = optimize_with_count(book, limit) if len(names) <= MOST_EXACT else _dropped(book, limit)
    after = plan.book.weights(plan.trades)
    held = {one for one, weight in zip(names, after.tolist(), strict=True) if weight > HELD_FROM}
    traded = {
        one
        for one, trade in zip(names, plan.trades.tolist(), strict=True)
        if abs(trade) > NEGLIGIBLE
    }

    def of(one: Position) -> Position:
        if limit.held is not None and _name(one) not in held:
            why = f"the mandate lets {limit.held} securities be held, and it is none of them"
            return replace(
                one,
                buy_bar=one.buy_bar or why,
                forced_cents=one.forced_cents or -one.sellable_cents,
                forced_units=one.forced_units if one.forced_cents else -_covered_whole(one),
            )
        if limit.traded is not None and _name(one) not in traded and not one.forced_cents:
            why = f"the mandate lets {limit.traded} securities be traded, and it is none of them"
            return replace(one, buy_bar=one.buy_bar or why, sell_bar=one.sell_bar or why)
        return one

    return replace(question, positions=tuple(of(one) for one in question.positions))


def _name(position: Position) -> str:
    """A security, held or owed: a household may do both."""
    return f"{position.symbol}:short" if position.short else position.symbol


def _covered_whole(position: Position) -> int:
    """The units of a short position that is covered whole, 0 of any other: cents do not say it."""
    lots = [one for one in position.lots if not one.bar]
    is_whole = position.sellable_cents == sum(one.value_cents for one in lots)
    return sum(one.quantity for one in lots) if position.short and is_whole else 0


def _dropped(book: Portfolio, limit: CountLimit) -> Optimum:
    """The plan without the securities whose loss costs least, until few enough are left."""
    plan = optimize(book, most_nodes=0)
    while True:
        held = np.flatnonzero(book.weights(plan.trades) > HELD_FROM)
        traded = np.flatnonzero(np.abs(plan.trades) > NEGLIGIBLE)
        if limit.held is not None and held.size > limit.held:
            names, too_many, stays = held, held.size - limit.held, _unheld
        elif limit.traded is not None and traded.size > limit.traded:
            names, too_many, stays = traded, traded.size - limit.traded, _untraded
        else:
            return plan
        tried = [(_cost(optimize(stays(book, [at]), most_nodes=0)), at) for at in names.tolist()]
        open_ones = [at for cost, at in sorted(tried) if np.isfinite(cost)]
        if not open_ones:
            message = f"no {limit.held or limit.traded} securities keep the other limits"
            remedy = "allow more of them, or relax the limits"
            raise DataError([error("count", "NOT_SOLVED", message, remedy)])
        count = max(1, int(DROPPED_A_ROUND * too_many))
        book = stays(book, open_ones[:count])
        plan = optimize(book, most_nodes=0)


def _cost(plan: Optimum) -> float:
    """The objective; infinite where a limit had to give."""
    gave = [one for one in plan.problems if one.code != "BAND_EXCLUDES_TARGET"]
    return np.inf if gave else plan.certificate.objective


def _unheld(book: Portfolio, names: list[int]) -> Portfolio:
    most = book.most.copy()
    most[names] = 0.0
    return replace(book, most=most)


def _untraded(book: Portfolio, names: list[int]) -> Portfolio:
    buy, sell = book.buy_limit.copy(), book.sell_limit.copy()
    buy[names] = sell[names] = 0.0
    return replace(book, buy_limit=buy, sell_limit=sell)


def _as_one_account(question: Question, household: HouseholdPortfolio) -> Portfolio:
    """All accounts together: a security is one name, and its lots are those of all of them.

    What is owed is another name, with the margin of the account that owes most of it.
    """
    book, positions = household.book, household.positions
    largest: dict[str, Position] = {}
    for one in positions:
        known = largest.setdefault(_name(one), one)
        largest[_name(one)] = one if one.value_cents > known.value_cents else known
    at = {name: place for place, name in enumerate(largest)}
    places = np.array([at[_name(one)] for one in positions], np.int64)
    count = len(largest)

    def summed(values: Floats) -> Floats:
        return floats(np.bincount(places, values, count))

    def of_each(values: Floats) -> Floats:
        found = np.zeros(count)
        found[places] = values
        return floats(found)

    sellable = floats(np.minimum(book.sell_limit, summed_capacity(book)))
    whole = portfolio(
        list(largest),
        summed(book.held),
        summed(book.target),
        replace(geared_risk(question.model, list(largest.values())), names=tuple(largest)),
        cash=book.cash,
        lots=lots_of(
            places[book.lots.holder],
            book.lots.capacity,
            book.lots.slope,
            count,
        ),
        risk_aversion=book.risk_aversion,
        cost=of_each(book.buy_cost),
        alpha=of_each(book.alpha),
        buy_limit=np.where(summed(floats(book.buy_limit > 0)) > 0, np.inf, 0.0),
        sell_limit=summed(sellable),
        rows=rows_of(list(_common_rows(book, places, count)), count),
    )
    if question.terms.objective is Objective.FACTORS:
        whole = with_factors_alone(whole, question.model.loadings.shape[1])
    return whole


def summed_capacity(book: Portfolio) -> Floats:
    """What the lots of each position bring in all."""
    return floats(np.bincount(book.lots.holder, book.lots.capacity, book.count))


def _common_rows(
    book: Portfolio, places: np.ndarray[tuple[int], np.dtype[np.int64]], count: int
) -> Iterator[tuple[str, Floats, float, float]]:
    """The limits on sums that count all accounts of a security alike."""
    rows = book.rows
    for name, row, low, high in zip(rows.names, rows.matrix, rows.low, rows.high, strict=True):
        of_symbol = np.zeros(count)
        of_symbol[places] = row
        if np.allclose(of_symbol[places], row):
            yield name, floats(of_symbol), float(low), float(high)
