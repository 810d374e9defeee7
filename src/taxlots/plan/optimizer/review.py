"""What is wrong with a portfolio before it is optimized, and the nearest one that works.

Numbers that are missing stop the run.  Limits that contradict each other are told one by one, each
with the clash and the least that it must give; the portfolio with those limits is solved instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np

from taxlots.domain.problem import DataError, Problem, error
from taxlots.plan.optimizer.cap_kinds import rounded_up
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Portfolio, Rows
from taxlots.plan.optimizer.terms import trade_range
from taxlots.plan.risk import Floats, problems_of_risk

LEAVE = 1e-6
"""What a limit is relaxed by beyond the least, so that a plan has room."""

LIMIT_CANNOT_BE_KEPT = "LIMIT_CANNOT_BE_KEPT"
"""The code of a problem: the limit that is named had to give."""

UNLIMITED = 1e3
"""More than any position can weigh, in place of infinity."""

ROUNDING = 1e-4
"""Of the last digit that is told."""

UNCOVERED = 1e-6
"""Lots and holdings of a name may differ by this fraction of NAV."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A portfolio whose limits can be kept, and what was changed for it."""

    book: Portfolio
    problems: tuple[Problem, ...]


def percent(weight: float) -> str:
    """A weight as it is told."""
    return f"{100 * weight:.2f} %"


def percent_up(weight: float) -> str:
    """A weight rounded up: a limit of so much leaves room for it."""
    return f"{ceil(1e4 * weight - ROUNDING) / 100:.2f} %"


def percent_down(weight: float) -> str:
    """A weight rounded down: so much is reached."""
    return f"{floor(1e4 * weight + ROUNDING) / 100:.2f} %"


def review(book: Portfolio) -> Reviewed:
    """Raises ``DataError`` for numbers that are missing; relaxes limits that clash."""
    fatal = [*_shapes(book)]
    fatal = fatal or [*_numbers(book), *problems_of_risk(book.risk), *_signs(book)]
    if fatal:
        raise DataError(fatal)
    problems: list[Problem] = []
    for step in (_positions, _reachable, _cash, _rows):
        book, found = step(book)
        problems += found
    return Reviewed(book, tuple(problems))


def _shapes(book: Portfolio) -> Iterator[Problem]:
    count = book.count
    arrays = {
        "held": book.held,
        "target": book.target,
        "costs of purchases": book.buy_cost,
        "costs of sales": book.sell_cost,
        "impact": book.impact,
        "alpha": book.alpha,
    }
    for name, array in arrays.items():
        if array.shape != (count,):
            message = f"{name} has {array.size} entries for {count} names"
            yield error("portfolio", "SHAPE", message, "give one for each name, in one order")
    if book.risk.names != book.names:
        missing = [name for name in book.names if name not in book.risk.names]
        what = f"lacks {', '.join(missing[:5])}" if missing else "has them in another order"
        message = f"the risk model {what}"
        yield error("risk", "RISK_NAMES", message, "take the part of it with RiskModel.of(names)")
    if book.lots.start.shape != (count + 1,):
        message = f"lots are given for {book.lots.start.size - 1} of {count} names"
        yield error("lots", "SHAPE", message, "build them with lots_of(..., names=count)")
    if book.rows.matrix.shape != (len(book.rows.names), count):
        message = f"limits have coefficients of shape {book.rows.matrix.shape}"
        yield error("rows", "SHAPE", message, "give one coefficient for each name, in one order")


def _numbers(book: Portfolio) -> Iterator[Problem]:
    for name in _not_finite(book, book.held):
        remedy = "supply its price, or leave it out of the portfolio and of NAV"
        yield error(name, "NO_PRICE", f"{name} has no price, so no weight", remedy)
    arrays = {
        "target": book.target,
        "cost of a purchase": book.buy_cost,
        "cost of a sale": book.sell_cost,
        "impact": book.impact,
        "alpha": book.alpha,
    }
    for what, array in arrays.items():
        for name in _not_finite(book, array):
            message = f"the {what} of {name} is not a number"
            yield error(name, "NOT_A_NUMBER", message, "supply it")
    lots = book.lots
    bad = np.flatnonzero(~(np.isfinite(lots.slope) & np.isfinite(lots.capacity)))
    for at in np.unique(lots.holder[bad]) if bad.size else ():
        message = f"a lot of {book.names[at]} has no value or no tax"
        yield error(book.names[at], "NO_PRICE", message, "supply its price and basis")
    stated = (book.buy_limit, book.sell_limit, book.least, book.most, book.rows.low, book.rows.high)
    if (
        any(np.isnan(array).any() for array in stated)
        or np.isnan([book.cash.held, book.cash.target, book.cash.floor, book.cash.ceiling]).any()
    ):
        yield error("limits", "NOT_A_NUMBER", "a limit is not a number", "use inf for none")


