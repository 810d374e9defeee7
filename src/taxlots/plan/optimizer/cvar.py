"""Expected shortfall over scenarios, with costs and lots: a linear program by HiGHS.

Rockafellar and Uryasev (2000): the mean of the worst returns is the least of a linear program in
one threshold and one shortfall for each scenario.  Simplex is the fastest here; at many names use
it for classes, or for the worst scenarios.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from taxlots.domain.problem import DataError, UsageError, error
from taxlots.plan.optimizer.objective import lots_sold
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Portfolio
from taxlots.plan.optimizer.review import UNLIMITED
from taxlots.plan.optimizer.terms import trade_range
from taxlots.plan.risk import Floats, floats

BOTH_SIDES: Final = 1e-8
ENOUGH: Final = 1e-7
MOST_ROUNDS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallPlan:
    """Trades of least expected shortfall, costs and tax.

    ``shortfall`` is the mean loss of the worst scenarios over the horizon, ``threshold`` the loss
    that they exceed, both as fractions of NAV.  ``objective`` is at most ``objective - bound``
    above the optimum.
    """

    trades: Floats
    sold: Floats
    shortfall: float
    threshold: float
    objective: float
    bound: float


def expected_shortfall(losses: Floats, confidence: float) -> float:
    """The mean of the worst losses beyond the confidence, a scenario on the edge in part."""
    count = (1.0 - confidence) * losses.size
    worst = np.sort(losses)[::-1]
    whole = int(count)
    rest = (count - whole) * worst[whole] if whole < losses.size else 0.0
    return float((worst[:whole].sum() + rest) / count)


def optimize_shortfall(
    book: Portfolio,
    scenarios: Floats,
    *,
    confidence: float = 0.95,
    aversion: float = 1.0,
    most_shortfall: float | None = None,
    has_variance: bool = False,
) -> ShortfallPlan:
    """The plan of least ``aversion`` × expected shortfall + costs + tax - alpha.

    ``scenarios`` are returns over the horizon (scenarios × names); cash earns nothing.  With
    ``most_shortfall`` the shortfall is capped as well.  ``has_variance`` adds the portfolio's own
    risk term, by tangents of it that are added until they meet it (Kelley 1960).
    """
    if scenarios.ndim != 2 or scenarios.shape[1] != book.count:  # noqa: PLR2004 (a matrix)
        raise UsageError(f"scenarios of shape {scenarios.shape} stand beside {book.count} names")
    if not 0.0 < confidence < 1.0:
        raise UsageError("the confidence is between 0 and 1; 0.95 is usual")
    forbidden = np.zeros((book.count, 2), bool)
    tangents = [_tangent(book, np.zeros(book.count))] if has_variance else []
    floor = -np.inf
    for _ in range(MOST_ROUNDS):
        value, bought, sold = _solved(
            book, scenarios, confidence, aversion, most_shortfall, forbidden, tangents
        )
        floor = value if not forbidden.any() else floor
        sales = np.bincount(book.lots.holder, sold, book.count)
        both = np.minimum(bought, sales) > BOTH_SIDES
        if _missing(book, bought - sales, tangents) > ENOUGH:
            tangents.append(_tangent(book, bought - sales))
            continue
        if not both.any():
            break
        side = (bought > sales).astype(int)
        forbidden[both, 1 - side[both]] = True
    trades = bought - sales
    value += _missing(book, trades, tangents)
    losses = -(scenarios @ (book.held + trades))
    return ShortfallPlan(
        trades=trades,
        sold=lots_sold(book, trades),
        shortfall=expected_shortfall(losses, confidence),
        threshold=float(np.quantile(losses, confidence)),
        objective=value,
        bound=min(floor, value),
    )


Tangent = tuple[float, Floats]
"""A lower bound of the risk term: a constant, and a slope for each trade."""


def _tangent(book: Portfolio, trades: Floats) -> Tangent:
    away = book.held + trades - book.target
    slope = book.risk_aversion * book.risk.marginal(away)
    return 0.5 * book.risk_aversion * book.risk.variance(away) - float(slope @ trades), slope


def _missing(book: Portfolio, trades: Floats, tangents: list[Tangent]) -> float:
    """How far the tangents stay below the risk term."""
    if not tangents:
        return 0.0
    away = book.held + trades - book.target
    reached = max(constant + float(slope @ trades) for constant, slope in tangents)
    return 0.5 * book.risk_aversion * book.risk.variance(away) - reached


def _solved(
    book: Portfolio,
    scenarios: Floats,
    confidence: float,
    aversion: float,
    most_shortfall: float | None,
    forbidden: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    tangents: list[Tangent],
) -> tuple[float, Floats, Floats]:
    """Value, purchases by name and sales by lot; columns of ``forbidden`` are sales, purchases."""
    from scipy import sparse  # type: ignore[import-untyped]
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    lots, count = book.lots, scenarios.shape[0]
    high = np.minimum(trade_range(book)[1], UNLIMITED)
    weigh = 1.0 / ((1.0 - confidence) * count)
    holder = lots.holder
    tail = np.concatenate([[1.0], np.full(count, weigh)])
    linear = np.concatenate(
        [
            book.buy_cost - book.alpha,
            (book.sell_cost + book.alpha)[holder] + lots.slope,
            aversion * tail,
            [1.0],
        ]
    )
    blocks = _limits(book, scenarios)
    if most_shortfall is not None:
        row = np.concatenate([np.zeros(book.count + holder.size), tail])
        blocks.append((row[None, :], floats([most_shortfall])))
    kept = sparse.vstack([sparse.csr_matrix(matrix) for matrix, _ in blocks], format="csr")
    kept = sparse.hstack([kept, sparse.csr_matrix((kept.shape[0], 1))], format="csr")
    nothing = np.zeros(count + 1)
    rows = [np.concatenate([s, -s[holder], nothing, [-1.0]]) for _, s in tangents]
    kept = sparse.vstack([kept, *[sparse.csr_matrix(row) for row in rows]], format="csr")
    most = [np.atleast_1d(side) for _, side in blocks]
    room = np.where(forbidden[:, 1], 0.0, np.maximum(high, 0.0))
    capacity = np.where(forbidden[holder, 0], 0.0, lots.capacity)
    upper = np.concatenate([room, capacity])
    limits = [*[(0.0, end) for end in upper], (None, None), *[(0.0, None)] * (count + 1)]
    found = linprog(
        linear,
        A_ub=kept,
        b_ub=np.concatenate([*most, [-constant for constant, _ in tangents]]),
        bounds=limits,
        method="highs-ds",
    )
    if found.x is None:
        message = "no trades keep the limits and the shortfall together"
        least = "" if most_shortfall is None else f" of {100 * most_shortfall:.2f} %"
        remedy = f"raise the cap{least}, or relax the limits"
        raise DataError([error("shortfall", "NOT_SOLVED", message, remedy)])
    bought, sold = found.x[: book.count], found.x[book.count : book.count + holder.size]
    bought = np.where(bought < NEGLIGIBLE, 0.0, bought)
    return float(found.fun), floats(bought), floats(np.where(sold < NEGLIGIBLE, 0.0, sold))


def _limits(book: Portfolio, scenarios: Floats) -> list[tuple[Any, Floats]]:
    """What the program keeps at most: losses beyond the threshold, and the portfolio's limits."""
    from scipy import sparse

    count, holder = scenarios.shape[0], book.lots.holder
    low, high = trade_range(book)
    high = np.minimum(high, UNLIMITED)
    of_name = sparse.csr_matrix(
        (np.ones(holder.size), (holder, np.arange(holder.size))), shape=(book.count, holder.size)
    )
    moves = np.hstack([-scenarios, scenarios[:, holder]])
    edge = sparse.hstack([moves, -np.ones((count, 1)), -sparse.eye(count)], format="csr")
    rest = sparse.csr_matrix((book.count, count + 1))
    trade = sparse.hstack([sparse.eye(book.count), -of_name, rest], format="csr")
    held_rows = book.rows.matrix @ book.held
    return [
        (edge, scenarios @ book.held),
        (trade, high),
        (-trade, -low),
        (trade.sum(axis=0), floats([book.cash.held - book.cash.floor])),
        (-trade.sum(axis=0), floats([book.cash.ceiling - book.cash.held])),
        (book.rows.matrix @ trade, np.minimum(book.rows.high - held_rows, UNLIMITED)),
        (-(book.rows.matrix @ trade), np.minimum(held_rows - book.rows.low, UNLIMITED)),
    ]
