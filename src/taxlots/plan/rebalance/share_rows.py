"""Bands and limits on sums that a plan in shares misses, and the plan that misses least.

Rounding and the money of accounts may take a plan some steps beyond a band.  Then the shares that
keep all bands and are nearest to the optimum are taken (``nearest_shares``).  Where there are none
that keep the caps too, the household is solved again with the band narrowed by what was missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from taxlots.domain.problem import DataError, Problem
from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import Rows
from taxlots.plan.optimizer.rounding import NOT_ROUNDED
from taxlots.plan.rebalance.breaches import WITHIN
from taxlots.plan.rebalance.household_portfolio import CASH_OF, CashNeeds, HouseholdPortfolio
from taxlots.plan.rebalance.nearest_shares import limits_on_sums
from taxlots.plan.rebalance.plan_limits import tightened
from taxlots.plan.rebalance.raised_cash import money_after
from taxlots.plan.rebalance.replacements import Replacements
from taxlots.plan.rebalance.share_caps import beyond_caps
from taxlots.plan.rebalance.solving import Question, Solution, bounded_by, solved_within
from taxlots.plan.rebalance.trades_in_steps import nearest_solution
from taxlots.plan.risk import Floats

MONEY_FIRST: Final = 100
MOST_NARROWED: Final = 3
"""Rounds with narrower limits; each takes away twice what was missed."""


def solved_in_shares(
    question: Question,
    household: HouseholdPortfolio,
    by: Replacements,
    *,
    near: Optimum | None = None,
) -> Solution:
    """The best trades of a household, as ``solved_within``, that miss limits on sums least.

    Raises DataError for inputs that cannot be solved.
    """
    best = first = solved_within(question, household, by, near=near)
    stated = question.cash, household.book.rows
    if not missed(first, question.cash):
        return first
    for rival in _rivals(question, household, by, first):
        if missed(rival, *stated) < missed(best, *stated) and _keeps_what(first, question, rival):
            best = rival
        if not missed(best, *stated):
            break
    return best


def missed(solution: Solution, cash: CashNeeds, rows: Rows | None = None) -> float:
    """What limits on sums are missed by, together, as a part of the household.

    Money that accounts are to have and that is not raised counts ``MONEY_FIRST`` times.  ``rows``
    are the limits; without them those that the plan was solved with, where some that cannot be kept
    have given.
    """
    limits = rows or solution.household.book.rows
    if not cash.floors and all(name.startswith(CASH_OF) for name in limits.names):
        return 0.0
    over = np.abs(beyond_rows(solution, limits))
    lacking = sum(
        max(0, floor - money_after(solution.trades, group, cash))
        for group, floor in cash.floors.items()
    )
    return float(over[over > WITHIN].sum()) + MONEY_FIRST * lacking / solution.household.nav_cents


def beyond_rows(solution: Solution, rows: Rows) -> Floats:
    """By how much sums are above their limits, or below them (below 0), (rows,); money is 0."""
    after = rows.matrix @ (solution.household.book.held + solution.weights_traded())
    over = np.maximum(after - rows.high, 0.0) - np.maximum(rows.low - after, 0.0)
    return np.where(limits_on_sums(rows), over, 0.0)


def narrowed(rows: Rows, over: Floats) -> Rows:
    """Limits on sums with twice as much less room where they were missed, (rows,).

    A limit is narrowed no further than to the middle between it and its other side.
    """
    middle = np.where(
        np.isfinite(rows.low) & np.isfinite(rows.high), (rows.low + rows.high) / 2, np.nan
    )
    low = np.fmin(rows.low + 2 * np.maximum(-over, 0.0), middle)
    high = np.fmax(rows.high - 2 * np.maximum(over, 0.0), middle)
    return replace(
        rows, low=np.where(over < 0, low, rows.low), high=np.where(over > 0, high, rows.high)
    )


def _rivals(
    question: Question, household: HouseholdPortfolio, by: Replacements, first: Solution
) -> Iterator[Solution]:
    """Other plans, as the first one's limits measure them: the likeliest to keep these come first.

    The shares nearest to the optimum; limits narrowed by what is missed; and the nearest shares
    again where no loss is taken.
    """
    stated, given = household.book.rows, household.within(first.household.book)
    nearest = nearest_solution(question, first, given, stated, by)
    if nearest is not None:
        yield nearest
    yield from _narrowed_plans(question, given, by, first)
    table, nothing = given.table, np.zeros(len(given.positions), np.bool_)
    if (is_loss := table.is_loss & ~table.is_barred).any():
        narrower = given.narrowed(unbought=nothing, unsold=nothing, barred=is_loss)
        nearest = nearest_solution(question, first, narrower, stated, by)
        if nearest is not None:
            yield nearest


def _narrowed_plans(
    question: Question, household: HouseholdPortfolio, by: Replacements, first: Solution
) -> Iterator[Solution]:
    """Plans with limits narrowed by what the plan before missed."""
    rows, last = household.book.rows, first
    for _ in range(MOST_NARROWED):
        narrower = narrowed(rows, beyond_rows(last, household.book.rows))
        if (narrower.low == rows.low).all() and (narrower.high == rows.high).all():
            return
        rows = narrower
        asked = replace(household, book=replace(household.book, rows=rows))
        rival = _solved(question, asked, by, first)
        if rival is None:
            return
        yield rival
        last = rival


def _solved(
    question: Question, household: HouseholdPortfolio, by: Replacements, first: Solution
) -> Solution | None:
    """The plan of a narrower household, with the limits, bound and words of the first plan.

    None where something has to give that did not before.
    """
    try:
        found = solved_within(question, household, by, near=first.optimum)
    except DataError:
        return None
    told = {(one.code, one.where) for one in first.optimum.problems}
    if any((one.code, one.where) not in told for one in _lasting(found)):
        return None
    optimum = replace(
        bounded_by(found.optimum, first.optimum.certificate.bound),
        book=replace(found.optimum.book, rows=first.optimum.book.rows),
        problems=first.optimum.problems,
    )
    own = replace(found.household.book, rows=first.household.book.rows)
    own_household = replace(found.household, book=own)
    return replace(
        found,
        household=own_household,
        optimum=optimum,
        wanted=first.wanted,
        unrounded=first.unrounded,
    )


def _lasting(solution: Solution) -> Iterator[Problem]:
    """What had to give, but for trades that the optimizer left between two steps."""
    return (one for one in solution.optimum.problems if one.code != NOT_ROUNDED)


def _keeps_what(first: Solution, question: Question, rival: Solution) -> bool:
    """Whether a plan exceeds no cap that the first one keeps."""
    limits, before = question.limits, (first.household, first.trades)
    after = rival.household, rival.trades
    is_over = tightened(limits, limits, *after) is not None
    was_over = tightened(limits, limits, *before) is not None
    exceeded = beyond_caps(limits, *before)
    more = {
        name: over - exceeded.get(name, 0.0) for name, over in beyond_caps(limits, *after).items()
    }
    return (was_over or not is_over) and all(over <= 0 for over in more.values())