def _not_finite(book: Portfolio, array: Floats) -> list[str]:
    """Names whose number is missing."""
    return [book.names[at] for at in np.flatnonzero(~np.isfinite(array)).tolist()]


def _signs(book: Portfolio) -> Iterator[Problem]:
    if not book.risk_aversion > 0:
        message = f"the aversion to risk is {book.risk_aversion:g}"
        yield error("portfolio", "RISK_AVERSION", message, "take a positive one; 5 is usual")
    for what, array in (("cost", book.buy_cost), ("cost", book.sell_cost), ("impact", book.impact)):
        for at in np.flatnonzero(array < 0):
            message = f"the {what} of {book.names[at]} is negative"
            yield error(book.names[at], "NEGATIVE_COST", message, "a benefit belongs in alpha")
    lots, holder = book.lots, book.lots.holder
    held = np.bincount(holder, lots.capacity, book.count) if lots.slope.size else 0 * book.held
    for at in np.flatnonzero(np.abs(held - np.maximum(book.held, 0)) > UNCOVERED):
        message = (
            f"lots of {book.names[at]} make {percent(held[at])} of NAV, "
            f"held are {percent(book.held[at])}"
        )
        yield error(book.names[at], "LOTS_DIFFER", message, "value lots and holdings alike")
    is_falling = lots.slope[1:] < lots.slope[:-1]
    if (is_falling & (holder[1:] == holder[:-1])).any() or (lots.capacity < 0).any():
        message = "lots are not in order of their slopes, or below zero"
        yield error("lots", "LOTS_ORDER", message, "build them with lots_of")


def _positions(book: Portfolio) -> tuple[Portfolio, list[Problem]]:
    """Limits of each position: in order, and around the target."""
    found = []
    least, most, target = book.least.copy(), book.most.copy(), book.target.copy()
    for at in np.flatnonzero(least > most):
        message = (
            f"{book.names[at]} is to weigh at least {percent(least[at])} "
            f"and at most {percent(most[at])}"
        )
        least[at] = most[at]
        remedy = f"lower the least; the plan takes {percent(most[at])}"
        found.append(error(book.names[at], "LIMITS_CLASH", message, remedy))
    inside = np.clip(target, least, most)
    for at in np.flatnonzero(np.abs(inside - target) > NEGLIGIBLE):
        message = (
            f"the band of {book.names[at]}, {percent(least[at])} to {percent(most[at])}, "
            f"excludes its target of {percent(target[at])}"
        )
        remedy = f"move one of them; the plan aims at the band's edge, {percent(inside[at])}"
        found.append(error(book.names[at], "BAND_EXCLUDES_TARGET", message, remedy))
    if not found:
        return book, []
    return replace(book, least=least, most=most, target=inside), found


def _reachable(book: Portfolio) -> tuple[Portfolio, list[Problem]]:
    """Positions beyond a limit that may not be traded far enough to keep it."""
    low, high = trade_range(book)
    if not (low > high + NEGLIGIBLE).any():
        return book, []
    found = []
    least, most = book.least.copy(), book.most.copy()
    can_sell = trade_range(replace(book, least=np.minimum(least, 0.0)))[0]
    for at in np.flatnonzero(low > high + NEGLIGIBLE):
        name, held = book.names[at], book.held[at]
        if held > most[at]:
            reached = held + can_sell[at]
            how = "is locked" if can_sell[at] > -NEGLIGIBLE else "can be sold only in part"
            message = f"{name} weighs {percent(held)}, above its limit of {percent(most[at])}, and "
            message += how
            remedy = f"unlock it, or raise its limit; the nearest is {percent_up(reached)}"
            most[at] = reached
            found.append(error(name, "LOCKED_ABOVE_LIMIT", message, remedy))
        else:
            reached = held + max(0.0, book.buy_limit[at])
            how = "may not be bought" if reached <= held else "can be bought only in part"
            message = (
                f"{name} weighs {percent(held)}, below its least of {percent(least[at])}, and "
            )
            message += how
            remedy = (
                f"allow its purchase, or lower its least; the nearest is {percent_down(reached)}"
            )
            least[at] = reached
            found.append(error(name, "LOCKED_BELOW_LIMIT", message, remedy))
    return replace(book, least=least, most=most), found


