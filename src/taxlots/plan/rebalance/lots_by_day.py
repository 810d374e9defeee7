"""The lots of a plan's sale that is staggered: chosen for each day by what a dollar costs in tax.

The criterion is that of the plan, the tax of the last dollar of each term on the return, with the
term that a lot has on the day of its tranche and the rates of that day's year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taxlots.domain.money import SHARE
from taxlots.plan.execution.lots_over_days import BARRED, lots_over_days
from taxlots.plan.gain_budgets import GainLimits, exceeded
from taxlots.plan.later_years import deferred_value
from taxlots.plan.rebalance.positions import PlannedLot
from taxlots.plan.rebalance.whole_trades import LotSale
from taxlots.plan.year_tax import YearTax

LEAST_PROBE_CENTS: Final = 100_00
"""A gain from which the rate of the last dollar is read: smaller ones are rounded to cents."""

FINE: Final = 10_000
"""Costs are whole numbers of 1e-4 cents a share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDollar:
    """What the last dollar of short- and of long-term gain costs on a return, as parts of one.

    ``year`` says what a renewed basis saves later.
    """

    short: float
    long: float
    year: YearTax

    def of_share(self, planned: PlannedLot, *, is_long: bool) -> float:
        """What selling a share of a lot costs, in cents."""
        rate = self.long if is_long else self.short
        later = deferred_value(planned.gain_cents, self.year.later)
        return (planned.gain_cents * rate - later) * SHARE / planned.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class LotDays:
    """A lot through the days of a schedule: its term on each, and whether it may not be sold."""

    lot: PlannedLot
    is_long: tuple[bool, ...]
    is_barred: tuple[bool, ...]


def last_dollar(year: YearTax | None, short_cents: int, long_cents: int) -> LastDollar | None:
    """The rates of a year at the gains of a plan; None where the return's tax is not known.

    They are slopes on both sides of these gains, so that a bend there counts half.
    """
    if year is None:
        return None
    probe = max(LEAST_PROBE_CENTS, abs(short_cents) // 100, abs(long_cents) // 100)
    owed = year.all_years
    short = owed(short_cents + probe, long_cents) - owed(short_cents - probe, long_cents)
    long = owed(short_cents, long_cents + probe) - owed(short_cents, long_cents - probe)
    return LastDollar(short=short / (2 * probe), long=long / (2 * probe), year=year)


def lots_by_day(
    lots: Sequence[LotDays],
    wanted: Sequence[int],
    rates: Sequence[LastDollar | None],
    most: Sequence[int] | None = None,
) -> list[tuple[LotSale, ...]]:
    """The lots that leave on each day, of least tax in all; ``wanted`` are 1e-8 units of each day.

    Of each lot ``most`` units are sold (None: all of it).  Without rates lots leave in the order in
    which they are given.  A day gets less than it wants
    where the lots that may be sold by then do not give more.
    """
    cost = np.full((len(lots), len(wanted)), BARRED, np.int64)
    for row, one in enumerate(lots):
        for day, rate in enumerate(rates):
            if one.lot.quantity and not one.is_barred[day]:
                cents = 0.0 if rate is None else rate.of_share(one.lot, is_long=one.is_long[day])
                cost[row, day] = round(cents * FINE) if rate is not None else row
    held = [one.lot.quantity for one in lots] if most is None else most
    taken = lots_over_days(held, wanted, cost)
    return [
        tuple(
            LotSale(lot=replace(one.lot, is_long=one.is_long[day]), units=int(taken[row, day]))
            for row, one in enumerate(lots)
            if taken[row, day]
        )
        for day in range(len(wanted))
    ]


def is_within(limits: GainLimits, sales: Iterable[LotSale]) -> bool:
    """Whether some sales of the return that holds most stay within the gain budgets of a plan."""
    sold = tuple(sales)
    short = sum(one.gain_cents for one in sold if not one.lot.is_long)
    long = sum(one.gain_cents for one in sold if one.lot.is_long)
    return not any(exceeded(limits, short, long))
