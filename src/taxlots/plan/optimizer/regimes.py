"""The tax of a year is piecewise linear but not convex: plans by its marginal rates, then the best.

Long-term losses set against short-term gains save the short-term rate, while long-term gains cost
the long-term one; beyond all gains a loss saves little, and what is carried on is worth its present
value.  Each pair of marginal rates that the year can have is a regime; a plan is made at each,
taxed by the whole law, and the best is kept.  Where a plan at one regime's rates leads into
another's, the optimum lies on the kink between them: rates between both are tried by halving.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np

from taxlots.plan.optimizer.caps import Cap, by_row, optimize_capped
from taxlots.plan.optimizer.lot_slopes import LotGains
from taxlots.plan.optimizer.optimum import Optimum, optimize
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.signs import MOST_NODES
from taxlots.plan.ramp import bends
from taxlots.plan.risk import Floats
from taxlots.plan.year_tax import RatedYear, YearTax

MOST_REGIMES: Final = 16
MOST_BLENDS: Final = 12
NEAR: Final = 1e-9

Rates = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedPlan:
    """A plan and the tax that the year's law gives it.

    ``plan`` was made at marginal ``rates`` (short, long); ``tax_cents`` is the change of this
    year's tax and ``later_cents`` that of later years, as a present value, both by law.
    ``objective`` is the plan's with this tax instead of that at its rates, as a fraction of NAV.
    ``regimes`` are the rates that were tried, with the objective of each.
    """

    plan: Optimum
    rates: Rates
    short_cents: int
    long_cents: int
    tax_cents: int
    later_cents: int
    objective: float
    regimes: tuple[tuple[Rates, float], ...]


@dataclass(slots=True)
class _Year:
    """The year's tax with the plan's gains, and plans at rates of it."""

    book: Portfolio
    gains: LotGains
    year: YearTax
    nav_cents: int
    caps: Sequence[Cap]
    engine: str
    best: TaxedPlan | None = None
    duals: Floats | None = None

    def tax(self, short_cents: int, long_cents: int) -> int:
        return self.year.this_year(short_cents, long_cents) + self.year.next_years(
            short_cents, long_cents
        )

    def rates_at(self, short_cents: int, long_cents: int) -> list[Rates]:
        """The marginal rates just beyond a point, and just before it."""
        return [self._rates(short_cents, long_cents, way) for way in (1, -1)]

    def _rates(self, short_cents: int, long_cents: int, way: int) -> Rates:
        """The marginal rates on the further side (1) of a point or the nearer (-1), exactly."""

        def short_more(more: int) -> int:
            return self.tax(short_cents + way * more, long_cents)

        def long_more(more: int) -> int:
            return self.tax(short_cents, long_cents + way * more)

        (short,), (long,) = bends(short_more, 0, 0), bends(long_more, 0, 0)
        return way * float(Fraction(short.slope)), way * float(Fraction(long.slope))

    def reach(self) -> tuple[int, int, int, int]:
        """The least and the greatest gain of each term that selling everything could bring."""
        value = self.gains.usable * by_row(self.book, self.book.lots.capacity) * self.nav_cents
        is_long = self.gains.is_long
        low, high = np.minimum(value, 0), np.maximum(value, 0)
        return (
            int(low[~is_long].sum()),
            int(high[~is_long].sum()),
            int(low[is_long].sum()),
            int(high[is_long].sum()),
        )

    def regimes(self) -> list[Rates]:
        """Pairs of marginal rates at the present point and around all that can be reached."""
        low_short, high_short, low_long, high_long = self.reach()
        shorts, longs = (low_short, high_short), (low_long, high_long)
        points = [(0, 0)]
        points += [(short // part, 0) for short in shorts for part in (1, 3)]
        points += [(0, long) for long in longs]
        points += [(short, long) for short in shorts for long in longs]
        found: list[Rates] = []
        for point in points:
            for rates in self.rates_at(*point):
                if not any(_is_near(rates, known) for known in found):
                    found.append(rates)
        return found[:MOST_REGIMES]

    def try_rates(self, rates: Rates, most_nodes: int = 1) -> TaxedPlan:
        """The plan at these rates, taxed by law; kept if it is the best."""
        slopes = self.gains.slopes(*rates)
        lots = self.book.lots
        book = replace(self.book, lots=lots.with_slopes(slopes[lots.order]))
        if self.caps:
            plan = optimize_capped(
                book, self.caps, engine=self.engine, duals=self.duals, most_nodes=most_nodes
            )
        else:
            plan = optimize(book, engine=self.engine, duals=self.duals, most_nodes=most_nodes)
        self.duals = plan.duals
        sold = by_row(plan.book, plan.sold)
        short, long = (round(gain * self.nav_cents) for gain in self.gains.totals(sold))
        now, later = self.year.this_year(short, long), self.year.next_years(short, long)
        at_rates = float((slopes - self.gains.other) @ sold)
        objective = plan.parts.total - at_rates + (now + later) / self.nav_cents
        taxed = TaxedPlan(
            plan=plan,
            rates=rates,
            short_cents=short,
            long_cents=long,
            tax_cents=now,
            later_cents=later,
            objective=objective,
            regimes=(),
        )
        if self.best is None or objective < self.best.objective:
            self.best = taxed
        return taxed


def _is_near(one: Rates, other: Rates) -> bool:
    return abs(one[0] - other[0]) < NEAR and abs(one[1] - other[1]) < NEAR


def _between(one: Rates, other: Rates, part: float) -> Rates:
    return (
        one[0] + part * (other[0] - one[0]),
        one[1] + part * (other[1] - one[1]),
    )


def optimize_by_law(
    book: Portfolio,
    gains: LotGains,
    year: YearTax,
    nav_cents: int,
    *,
    caps: Sequence[Cap] = (),
    engine: str = "auto",
    most_nodes: int = MOST_NODES,
) -> TaxedPlan:
    """The best plan by the year's law, of those at each regime's rates and between them.

    ``gains`` are by lot, in the order in which the lots of ``book`` were given; the slopes of the
    book's lots are replaced.  The plan's certificate holds at its rates.
    """
    looking = _Year(book, gains, year, nav_cents, caps, engine)
    if isinstance(year, RatedYear):
        taxed = looking.try_rates(looking.rates_at(0, 0)[0], most_nodes)
        return replace(taxed, regimes=((taxed.rates, taxed.objective),))
    waiting = looking.regimes()
    tried: list[TaxedPlan] = []
    while waiting and len(tried) < MOST_REGIMES:
        rates = waiting.pop(0)
        if any(_is_near(rates, one.rates) for one in tried):
            continue
        taxed = looking.try_rates(rates)
        tried.append(taxed)
        waiting += looking.rates_at(taxed.short_cents, taxed.long_cents)
    tried += _blends(looking, tried)
    best = min((looking.best or tried[0], *tried), key=lambda one: one.objective)
    final = looking.try_rates(best.rates, most_nodes)
    best = min((final, best), key=lambda one: one.objective)
    return replace(best, regimes=tuple((one.rates, one.objective) for one in tried))


def _blends(looking: _Year, tried: Sequence[TaxedPlan]) -> list[TaxedPlan]:
    """Plans between the best regime and those that it leads into, by golden section."""
    ranked = sorted(tried, key=lambda one: one.objective)
    found = []
    for other in ranked[1:3]:
        low, high = 0.0, 1.0
        for _ in range(MOST_BLENDS // 2):
            left, right = low + 0.382 * (high - low), low + 0.618 * (high - low)
            pair = [
                looking.try_rates(_between(ranked[0].rates, other.rates, part))
                for part in (left, right)
            ]
            found += pair
            if pair[0].objective <= pair[1].objective:
                high = right
            else:
                low = left
    return found
