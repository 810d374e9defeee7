"""Why each trade is made, in basis points and dollars, and how near the plan is to the optimum.

The parts of one trade add up, and those of all trades add up to the plan's benefit: risk is
quadratic, so each trade is credited with its risk at the middle between before and after, which
leaves nothing over.  What a trade does for a limit is told beside it, at the limit's price.
"""

from typing import Final, NamedTuple

import numpy as np

from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE
from taxlots.plan.optimizer.signs import BPS, Certificate
from taxlots.plan.optimizer.terms import GIVE
from taxlots.plan.risk import Floats

TOLD_FROM_BPS: Final = 0.005


class TradeReason(NamedTuple):
    """What one trade brings, as fractions of NAV: positive parts speak for it.

    ``limits`` holds what it is worth for each limit that binds (cash, a sector, a class), at the
    price of the last unit; these are not part of the benefit, they are why a trade that costs
    more than it brings is made.
    """

    name: str
    trade: float
    risk: float
    cash: float
    cost: float
    impact: float
    tax: float
    harvest: float
    alpha: float
    limits: tuple[tuple[str, float], ...] = ()

    @property
    def benefit(self) -> float:
        """All parts together."""
        return (
            self.risk + self.cash + self.cost + self.impact + self.tax + self.harvest + self.alpha
        )

    def parts(self) -> dict[str, float]:
        """The parts by name."""
        names = ("risk", "harvest", "alpha", "cash", "cost", "impact", "tax")
        return {name: float(getattr(self, name)) for name in names}

    def sentence(self, nav: float) -> str:
        """The trade and its parts, the largest first: ``nav`` in dollars."""
        side = "Buy" if self.trade > 0 else "Sell"
        told = f"{side} {100 * abs(self.trade):.2f} % ({nav * abs(self.trade):,.0f}) of {self.name}"
        parts = {name: value for name, value in self.parts().items() if _is_told(value)}
        for_it = [_told(*part, nav) for part in _by_size(parts) if part[1] > 0]
        against = [_told(*part, nav) for part in _by_size(parts) if part[1] < 0]
        limits = [f"keeps {name}" for name, value in self.limits if _is_told(value) and value > 0]
        told += f": {', '.join([*for_it, *limits]) or 'part of a balance'}"
        return told + (f"; against {', '.join(against)}" if against else "")


def _is_told(value: float) -> bool:
    return abs(value) * BPS >= TOLD_FROM_BPS


def _by_size(parts: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(parts.items(), key=lambda part: -abs(part[1]))


def _told(name: str, value: float, nav: float) -> str:
    return f"{name} {value * BPS:+.2f} bps ({value * nav:+,.2f})"


def trade_reasons(plan: Optimum) -> tuple[TradeReason, ...]:
    """The reasons of all trades, those of the greatest benefit first."""
    book = plan.book
    at = np.flatnonzero(np.abs(plan.trades) > NEGLIGIBLE)
    trades = plan.trades[at]
    middle = book.held + 0.5 * plan.trades - book.target
    risk = -book.risk_aversion * book.risk.marginal(middle)[at] * trades
    after = 0.5 * (book.cash.held + book.cash_after(plan.trades)) - book.cash.target
    cash = (max(book.cash.curvature, GIVE) * after + book.cash.drag) * trades
    cost = book.sell_cost[at] * np.minimum(trades, 0) - book.buy_cost[at] * np.maximum(trades, 0)
    impact = -0.5 * book.impact[at] * trades**2
    slopes = plan.sold * book.lots.slope
    holder = book.lots.holder
    tax = -np.bincount(holder, np.maximum(slopes, 0), book.count)[at]
    saved = -np.bincount(holder, np.minimum(slopes, 0), book.count)[at]
    alpha = book.alpha[at] * trades
    figures = (trades, risk, cash, cost, impact, tax, saved, alpha)
    worths = {name: worth[at].tolist() for name, worth in limit_worths(plan).items()}
    limits = [tuple(zip(worths, each, strict=True)) for each in zip(*worths.values(), strict=True)]
    order = np.argsort(-(risk + cash + cost + impact + tax + saved + alpha), kind="stable")
    names = [book.names[place] for place in at.tolist()]
    rows = np.stack(figures, axis=1).tolist()
    return tuple(
        [
            TradeReason._make((names[one], *rows[one], limits[one] if limits else ()))
            for one in order.tolist()
        ]
    )


def limit_worths(plan: Optimum) -> dict[str, Floats]:
    """What each trade is worth for every limit that binds: its price times what the trade moves.

    A limit's price is the dual of its column less what the column's own curvature asks for: the
    distance from where the column would lie by itself.
    """
    book, trades = plan.book, plan.trades
    cash, rows = book.cash, book.rows
    now = rows.matrix @ book.held
    centre = np.append(cash.held - cash.target, np.clip(0.0, rows.low - now, rows.high - now))
    amounts = np.append(trades.sum(), rows.matrix @ trades)
    curvature = np.full(centre.size, GIVE)
    curvature[0] = max(cash.curvature, GIVE)
    prices = plan.duals[book.risk.loadings.shape[1] :] - curvature * (amounts - centre)
    found = {}
    for row in np.flatnonzero(np.abs(prices) * BPS >= TOLD_FROM_BPS).tolist():
        moved = trades if row == 0 else rows.matrix[row - 1] * trades
        name = "cash" if row == 0 else rows.names[row - 1]
        found[f"the limit of {name}"] = -float(prices[row]) * moved
    return found


def certificate_sentence(certificate: Certificate, nav: float) -> str:
    """How near to the optimum the plan is proven to be."""
    gap = certificate.gap_bps
    amount, told = gap / BPS * nav, max(gap, 0.001)
    return (
        f"The plan is within {told:.3f} bps of the optimum ({amount:,.2f} of {nav:,.0f}): "
        "no plan that keeps the same limits is better by more."
    )
