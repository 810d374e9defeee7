"""Why each trade is made, in basis points and dollars, and how near the plan is to the optimum.

The parts of one trade add up, and those of all trades add up to the plan's benefit: risk is
quadratic, so each trade is credited with its risk at the middle between before and after, which
leaves nothing over.  What a trade does for a limit is told beside it, at the limit's price.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE
from taxlots.plan.optimizer.signs import BPS, Certificate
from taxlots.plan.optimizer.terms import GIVE, Prepared, prepare
from taxlots.plan.risk import Floats

TOLD_FROM_BPS: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeReason:
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
    book, trades = plan.book, plan.trades
    middle = book.held + 0.5 * trades - book.target
    risk = -book.risk_aversion * book.risk.marginal(middle) * trades
    after = 0.5 * (book.cash.held + book.cash_after(trades)) - book.cash.target
    cash = (max(book.cash.curvature, GIVE) * after + book.cash.drag) * trades
    cost = book.sell_cost * np.minimum(trades, 0) - book.buy_cost * np.maximum(trades, 0)
    slopes = plan.sold * book.lots.slope
    tax = np.bincount(book.lots.holder, np.maximum(slopes, 0), book.count)
    saved = np.bincount(book.lots.holder, np.minimum(slopes, 0), book.count)
    limits = limit_worths(plan)
    figures = np.stack([trades, risk, cash, cost, -0.5 * book.impact * trades**2, -tax, -saved])
    found = []
    for at in np.flatnonzero(np.abs(trades) > NEGLIGIBLE).tolist():
        trade, its_risk, its_cash, its_cost, impact, its_tax, harvest = figures[:, at].tolist()
        found.append(
            TradeReason(
                name=book.names[at],
                trade=trade,
                risk=its_risk,
                cash=its_cash,
                cost=its_cost,
                impact=impact,
                tax=its_tax,
                harvest=harvest,
                alpha=float(book.alpha[at]) * trade,
                limits=tuple((name, float(worth[at])) for name, worth in limits.items()),
            )
        )
    return tuple(sorted(found, key=lambda reason: -reason.benefit))


def limit_worths(plan: Optimum) -> dict[str, Floats]:
    """What each trade is worth for every limit that binds: its price times what the trade moves."""
    book = plan.book
    prepared = prepare(book)
    terms = prepared.terms
    factors = book.risk.loadings.shape[1]
    amounts = plan.trades @ terms.columns
    found = {}
    for row, name in enumerate(("cash", *book.rows.names)):
        at = factors + row
        shift = float(terms.curvature[at] * (amounts[at] - _centre(prepared, at)))
        price = float(plan.duals[at]) - shift
        if abs(price) * BPS >= TOLD_FROM_BPS:
            found[f"the limit of {name}"] = -price * terms.columns[:, at] * plan.trades
    return found


def _centre(prepared: Prepared, at: int) -> float:
    """Where a column would lie by itself, counted from no trades at all."""
    return float(prepared.terms.centre[at] + prepared.forced @ prepared.terms.columns[:, at])


def certificate_sentence(certificate: Certificate, nav: float) -> str:
    """How near to the optimum the plan is proven to be."""
    gap = certificate.gap_bps
    amount, told = gap / BPS * nav, max(gap, 0.001)
    return (
        f"The plan is within {told:.3f} bps of the optimum ({amount:,.2f} of {nav:,.0f}): "
        "no plan that keeps the same limits is better by more."
    )
