"""Caps of a whole plan: turnover, tracking error, and the gains that a return may still realize."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from taxlots.plan.gain_budgets import GainBudget, capped_gains, exceeded
from taxlots.plan.optimizer.cap_clash import CAP_CANNOT_BE_KEPT
from taxlots.plan.optimizer.caps import (
    Cap,
    LotCap,
    TrackingCap,
    TurnoverCap,
    by_row,
    optimize_capped,
)
from taxlots.plan.optimizer.law_bound import Rates
from taxlots.plan.optimizer.objective import parts_of
from taxlots.plan.optimizer.optimum import Bounds, Optimum, bounds_of, optimize, searched_near
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.regimes import cells_within_reach, optimize_by_law
from taxlots.plan.optimizer.rounding import Grain, round_trades
from taxlots.plan.optimizer.terms import trade_range
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.rebalance.law_tax import beyond_rates
from taxlots.plan.rebalance.whole_trades import Trade, gains_by_return
from taxlots.plan.risk import Floats
from taxlots.plan.year_tax import RatedYear, YearTax

__all__ = ["CAP_CANNOT_BE_KEPT", "PlanLimits"]

BARRED_USE: Final = 10.0
"""Of a cap by a dollar of a lot that is not sold: more than any gain, so that it stays the last."""

LAST_CENTS: Final = 1_000_00
LEAST_STEP_CENTS: Final = 50_00


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredTax:
    """A cap on gains at the rates of a plan that owes too much, in place of the year's law."""

    short_rate: float
    long_rate: float
    cents: float

    def of(self, short_cents: int, long_cents: int) -> float:
        """What gains come to at these rates, in cents."""
        return self.short_rate * short_cents + self.long_rate * long_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLimits:
    """Caps of a plan; None is no cap.

    ``turnover`` is what is bought and sold together and ``tracking_error`` an annual standard
    deviation, as parts of the household.  The gains are net of losses, in cents, on the return
    that holds most, and so is the tax that sales may add to this year's.  ``metered`` is the cap
    that keeps the tax, once a plan has exceeded it.
    """

    turnover: float | None = None
    tracking_error: float | None = None
    short_gain_cents: int | None = None
    long_gain_cents: int | None = None
    gain_cents: int | None = None
    tax_cents: int | None = None
    metered: MeteredTax | None = None


def optimum_within(
    household: HouseholdPortfolio,
    limits: PlanLimits,
    near: Optimum | None = None,
    cutoff: float = np.inf,
) -> Optimum:
    """The optimum by the year's law where it is reckoned, else at the stated rates, within caps.

    Its certificate is by law, too, though its lots are weighed at marginal rates.
    ``near`` is an optimum of nearly the same household, from whose prices the search starts; at
    stated rates and without caps it ends where no plan costs less than the ``cutoff``.
    """
    caps = tuple(_caps(household, limits))
    duals, rates = (None, None) if near is None else (near.start, near.rates)
    book, year = household.book, household.year
    if year is None or isinstance(year, RatedYear):
        if caps:
            return optimize_capped(book, caps, duals=duals)
        return optimize(book, duals=duals, cutoff=cutoff)
    taxed = optimize_by_law(
        book, household.gains, year, household.nav_cents, caps=caps, duals=duals, rates=rates
    )
    proof = replace(taxed.plan.certificate, objective=taxed.objective, bound=taxed.bound)
    return replace(taxed.plan, certificate=proof)


def first_optimum(
    household: HouseholdPortfolio, limits: PlanLimits, near: Optimum | None = None
) -> tuple[Optimum, bool]:
    """The first optimum of a search, and whether a whole search may find a better one.

    That is not so where prices of caps or the law's rates are found first.
    """
    is_rated = household.year is None or isinstance(household.year, RatedYear)
    if not is_rated or any(_caps(household, limits)):
        return optimum_within(household, limits, near), False
    duals = None if near is None else near.start
    return optimize(household.book, duals=duals, most_nodes=1), True


def quick_optimum(
    household: HouseholdPortfolio, limits: PlanLimits, near: Optimum
) -> Optimum | None:
    """A plan near another optimum, at its rates; None where only a whole search can tell.

    Its bound holds, but a whole search may find a better one.
    """
    if near.problems or not _is_priced(household, limits):
        return None
    found = searched_near(at_rates_of(near, household), near)
    if found is None or near.rates is None:
        return found
    objective = found.parts.total + beyond_rates(household, found.book, found.sold)
    bound = found.certificate.bound + _law_above(household, near.rates)
    proof = replace(found.certificate, objective=objective, bound=min(objective, bound))
    return replace(found, certificate=proof, rates=near.rates)


def bounds_within(
    household: HouseholdPortfolio, limits: PlanLimits
) -> Callable[[Optimum], Bounds] | None:
    """What every plan of a household costs at least, by the prices and rates of another optimum.

    None where prices of caps would have to be found first.
    """
    if not _is_priced(household, limits):
        return None
    at_rates: dict[Rates | None, tuple[Callable[[Floats], Bounds], float]] = {}

    def at(near: Optimum) -> Bounds:
        if near.rates not in at_rates:
            above = 0.0 if near.rates is None else _law_above(household, near.rates)
            at_rates[near.rates] = (
                bounds_of(at_rates_of(near, household), near.prepared),
                above,
            )
        by_prices, above = at_rates[near.rates]
        found = by_prices(near.start)
        return replace(found, rest=found.rest + above)

    return at


