"""Limits of a household's plan that its trades in shares break."""

from __future__ import annotations

from collections.abc import Iterator

from taxlots.plan.rebalance.plan_limits import tightened
from taxlots.plan.rebalance.share_caps import beyond_caps
from taxlots.plan.rebalance.solving import Question, Solution

NOTICED = 1e-9
"""A part of the household that is rounding of floats."""


def breaches(solution: Solution, question: Question) -> Iterator[str]:
    """The names of the caps, bands and other hard rows that the trades do not keep."""
    limits, shares = question.limits, (solution.household, solution.trades)
    yield from beyond_caps(limits, *shares)
    if tightened(limits, limits, *shares) is not None:
        yield "gains and taxes"
    book = solution.household.book
    after = book.rows.matrix @ (book.held + solution.weights_traded())
    for name, value, low, high in zip(
        book.rows.names, after, book.rows.low, book.rows.high, strict=True
    ):
        if not low - NOTICED <= value <= high + NOTICED:
            yield name
