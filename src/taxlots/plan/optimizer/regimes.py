"""The tax of a year is piecewise linear but not convex: plans by its marginal rates, then the best.

Long-term losses set against short-term gains save the short-term rate, while long-term gains cost
the long-term one; beyond all gains a loss saves little, and what is carried on is worth its present
value.  A plan is made at the marginal rates of a year without it, taxed by the whole law, and
followed to the rates where it ends.  What all plans tell together bounds every plan by law (see
``law_bound``); while a better one could still be, as on the kink between two regimes, the rates
that decide it are tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np

from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.tax_of_year import moved
from taxlots.plan.later_years import LaterYears
from taxlots.plan.optimizer.cap_clash import CAP_CANNOT_BE_KEPT
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
from taxlots.plan.optimizer.signs import BPS, ENOUGH_BPS
from taxlots.plan.plane import Box, Cell, cells
from taxlots.plan.ramp import bends
from taxlots.plan.risk import Floats
from taxlots.plan.year_tax import RatedYear, ReckonedYear, YearTax, net_tax

MOST_REGIMES: Final = 16
"""Rates that are tried; most years need two to four."""

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
    most_nodes: int | None
    duals: Floats | None = None

    def tax(self, short_cents: int, long_cents: int) -> int:
        """The year's tax less what its carryover is worth, but for a constant."""
        return _tax_of(self.year, short_cents, long_cents)

    def rates_at(self, short_cents: int, long_cents: int) -> Rates:
        """The marginal rates just beyond a point, exactly."""

        def short_more(more: int) -> int:
            return self.tax(short_cents + more, long_cents)

        def long_more(more: int) -> int:
            return self.tax(short_cents, long_cents + more)

        (short,), (long,) = bends(short_more, 0, 0), bends(long_more, 0, 0)
        return float(Fraction(short.slope)), float(Fraction(long.slope))

    def try_rates(self, rates: Rates) -> TaxedPlan:
        """The plan at these rates, taxed by law."""
        slopes = self.gains.slopes(*rates)
        lots = self.book.lots
        book = replace(self.book, lots=lots.with_slopes(slopes[lots.order]))
        if self.caps:
            plan = optimize_capped(
                book, self.caps, engine=self.engine, duals=self.duals, most_nodes=self.most_nodes
            )
        else:
            plan = optimize(book, engine=self.engine, duals=self.duals, most_nodes=self.most_nodes)
        plan = replace(plan, rates=rates)
        self.duals = plan.start
        sold = by_row(plan.book, plan.sold)
        short, long = (round(gain * self.nav_cents) for gain in self.gains.totals(sold))
        now, later = self.year.this_year(short, long), self.year.next_years(short, long)
        at_rates = float((slopes - self.gains.other) @ sold)
        objective = plan.parts.total - at_rates + (now + later) / self.nav_cents
        return TaxedPlan(
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


def _is_unkept(plan: Optimum) -> bool:
    """Whether a cap had to give: the plan lies at its edge, whatever the rates are."""
    return any(one.code == CAP_CANNOT_BE_KEPT for one in plan.problems)


def cells_within_reach(book: Portfolio, gains: LotGains, year: YearTax, nav_cents: int) -> LawCells:
    """The year's law over all gains that sales of a portfolio's lots can bring."""
    low_short, high_short, low_long, high_long = _reach(book, gains, nav_cents)
    box = Box(first=_rounded_out(low_short, high_short), second=_rounded_out(low_long, high_long))
    if isinstance(year, ReckonedYear):
        found = _cells(year.income, year.later, box)
    else:
        found = tuple(cells(lambda short, long: _tax_of(year, short, long), box))
    return law_cells(found, nav_cents, _tax_of(year, 0, 0))


def _reach(book: Portfolio, gains: LotGains, nav_cents: int) -> tuple[int, int, int, int]:
    """The least and the greatest gain of each term that selling everything could bring."""
    value = gains.usable * by_row(book, book.lots.capacity) * nav_cents
    is_long = gains.is_long
    low, high = np.minimum(value, 0), np.maximum(value, 0)
    return (
        int(low[~is_long].sum()),
        int(high[~is_long].sum()),
        int(low[is_long].sum()),
        int(high[is_long].sum()),
    )


def _tax_of(year: YearTax, short_cents: int, long_cents: int) -> int:
    """A year's tax with further gains less what its carryover is worth, but for a constant."""
    if isinstance(year, ReckonedYear):
        return _tax(year.income, year.later, short_cents, long_cents)
    return year.all_years(short_cents, long_cents)


def _tax(income: ReturnIncome, later: LaterYears, short_cents: int, long_cents: int) -> int:
    """The tax of a return with further gains, less what the carryover is worth."""
    return net_tax(moved(income, short_cents, long_cents), later)


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


def optimize_by_law(
    book: Portfolio,
    gains: LotGains,
    year: YearTax,
    nav_cents: int,
    *,
    caps: Sequence[Cap] = (),
    engine: str = "auto",
    duals: Floats | None = None,
    most_nodes: int | None = None,
    rates: Rates | None = None,
) -> TaxedPlan:
    """The best plan by the year's law, and what every plan costs at least.

    ``gains`` are by lot, in the order in which the lots of ``book`` were given; the slopes of the
    book's lots are replaced.  ``rates`` are the first to be tried (default: those of a year without
    the plan).  The plan's own certificate holds at its rates, the bound beside it by law.  Where a
    cap cannot be kept, the first plan nearest to it is taken, and its bound is that of its rates.
    """
    looking = _Year(book, gains, year, nav_cents, caps, engine, most_nodes, duals=duals)
    first = looking.try_rates(rates or looking.rates_at(0, 0))
    if isinstance(year, RatedYear) or _is_unkept(first.plan):
        return replace(first, regimes=((first.rates, first.objective),))
    of_law = cells_within_reach(book, gains, year, nav_cents)
    tried = [first]
    known = [_rated_bound(first, nav_cents)]
    bound, worst = of_law.bound(known)
    while (
        len(tried) < MOST_REGIMES and min(one.objective for one in tried) - bound > ENOUGH_BPS / BPS
    ):
        following = looking.rates_at(tried[-1].short_cents, tried[-1].long_cents)
        if any(are_near(following, one.rates) for one in tried):
            nearer = of_law.next_rates(known, worst)
            if nearer is None:
                break
            following = nearer
        tried.append(looking.try_rates(following))
        known.append(_rated_bound(tried[-1], nav_cents))
        bound, worst = of_law.bound(known)
    best = min(tried, key=lambda one: one.objective)
    regimes = tuple((one.rates, one.objective) for one in tried)
    return replace(best, bound=min(bound, best.objective), regimes=regimes)


def _rated_bound(taxed: TaxedPlan, nav_cents: int) -> RatedBound:
    proof = taxed.plan.certificate
    return RatedBound(
        rates=taxed.rates,
        bound=min(proof.bound, proof.objective),
        untaxed=taxed.objective - (taxed.tax_cents + taxed.later_cents) / nav_cents,
        gains=(taxed.short_cents / nav_cents, taxed.long_cents / nav_cents),
    )