def _cash(book: Portfolio) -> tuple[Portfolio, list[Problem]]:
    """Cash that no trades can raise, or spend."""
    low, high = trade_range(book)
    cash, found = book.cash, []
    most_cash, least_cash = cash.held - float(low.sum()), cash.held - float(high.sum())
    if cash.floor > cash.ceiling + NEGLIGIBLE:
        message = f"cash is to be at least {percent(cash.floor)} and at most "
        message += percent(cash.ceiling)
        remedy = f"raise the ceiling; the plan takes {percent(cash.floor)}"
        found.append(error("cash", "LIMITS_CLASH", message, remedy))
        cash = replace(cash, ceiling=cash.floor)
    if cash.floor > most_cash + NEGLIGIBLE:
        message = (
            f"{percent(cash.floor)} of NAV is wanted in cash, but cash and all that may be sold "
            f"make {percent(most_cash)}"
        )
        remedy = f"withdraw less, or unlock a holding; the most is {percent_down(most_cash)}"
        found.append(error("cash", "WITHDRAWAL_TOO_LARGE", message, remedy))
        cash = replace(cash, floor=most_cash - LEAVE, ceiling=max(cash.ceiling, most_cash))
    if cash.ceiling < least_cash - NEGLIGIBLE:
        message = (
            f"cash is to be at most {percent(cash.ceiling)}, but all that may be bought leaves "
            f"{percent(least_cash)}"
        )
        remedy = f"allow more purchases, or more cash; the least is {percent_up(least_cash)}"
        found.append(error("cash", "CASH_CANNOT_BE_SPENT", message, remedy))
        cash = replace(cash, ceiling=least_cash + LEAVE)
    return (replace(book, cash=cash), found) if found else (book, [])


def _rows(book: Portfolio) -> tuple[Portfolio, list[Problem]]:
    """Limits on sums that each by itself cannot be kept."""
    rows = book.rows
    if not rows.names:
        return book, []
    low, high = trade_range(book)
    high = np.minimum(high, UNLIMITED)
    most = rows.matrix @ book.held + np.maximum(rows.matrix * low, rows.matrix * high).sum(axis=1)
    least = rows.matrix @ book.held + np.minimum(rows.matrix * low, rows.matrix * high).sum(axis=1)
    return with_rows(book, np.minimum(rows.low, most), np.maximum(rows.high, least))


def with_rows(book: Portfolio, low: Floats, high: Floats) -> tuple[Portfolio, list[Problem]]:
    """The limits on sums, each as far relaxed, and what is told of those that were."""
    rows, found = book.rows, []
    for at, name in enumerate(rows.names):
        if high[at] > rows.high[at] + NEGLIGIBLE:
            message = f"{name} is to be at most {rows.high[at]:.6g}, which no trades allowed reach"
            remedy = (
                f"raise it, or unlock what is in it; the nearest is {rounded_up(high[at], 6):.6g}"
            )
        elif low[at] < rows.low[at] - NEGLIGIBLE:
            message = f"{name} is to be at least {rows.low[at]:.6g}, which no trades allowed reach"
            remedy = (
                f"lower it, or allow its purchase; the nearest is {-rounded_up(-low[at], 6):.6g}"
            )
        else:
            continue
        found.append(error(name, LIMIT_CANNOT_BE_KEPT, message, remedy))
    if not found:
        return book, []
    low = np.where(low < rows.low, low - LEAVE, rows.low)
    high = np.where(high > rows.high, high + LEAVE, rows.high)
    relaxed = Rows(rows.names, rows.matrix, low, high)
    return replace(book, rows=relaxed), found
