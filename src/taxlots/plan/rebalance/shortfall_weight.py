"""A weight of expected shortfall as a cap on it: the one whose last bit is worth the weight.

A plan that pays a price for shortfall is also the best plan within the shortfall that it reaches
(Lagrange): so the cap is found at which the price of a little more room is the stated weight.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from taxlots.plan.optimizer.objectives import with_rows
from taxlots.plan.optimizer.optimum import Optimum, optimize
from taxlots.plan.optimizer.portfolio import Portfolio, rows_of
from taxlots.plan.rebalance.mandate import SumLimit
from taxlots.plan.rebalance.mandated import by_symbol, row_prices
from taxlots.plan.rebalance.shortfall_cap import NAME, ShortfallCap
from taxlots.plan.rebalance.solving import Question, portfolio_of

HALVINGS: Final = 18
MOST_CUTS: Final = 40
NEAR: Final = 1e-7


@dataclass(slots=True)
class _Priced:
    """Plans within caps on shortfall, and the tangents that they have met so far."""

    question: Question
    open_cap: ShortfallCap
    book: Portfolio
    cuts: list[SumLimit] = field(default_factory=list)

    def plan(self, most: float) -> Optimum:
        cap = replace(self.open_cap, most=most)
        found = self._solved(most)
        for _ in range(MOST_CUTS):
            after = self._weights(found)
            if cap.shortfall(after) <= most + NEAR or found.problems:
                break
            self.cuts.append(cap.cut(after, len(self.cuts)))
            found = self._solved(most)
        return found

    def shortfall(self, found: Optimum) -> float:
        return self.open_cap.shortfall(self._weights(found))

    def price(self, most: float) -> float:
        """What a little more room is worth; infinite where no trades keep the cap."""
        found = self.plan(most)
        if any(one.where.startswith(NAME) for one in found.problems):
            return np.inf
        prices = row_prices(found).items()
        return sum(abs(price) for name, price in prices if name.startswith(NAME))

    def _weights(self, found: Optimum) -> dict[str, float]:
        return by_symbol(self.question.positions, found.book.weights(found.trades))

    def _solved(self, most: float) -> Optimum:
        positions = self.question.positions
        rows = [(one.name, one.row(positions), -np.inf, most) for one in self.cuts]
        book = with_rows(self.book, rows_of(rows, len(positions))) if rows else self.book
        return optimize(book, most_nodes=0)


def cap_of_weight(question: Question, open_cap: ShortfallCap, weight: float) -> ShortfallCap:
    """The cap at which a little more shortfall is worth ``weight`` times itself.

    ``open_cap`` has the scenarios and the confidence.  Where the plan without a cap would pay no
    more for it, its own shortfall is the cap.
    """
    household = portfolio_of(question)
    priced = _Priced(question, open_cap, household.book)
    high = priced.shortfall(optimize(household.book, most_nodes=0))
    low = 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if priced.price(middle) > weight:
            low = middle
        else:
            high = middle
    return replace(open_cap, most=max(high, 0.0))
