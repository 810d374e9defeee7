"""The same problem written down for cvxpy, from the portfolio itself, and solved by Clarabel."""

import warnings

import cvxpy as cp
import numpy as np

from taxlots.plan.optimizer.portfolio import Portfolio

PRECISE = {"tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12, "tol_feas": 1e-12, "max_iter": 200}


def least_cost(
    book: Portfolio,
    *,
    turnover: float | None = None,
    tracking: float | None = None,
    gains: tuple[np.ndarray, float] | None = None,
) -> float:
    """The optimum of a convex portfolio: purchases and sales by lot are variables.

    ``turnover`` caps purchases and sales together, ``tracking`` the tracking error, and ``gains``
    the sum of gains by dollar of each lot times what is sold of it.
    """
    lots = book.lots
    spread = np.zeros((book.count, lots.slope.size))
    spread[lots.holder, np.arange(lots.slope.size)] = 1.0
    bought = cp.Variable(book.count, nonneg=True)
    sold = cp.Variable(lots.slope.size, nonneg=True)
    sales = spread @ sold
    trade = bought - sales
    weight = book.held + trade
    away = weight - book.target
    after = book.cash.held - cp.sum(trade)
    factors = book.risk.loadings.T @ away
    own = cp.multiply(np.sqrt(book.risk.specific), away)
    cost = (
        0.5 * book.risk_aversion * (cp.sum_squares(factors) + cp.sum_squares(own))
        + 0.5 * book.cash.curvature * cp.square(after - book.cash.target)
        + book.cash.drag * after
        + book.buy_cost @ bought
        + book.sell_cost @ sales
        + 0.5 * cp.sum_squares(cp.multiply(np.sqrt(book.impact), trade))
        + lots.slope @ sold
        - book.alpha @ trade
    )
    kept = [
        sold <= lots.capacity,
        after >= book.cash.floor,
        after <= book.cash.ceiling,
        weight >= np.maximum(book.least, -1e3),
        weight <= np.minimum(book.most, 1e3),
        bought <= np.clip(np.minimum(book.buy_limit, book.most - book.held), 0.0, 1e3),
        sales <= np.minimum(book.sell_limit, 1e3),
    ]
    if book.rows.names:
        amounts = book.rows.matrix @ weight
        kept += [amounts >= book.rows.low, amounts <= book.rows.high]
    if turnover is not None:
        kept.append(cp.sum(bought) + cp.sum(sold) <= turnover)
    if tracking is not None:
        kept.append(cp.norm(cp.hstack([factors, own])) <= tracking)
    if gains is not None:
        kept.append(gains[0] @ sold <= gains[1])
    problem = cp.Problem(cp.Minimize(cost), kept)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problem.solve(solver=cp.CLARABEL, **PRECISE)
    assert problem.status in {"optimal", "optimal_inaccurate"}, problem.status
    return float(problem.value)
