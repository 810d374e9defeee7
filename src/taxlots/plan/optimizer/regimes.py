"""The tax of a year is piecewise linear but not convex: plans by its marginal rates, then the best.

Long-term losses set against short-term gains save the short-term rate, while long-term gains cost
the long-term one; beyond all gains a loss saves little, and what is carried on is worth its present
value.  Each pair of marginal rates that the year can have is a regime; a plan is made at each,
taxed by the whole law, and the best is kept.  Where a plan at one regime's rates leads into
another's, the optimum lies on the kink between them: rates between both are tried by halving.
What all of them tell together bounds every plan by law (see ``law_bound``); where a better one
could still be, rates that decide it are tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np

from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.tax_of_year import moved
from taxlots.plan.later_years import LaterYears, carryover_value
from taxlots.plan.optimizer.caps import Cap, by_row, optimize_capped
from taxlots.plan.optimizer.law_bound import (
    LawCells,
    RatedBound,
    Rates,
    are_near,
    law_cells,
)
from taxlots.plan.optimizer.lot_slopes import LotGains
from taxlots.plan.optimizer.optimum import Optimum, optimize
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.signs import BPS, ENOUGH_BPS, MOST_NODES
from taxlots.plan.plane import Box, Cell, cells
from taxlots.plan.ramp import bends
from taxlots.plan.risk import Floats
from taxlots.plan.year_tax import RatedYear, ReckonedYear, YearTax, owed

MOST_REGIMES: Final = 8
MOST_BLENDS: Final = 6
GOLDEN: Final = 0.6180339887498949
MOST_TRIED: Final = 8
"""Further rates that are tried for the bound's sake."""

LEAST_REACH_CENTS: Final = 1_000_00
"""The law is asked for gains up to a power of two of this, so that answers serve again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedPlan:
    """A plan and the tax that the year's law gives it.

    ``plan`` was made at marginal ``rates`` (short, long); ``tax_cents`` is the change of this
    year's tax and ``later_cents`` that of later years, as a present value, both by law.
    ``objective`` is the plan's with this tax instead of that at its rates, and ``bound`` what
    every plan costs at least by law, as fractions of NAV.  ``regimes`` are the rates that were
    tried, with the objective of each.
    """

    plan: Optimum
    rates: Rates
    short_cents: int
    long_cents: int
    tax_cents: int
    later_cents: int
    objective: float
    bound: float
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
        return _tax(year.income, year.later, short_cents, long_cents)

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

    def cells(self) -> LawCells:
        """The law over all gains within reach."""
        low_short, high_short, low_long, high_long = self.reach()
        box = Box(
            first=_rounded_out(low_short, high_short), second=_rounded_out(low_long, high_long)
        )
        year = self.year
        if isinstance(year, ReckonedYear):
            found = _cells(year.income, year.later, box)
        else:
            found = tuple(cells(self.tax, box))
        return law_cells(found, self.nav_cents, self.tax(0, 0))

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
            bound=objective - max(0.0, plan.certificate.objective - plan.certificate.bound),
            regimes=(),
        )
        if self.best is None or objective < self.best.objective:
            self.best = taxed
        return taxed


def _is_unkept(plan: Optimum) -> bool:
    """Whether a cap had to give: the plan lies at its edge, whatever the rates are."""
    return any(one.code == "CAP_CANNOT_BE_KEPT" for one in plan.problems)


def _tax(income: ReturnIncome, later: LaterYears, short_cents: int, long_cents: int) -> int:
    """The tax of a return with further gains, less what the carryover is worth."""
    found = owed(moved(income, short_cents, long_cents))
    return found.tax_cents - carryover_value(found.carried_cents, later)


@lru_cache(maxsize=256)
def _cells(income: ReturnIncome, later: LaterYears, box: Box) -> tuple[Cell, ...]:
    """The cells of a year's tax: a household's branches ask for the same ones."""
    return tuple(cells(lambda short, long: _tax(income, later, short, long), box))


def _rounded_out(low: int, high: int) -> tuple[int, int]:
    """A range of cents and nothing, outward to powers of two of the least reach."""
    least, most = (
        LEAST_REACH_CENTS << max(0, (one // LEAST_REACH_CENTS).bit_length()) for one in (-low, high)
    )
    return -least, most


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
    book's lots are replaced.  The plan's own certificate holds at its rates, the bound beside it
    by law.  Where a cap cannot be kept, the first plan nearest to it is taken, and its bound is
    that of its rates.
    """
    looking = _Year(book, gains, year, nav_cents, caps, engine, duals=duals)
    if isinstance(year, RatedYear):
        taxed = looking.try_rates(looking.rates_at(0, 0), most_nodes)
        return replace(taxed, regimes=((taxed.rates, taxed.objective),))
    waiting = looking.regimes()
    tried: list[TaxedPlan] = []
    while waiting and len(tried) < MOST_REGIMES:
        rates = waiting.pop(0)
        if any(are_near(rates, one.rates) for one in tried):
            continue
        taxed = looking.try_rates(rates)
        tried.append(taxed)
        if _is_unkept(taxed.plan):
            return replace(taxed, regimes=((taxed.rates, taxed.objective),))
        waiting.insert(0, looking.rates_at(taxed.short_cents, taxed.long_cents))
    tried += _blends(looking, tried)
    tried.append(looking.try_rates(_best_of(looking, tried).rates, most_nodes))
    bound = _bounded(looking, tried, most_nodes)
    best = _best_of(looking, tried)
    regimes = tuple((one.rates, one.objective) for one in tried)
    return replace(best, bound=min(bound, best.objective), regimes=regimes)


def _best_of(looking: _Year, tried: Sequence[TaxedPlan]) -> TaxedPlan:
    return min((looking.best or tried[0], *tried), key=lambda one: one.objective)


def _bounded(looking: _Year, tried: list[TaxedPlan], most_nodes: int) -> float:
    """What every plan costs at least by law; further rates are tried where more could be had."""
    known = [_rated_bound(looking, one) for one in tried]
    of_law = looking.cells()
    for _ in range(MOST_TRIED):
        bound, worst = of_law.bound(known)
        if _best_of(looking, tried).objective - bound <= ENOUGH_BPS / BPS:
            return bound
        rates = of_law.next_rates(known, worst)
        if rates is None:
            return bound
        tried.append(looking.try_rates(rates, most_nodes))
        known.append(_rated_bound(looking, tried[-1]))
    return of_law.bound(known)[0]


def _rated_bound(looking: _Year, taxed: TaxedPlan) -> RatedBound:
    proof = taxed.plan.certificate
    gains = taxed.short_cents / looking.nav_cents, taxed.long_cents / looking.nav_cents
    owed_cents = taxed.tax_cents + taxed.later_cents
    return RatedBound(
        rates=taxed.rates,
        bound=min(proof.bound, proof.objective),
        untaxed=taxed.objective - owed_cents / looking.nav_cents,
        gains=gains,
    )


def _blends(looking: _Year, tried: Sequence[TaxedPlan]) -> list[TaxedPlan]:
    """Plans between the best regime and those that it leads into, by golden section.

    A plan that stays in its own regime is on no kink, and nothing lies between.
    """
    best = min(tried, key=lambda one: one.objective)
    other = looking.rates_at(best.short_cents, best.long_cents)
    if are_near(best.rates, other):
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