def _is_priced(household: HouseholdPortfolio, limits: PlanLimits) -> bool:
    """Whether prices of columns say all of a household, whose trades can be within their limits."""
    if any(_caps(household, limits)):
        return False
    low, high = trade_range(household.book)
    return not (low > high).any()


def at_rates_of(near: Optimum, household: HouseholdPortfolio) -> Portfolio:
    """The household's portfolio with its lots at the rates of another optimum."""
    book = household.book
    if near.rates is None:
        return book
    slopes = household.gains.slopes(*near.rates)
    return replace(book, lots=book.lots.with_slopes(slopes[book.lots.order]))


def _law_above(household: HouseholdPortfolio, rates: Rates) -> float:
    """By how much the year's tax is above that at some rates, whatever is sold, at least."""
    if household.year is None:
        return 0.0
    of_law = cells_within_reach(
        household.book, household.gains, household.year, household.nav_cents
    )
    return float(of_law.above(rates).min())


def rounded_within(
    household: HouseholdPortfolio, optimum: Optimum, limits: PlanLimits, units: Grain
) -> Optimum:
    """The plan in shares, each cap at the price that it has in the plan."""
    book = priced = optimum.book
    for cap in _caps(household, limits):
        priced = cap.priced(priced, optimum.prices.get(cap.name, 0.0))
    sold = by_row(book, optimum.sold)[priced.lots.order]
    found = round_trades(replace(optimum, book=priced, sold=sold), units)
    sold = by_row(priced, found.sold)[book.lots.order]
    objective = parts_of(book, found.trades, sold).total + beyond_rates(household, book, sold)
    return replace(
        found,
        book=book,
        sold=sold,
        certificate=replace(optimum.certificate, objective=objective),
    )


def tightened(
    stated: PlanLimits, solved: PlanLimits, household: HouseholdPortfolio, trades: Sequence[Trade]
) -> PlanLimits | None:
    """Caps to solve again with, where shares took a plan beyond gains or tax; None where none did.

    ``solved`` are those that the trades were solved with.  Each round takes away twice what was too
    much; a cap on gains is first taken to none before it asks for losses.
    """
    if not _is_taxed(stated):
        return None
    short, long = gains_by_return(trades).get(household.main_return, (0, 0))
    found = solved
    for one, gain, allowed in exceeded(stated, short, long):
        before = getattr(solved, one.field)
        less = before - 2 * (gain - allowed)
        narrower: dict[str, Any] = {one.field: 0 if less < 0 < before else less}
        found = replace(found, **narrower)
    year = household.year
    if stated.tax_cents is not None and year is not None:
        over = year.this_year(short, long) - stated.tax_cents
        if over > 0:
            meter = solved.metered or _meter(year, short, long)
            first = meter.of(short, long) - over
            narrowed = meter.cents - max(2 * over, LEAST_STEP_CENTS)
            left = first if solved.metered is None else narrowed
            found = replace(found, metered=replace(meter, cents=left))
    return None if found is solved else found


def has_given(stated: PlanLimits, solved: PlanLimits, lifted: Mapping[str, float]) -> bool:
    """Whether a cap had to give as it is stated, and not only as narrowed for whole shares."""
    fields = {name: name.replace(" ", "_") for name in lifted}
    fields |= {one.cap: one.field for one in GainBudget}
    same = {name for name in lifted if _cap(stated, fields[name]) == _cap(solved, fields[name])}
    return stated is solved or bool(same)


def _cap(limits: PlanLimits, field: str) -> object:
    return getattr(limits, field, limits.metered)


def _is_taxed(limits: PlanLimits) -> bool:
    """Whether there is a cap on gains or on tax."""
    return any(capped_gains(limits)) or limits.tax_cents is not None


def _meter(year: YearTax, short: int, long: int) -> MeteredTax:
    """The rates of the last thousand dollars of a plan's gains."""
    owed = year.this_year(short, long)
    return MeteredTax(
        short_rate=(owed - year.this_year(short - LAST_CENTS, long)) / LAST_CENTS,
        long_rate=(owed - year.this_year(short, long - LAST_CENTS)) / LAST_CENTS,
        cents=np.inf,
    )


def _caps(household: HouseholdPortfolio, limits: PlanLimits) -> Iterator[Cap]:
    if limits.turnover is not None:
        yield TurnoverCap(limits.turnover)
    if limits.tracking_error is not None:
        yield TrackingCap(limits.tracking_error)
    gains, is_barred = household.gains, household.table.is_barred
    for one, cents in capped_gains(limits):
        mine = np.where(gains.is_long, one.counts(is_long=True), one.counts(is_long=False))
        each = np.where(is_barred, BARRED_USE, np.where(mine, gains.usable, 0.0))
        yield LotCap(one.cap, each, cents / household.nav_cents, household.nav_cents)
    if limits.metered is not None:
        rate = np.where(gains.is_long, limits.metered.long_rate, limits.metered.short_rate)
        allowed = limits.metered.cents / household.nav_cents
        each = np.where(is_barred, BARRED_USE, gains.usable * rate)
        stated = None if limits.tax_cents is None else limits.tax_cents / household.nav_cents
        yield LotCap("tax of this year", each, allowed, household.nav_cents, stated)
