"""Limits of a household's plan that its trades in shares break."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from taxlots.plan.rebalance.household_portfolio import CASH_OF
from taxlots.plan.rebalance.plan_limits import tightened
from taxlots.plan.rebalance.share_caps import beyond_caps
from taxlots.plan.rebalance.solving import Question, Solution

NOTICED = 1e-9
"""A part of the household that is rounding of floats."""

WITHIN = 1e-6
"""What a sum may be beyond its limit by the rounding of cents, as a part of the household."""


def breaches(solution: Solution, question: Question) -> Iterator[str]:
    """The names of the caps, bands and other hard rows that the trades do not keep."""
    limits, shares = question.limits, (solution.household, solution.trades)
    yield from beyond_caps(limits, *shares)
    if tightened(limits, limits, *shares) is not None:
        yield "gains and taxes"
    for name, value, edge in _sums(solution):
        if abs(value - edge) > NOTICED:
            yield name


def sums_missed(solution: Solution) -> Iterator[str]:
    """Bands and limits on sums that the trades in shares miss, in sentences.

    A limit that cannot be kept is told by the optimum, with the nearest that can; here it is told
    where shares miss that, too.  Cash is checked where it is spent.
    """
    told = {one.where for one in solution.optimum.problems}
    for name, value, edge in _sums(solution):
        if name.startswith(CASH_OF) or abs(value - edge) <= WITHIN:
            continue
        limit = "the nearest to its limit that can be kept," if name in told else "its limit of"
        yield (
            f"{name} is {100 * value:.4f} % after the trades, beyond {limit}"
            f" {100 * edge:.4f} %: whole shares and lots, or money that is asked for, take it there"
        )


def _sums(solution: Solution) -> Iterator[tuple[str, float, float]]:
    """Each limit on a sum: its name, the sum after the trades, and the nearest that is within."""
    book = solution.household.book
    rows, after = book.rows, book.rows.matrix @ (book.held + solution.weights_traded())
    within = np.clip(after, rows.low, rows.high)
    yield from zip(rows.names, after.tolist(), within.tolist(), strict=True)
