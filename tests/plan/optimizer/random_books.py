"""Random taxable portfolios, seeded: sizes, lots, gains, costs and limits as accounts have them."""

from dataclasses import replace

import numpy as np

from taxlots.plan.optimizer.portfolio import Cash, Portfolio, Rows, lots_of, no_rows, portfolio
from taxlots.plan.risk import RiskModel, floats

SHORT_RATE, LONG_RATE = 0.408, 0.238


def random_risk(rng: np.random.Generator, names: int, factors: int) -> RiskModel:
    market = 0.16 + 0.05 * rng.standard_normal(names)
    others = 0.12 * rng.standard_normal((names, factors - 1)) / np.sqrt(max(factors - 1, 1))
    own = 0.12 + 0.25 * rng.random(names)
    labels = tuple(f"N{row}" for row in range(names))
    return RiskModel(labels, floats(np.column_stack([market, others])), own * own)


def random_book(
    seed: int, names: int, lots: int, factors: int, *, sums: int = 0, limited: bool = True
) -> Portfolio:
    """A drifted account: most lots show gains, some losses; ``sums`` limits on sectors that bind.

    ``limited`` blocks the purchases of some names and locks others.
    """
    rng = np.random.default_rng(seed)
    target = rng.lognormal(0.0, 0.8, names)
    target *= 0.98 / target.sum()
    held = target * np.exp(0.35 * rng.standard_normal(names))
    held *= 0.985 / held.sum()
    parts = rng.dirichlet(np.ones(lots), names) * held[:, None]
    gain = np.clip(0.25 + 0.3 * rng.standard_normal((names, lots)), -0.6, 0.9)
    slope = gain * np.where(rng.random((names, lots)) < 0.3, SHORT_RATE, LONG_RATE)
    slope[gain < 0] *= 0.5
    is_blocked = (rng.random(names) < 0.05) & limited
    is_locked = (rng.random(names) < 0.05) & limited
    return portfolio(
        [f"N{row}" for row in range(names)],
        held,
        target,
        random_risk(rng, names, factors),
        cash=Cash(
            held=0.015,
            target=0.01,
            floor=0.0,
            ceiling=0.03,
            curvature=0.05,
            drag=0.002 * (seed % 3),
        ),
        lots=lots_of(np.repeat(np.arange(names), lots), parts.ravel(), slope.ravel(), names),
        risk_aversion=10.0,
        cost=0.0005 + 0.001 * rng.random(names),
        impact=0.05 * rng.random(names) if limited else None,
        alpha=0.002 * rng.standard_normal(names),
        buy_limit=np.where(is_blocked, 0.0, np.inf),
        sell_limit=np.where(is_locked, 0.0, np.inf),
        most=np.maximum(2.0 * target, held) if limited else None,
        rows=_sector_limits(rng, held, target, sums) if sums else no_rows(names),
    )


def _sector_limits(
    rng: np.random.Generator, held: np.ndarray, target: np.ndarray, count: int
) -> Rows:
    """Sectors above their targets must shrink by half of it; those below may grow by a third."""
    sector = rng.integers(count, size=held.size)
    matrix = floats(sector[None, :] == np.arange(count)[:, None])
    now, wanted = matrix @ held, matrix @ target
    high = np.where(now > wanted, wanted + 0.5 * (now - wanted), now + (wanted - now) / 3)
    names = tuple(f"sector {row}" for row in range(count))
    return Rows(names, matrix, np.minimum(now, wanted) - 0.05, high + 0.001)


def without_tempting_sides(book: Portfolio) -> Portfolio:
    """The convex version: names that show a loss lot are not bought."""
    lots = book.lots
    cheapest = np.where(np.diff(lots.start) > 0, np.append(lots.slope, 0.0)[lots.start[:-1]], 0.0)
    is_tempting = cheapest + book.sell_cost + book.buy_cost < 0
    return replace(book, buy_limit=np.where(is_tempting, 0.0, book.buy_limit))
