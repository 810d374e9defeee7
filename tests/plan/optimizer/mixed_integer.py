"""The plan as a mixed-integer quadratic program, by SCIP: ground truth for small problems."""

import numpy as np
from pyscipopt import Model, quicksum

from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.terms import trade_range

BPS = 1e4
"""SCIP keeps constraints to 1e-6: the objective is stated in basis points for it."""


def least_cost_by_scip(book: Portfolio) -> float:
    """The optimum, each name on one side; its sides are bound by what may be traded at most."""
    low, high = trade_range(book)
    high = np.minimum(high, book.cash.held - low.sum())
    model = Model()
    model.hideOutput()
    model.setParam("limits/time", 60)
    model.setParam("limits/gap", 1e-7)
    names, lots = range(book.count), book.lots
    buys = [model.addVar(vtype="B") for _ in names]
    bought = [model.addVar(lb=0, ub=max(0.0, float(high[i]))) for i in names]
    sold = [model.addVar(lb=0, ub=float(lots.capacity[j])) for j in range(lots.slope.size)]
    sales = [quicksum(sold[lots.start[i] : lots.start[i + 1]]) for i in names]
    for i in names:
        model.addCons(bought[i] <= max(0.0, float(high[i])) * buys[i])
        model.addCons(sales[i] <= max(0.0, float(-low[i])) * (1 - buys[i]))
        if high[i] < 0:
            model.addCons(sales[i] >= -float(high[i]))
    away = [float(book.held[i] - book.target[i]) + bought[i] - sales[i] for i in names]
    after = book.cash.held - quicksum(bought) + quicksum(sold)
    model.addCons(after >= book.cash.floor)
    model.addCons(after <= book.cash.ceiling)
    factors = []
    for k in range(book.risk.loadings.shape[1]):
        factor = model.addVar(lb=None)
        model.addCons(factor == quicksum(float(book.risk.loadings[i, k]) * away[i] for i in names))
        factors.append(factor)
    squares = (
        0.5
        * book.risk_aversion
        * (
            quicksum(f * f for f in factors)
            + quicksum(float(book.risk.specific[i]) * away[i] * away[i] for i in names)
        )
    )
    squares += 0.5 * book.cash.curvature * (after - book.cash.target) * (after - book.cash.target)
    squares += quicksum(
        0.5 * float(book.impact[i]) * (bought[i] - sales[i]) * (bought[i] - sales[i]) for i in names
    )
    linear = quicksum(
        float(book.buy_cost[i] - book.alpha[i]) * bought[i]
        + float(book.sell_cost[i] + book.alpha[i]) * sales[i]
        for i in names
    ) + quicksum(float(lots.slope[j]) * sold[j] for j in range(lots.slope.size))
    linear += book.cash.drag * after
    total = model.addVar(lb=None)
    model.addCons(total >= BPS * squares)
    model.setObjective(total + BPS * linear, "minimize")
    model.optimize()
    return float(model.getObjVal()) / BPS
