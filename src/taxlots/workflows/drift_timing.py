"""What the timing rules say on a day: looks, calendars, waits, dislocations, volatility."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.problem import UsageError
from taxlots.domain.rebalance_rule import MULTIPLE, RATIO, RebalanceRule, TimingRule
from taxlots.market_data.calendars import sessions_between
from taxlots.plan.bands.look import is_look_day, next_look
from taxlots.plan.bands.widths import Bands
from taxlots.plan.timing.calendars import calendar_days, favoured
from taxlots.plan.timing.dislocation import (
    DislocationRule,
    buying_pace,
    deviation,
)
from taxlots.plan.timing.momentum import MomentumRule, Signals, Waits, hard_bands, momentum, waits
from taxlots.workflows.drift_targets import DayTargets, Market

Floats = NDArray[np.float64]

BEFORE = timedelta(days=60)
AFTER = timedelta(days=750)
CALENDAR_WINDOW = 2
"""Sessions to both sides among which a calendar day looks for a distribution."""
FEWEST_CLOSES = 24
WINDOW = 252


@dataclass(frozen=True, slots=True)
class Dates:
    """Whether a day is one on which bands are looked at, or a calendar day, and what comes next."""

    is_looked_at: bool
    is_calendar: bool
    because: tuple[str, ...]


def dates_of(rule: RebalanceRule, as_of: date, distributions: Collection[date] = ()) -> Dates:
    """The look and calendar days around a day.  Raises UsageError for what is no recurrence."""
    sessions = [day_of(day) for day in sessions_between(as_of - BEFORE, as_of + AFTER)]
    now = day_of(as_of)
    told = []
    is_looked_at, is_calendar = True, False
    if rule.bands.look:
        days = _days_of("bands:look", rule.bands.look, rule.bands.look_from, sessions)
        is_looked_at = is_look_day(days, now)
        told.append(_said("The bands are looked at", days, now))
    if rule.timing.calendar:
        timing = rule.timing
        days = _days_of("timing:calendar", timing.calendar, timing.calendar_from, sessions)
        paid = [day_of(day) for day in distributions]
        days = favoured(days, sessions, window=CALENDAR_WINDOW, distributions=paid)
        is_calendar = is_look_day(days, now)
        told.append(_said("Everything goes to its target by calendar", days, now))
    return Dates(is_looked_at, is_calendar, tuple(told))


def _days_of(key: str, stated: str, start: date, sessions: list[int]) -> list[int]:
    """The days of a recurrence that a key of ``[rebalance]`` states."""
    try:
        return calendar_days(stated, day_of(start), sessions)
    except UsageError as fault:
        raise UsageError(f"book.toml:rebalance.{key}: {fault}") from fault


def _said(what: str, days: list[int], now: int) -> str:
    following = next_look(days, now)
    then = "no day that is known" if following is None else date_of(following).isoformat()
    if is_look_day(days, now):
        return f"{what} on this day, and next on {then}"
    return f"{what} next on {then}, not on this day"


@dataclass(frozen=True)
class Timing:
    """What the timing rules say of one household."""

    market: Market
    rule: TimingRule
    as_of: date

    @cached_property
    def momentum(self) -> Floats:
        """The momentum of each class; no number where it is not known."""
        months, skip = self.rule.momentum_months, self.rule.momentum_skip_months
        days, now = self.market.months.days, day_of(self.as_of)
        return np.array(
            [
                momentum(days, index, now, months=months, skip=skip)
                for index in self.market.month_indexes
            ]
        )

    @cached_property
    def fund_flows(self) -> Floats:
        """What funds of each class have taken in; no number where nobody says."""
        flows = self.rule.fund_flows
        rows = self.market.stated.rows
        return np.array([flows.get(row.name, np.nan) / RATIO for row in rows])

    def paces(self, weights: Floats, bands: Bands) -> tuple[Floats, tuple[str, ...]]:
        """The part of its gap at which each class below its band is bought, and why.

        It is no number where the rule states no pace, or too few closes are known.
        """
        parts = np.full(len(weights), np.nan)
        if not self.rule.buy_pace:
            return parts, ()
        quiet = self.rule.buy_pace / RATIO
        wanted = DislocationRule(
            z=self.rule.dislocation_z / MULTIPLE,
            pace=quiet,
            rising_pace=max(quiet, min(1.0, 2.0 * quiet)),
            turned_pace=1.0,
        )
        told = []
        for place in map(int, np.flatnonzero(weights < bands.low)):
            index = self.market.fine_indexes[place]
            known = index[np.isfinite(index)]
            if len(known) >= FEWEST_CLOSES:
                pace = buying_pace(known, wanted)
                parts[place] = pace.part
                name = self.market.stated.tree.names[place]
                told.append(f"{name}: buy {pace.part:.0%} of the gap at this look: {pace.because}")
        return parts, tuple(told)

    def waits(self, weights: Floats, targets: DayTargets) -> Waits | None:
        """Which trades wait; None where no rule lets one wait."""
        if not (self.rule.momentum or self.rule.delay_buys):
            return None
        bands = targets.ruled.bands
        asked = bands
        if not self.rule.momentum:
            # Without the filter of trims only what is below its band is asked about.
            asked = Bands(bands.low, np.ones(len(weights)))
        found = waits(
            self.market.stated.tree.names,
            weights,
            asked,
            hard_bands(targets.target, bands, max(1.0, self.rule.hard_band / MULTIPLE)),
            Signals(self.momentum, self.fund_flows),
            MomentumRule(floor=self.rule.momentum_floor / RATIO),
            delays_buys=self.rule.delay_buys,
            forced=self.is_dislocated & (weights < bands.low),
        )
        return Waits(found.trims, found.buys, (*found.because, *self._dislocations(weights, bands)))

    @cached_property
    def deviations(self) -> Floats:
        """How many standard deviations each class is from its mean; no number: not known."""
        found = []
        for index in self.market.fine_indexes:
            known = index[np.isfinite(index)]
            is_enough = len(known) >= FEWEST_CLOSES
            found.append(deviation(known, WINDOW) if is_enough else float("nan"))
        return np.array(found)

    @cached_property
    def is_dislocated(self) -> NDArray[np.bool_]:
        """Which classes are so far below their mean that buying them does not wait."""
        far = self.rule.dislocation_z / MULTIPLE
        return np.nan_to_num(self.deviations) <= -far

    def _dislocations(self, weights: Floats, bands: Bands) -> list[str]:
        names = self.market.stated.tree.names
        return [
            f"{names[place]}: {self.deviations[place]:+.1f} standard deviations from its mean:"
            " it is bought at once"
            for place in map(int, np.flatnonzero(self.is_dislocated & (weights < bands.low)))
        ]
