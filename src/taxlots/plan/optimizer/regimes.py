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

from taxlots.law.tax_of_year import moved
from taxlots.plan.later_years import carryover_value
from taxlots.plan.optimizer.caps import Cap, by_row, optimize_capped
from taxlots.plan.optimizer.lot_slopes import LotGains
from taxlots.plan.optimizer.optimum import Optimum, optimize
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.signs import MOST_NODES
from taxlots.plan.ramp import bends
from taxlots.plan.risk import Floats
from taxlots.plan.year_tax import RatedYear, ReckonedYear, YearTax, owed

MOST_REGIMES: Final = 8
MOST_BLENDS: Final = 6
GOLDEN: Final = 0.6180339887498949
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
        """The year's tax less what its carryover is worth, but for a constant."""
        year = self.year
        if not isinstance(year, ReckonedYear):
            return year.this_year(short_cents, long_cents) + year.next_years(
                short_cents, long_cents
            )
        found = owed(moved(year.income, short_cents, long_cents))
        return found.tax_cents - carryover_value(found.carried_cents, year.later)

    def rates_at(self, short_cents: int, long_cents: int) -> Rates:
        """The marginal rates just beyond a point, exactly."""

        def short_more(more: int) -> int:
            return self.tax(short_cents + more, long_cents)

        def long_more(more: int) -> int:
            return self.tax(short_cents, long_cents + more)

        (short,), (long,) = bends(short_more, 0, 0), bends(long_more, 0, 0)
        return float(Fraction(short.slope)), float(Fraction(long.slope))

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
        """Marginal rates now, where all losses are taken, and where all gains are."""
        low_short, high_short, low_long, high_long = self.reach()
        return [
            self.rates_at(0, 0),
            self.rates_at(low_short // 2, low_long // 2),
            self.rates_at(high_short // 2, high_long // 2),
            self.rates_at(low_short // 4, high_long // 4),
        ]

    def try_rates(self, rates: Rates, most_nodes: int = 0) -> TaxedPlan:
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
        self.duals = plan.start
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


def _is_unkept(plan: Optimum) -> bool:
    """Whether a cap had to give: the plan lies at its edge, whatever the rates are."""
    return any(one.code == "CAP_CANNOT_BE_KEPT" for one in plan.problems)


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
    duals: Floats | None = None,
    most_nodes: int = MOST_NODES,
) -> TaxedPlan:
    """The best plan by the year's law, of those at each regime's rates and between them.

    ``gains`` are by lot, in the order in which the lots of ``book`` were given; the slopes of the
    book's lots are replaced.  The plan's certificate holds at its rates.  Where a cap cannot be
    kept, the first plan nearest to it is taken.
    """
    looking = _Year(book, gains, year, nav_cents, caps, engine, duals=duals)
    if isinstance(year, RatedYear):
        taxed = looking.try_rates(looking.rates_at(0, 0), most_nodes)
        return replace(taxed, regimes=((taxed.rates, taxed.objective),))
    waiting = looking.regimes()
    tried: list[TaxedPlan] = []
    while waiting and len(tried) < MOST_REGIMES:
        rates = waiting.pop(0)
        if any(_is_near(rates, one.rates) for one in tried):
            continue
        taxed = looking.try_rates(rates)
        tried.append(taxed)
        if _is_unkept(taxed.plan):
            return replace(taxed, regimes=((taxed.rates, taxed.objective),))
        waiting.insert(0, looking.rates_at(taxed.short_cents, taxed.long_cents))
    tried += _blends(looking, tried)
    best = min((looking.best or tried[0], *tried), key=lambda one: one.objective)
    final = looking.try_rates(best.rates, most_nodes)
    best = min((final, best), key=lambda one: one.objective)
    return replace(best, regimes=tuple((one.rates, one.objective) for one in tried))


def _blends(looking: _Year, tried: Sequence[TaxedPlan]) -> list[TaxedPlan]:
    """Plans between the best regime and those that it leads into, by golden section.

    A plan that stays in its own regime is on no kink, and nothing lies between.
    """
    best = min(tried, key=lambda one: one.objective)
    other = looking.rates_at(best.short_cents, best.long_cents)
    if _is_near(best.rates, other):
        return []

    def at(part: float) -> TaxedPlan:
        return looking.try_rates(_between(best.rates, other, part))

    low, high = 0.0, 1.0
    left, right = at(1.0 - GOLDEN), at(GOLDEN)
    found = [left, right]
    for _ in range(MOST_BLENDS - 2):
        if left.objective <= right.objective:
            high, right = low + GOLDEN * (high - low), left
            left = at(high - GOLDEN * (high - low))
            found.append(left)
        else:
            low, left = high - GOLDEN * (high - low), right
            right = at(low + GOLDEN * (high - low))
            found.append(right)
    return found
