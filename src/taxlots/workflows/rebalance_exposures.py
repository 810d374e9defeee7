"""What a rebalance does to beta, duration and currencies, and the hedges that go with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from taxlots.domain.money import CENTS_PER_DOLLAR
from taxlots.plan.exposure.currency_hedge import ForwardTrade
from taxlots.plan.exposure.measures import Characteristics, Exposures
from taxlots.plan.exposure.portfolio import portfolio_exposures
from taxlots.plan.rebalance.overlaid import Overlaid
from taxlots.plan.rebalance.whole_trades import Trade
from taxlots.reports.plan_figures import figure, money
from taxlots.workflows.exposure import HOME, NO_DURATION, assume_home, forwards_of, kind_of
from taxlots.workflows.gather import is_database
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.market_files import MarketFiles, market_files, scaled_down
from taxlots.workflows.rebalance_overlay import booked_of
from taxlots.workflows.unused_options import check_used

EXPOSURE_FILES: Final = ("exposures.csv", "currency_hedges.csv")
NEGLIGIBLE: Final = 0.005
"""Dollars below which a change is none."""


def market_of_rebalance(
    book: str, folder: Path | None, as_of: date, *, has_overlay: bool
) -> MarketFiles | None:
    """The files of a market that a plan looks at; None where it looks at none.

    They are those of the book, or of the ``folder`` that is named.  Raises UsageError for a folder
    that has nothing for the plan, DataError for files with errors.
    """
    place = Path(book) if folder is None and not is_database(book) else folder
    has_exposures = place is not None and any((place / one).is_file() for one in EXPOSURE_FILES)
    if has_overlay or has_exposures:
        return market_files(book, folder, as_of)
    why = f"without --overlay: the folder has no {' and no '.join(EXPOSURE_FILES)}"
    check_used({f"--market {folder}": folder}, why)
    return None


@dataclass(frozen=True, slots=True)
class ExposureChanges:
    """What a plan does to exposures, in sentences, and the forwards that its hedges then need."""

    told: tuple[str, ...] = ()
    forwards: tuple[ForwardTrade, ...] = ()


def exposure_changes(
    plan: HouseholdPlan,
    trades: Sequence[Trade],
    overlay: Overlaid | None,
    market: MarketFiles | None,
) -> ExposureChanges:
    """The changes of exposures by trades and contracts, and the forwards after them.

    There are none where exposures.csv and currency_hedges.csv state nothing.
    """
    if market is None or not (market.exposures or market.hedges):
        return ExposureChanges()
    booked = booked_of(plan, market)
    dollars = dict(booked.held().exposed)
    moved: dict[str, float] = {}
    for one in trades:
        symbol = one.position.symbol
        moved[symbol] = moved.get(symbol, 0.0) + one.bought_cents / CENTS_PER_DOLLAR
    known = market.characteristics()
    for line in () if overlay is None else overlay.lines:
        name = line.contract.symbol
        if line.trade:
            moved[name] = line.trade * line.contract.notional_cents / CENTS_PER_DOLLAR
        known.setdefault(name, _of_contract(market, name))
    assume_home(booked.books, [*dollars, *moved], known)
    inside = [name for members in market.funds.values() for name in members]
    plain = frozenset(
        name for name in (*dollars, *moved, *inside) if kind_of(booked.books, name) in NO_DURATION
    )

    def measured(amounts: dict[str, float]) -> Exposures:
        return portfolio_exposures(
            amounts, market.funds, known, home=HOME, without_duration=plain
        ).exposures

    after = {name: dollars.get(name, 0.0) + moved.get(name, 0.0) for name in {**dollars, **moved}}
    forwards = forwards_of(market, measured(after))
    told = (*_changes(measured(dollars), measured(after)), *map(_forward, forwards))
    return ExposureChanges(told, forwards)


def _of_contract(market: MarketFiles, symbol: str) -> Characteristics:
    """A contract moves in dollars; its beta is 1 unless it is stated, or it has a duration."""
    figures = market.contract(symbol).figures
    duration = scaled_down(figures.get("duration"))
    beta = scaled_down(figures.get("beta"))
    usual = 0.0 if duration else 1.0
    return Characteristics(
        beta=usual if beta is None else beta, duration=duration or 0.0, currency=HOME
    )


def _changes(before: Exposures, after: Exposures) -> Iterator[str]:
    pairs = {
        "beta, in dollars": (before.beta.weighted, after.beta.weighted),
        "duration, in dollars × years": (before.duration.weighted, after.duration.weighted),
    }
    for name in sorted({*before.foreign, *after.foreign}):
        pairs[f"the exposure to {name}, in dollars"] = (
            before.foreign.get(name, 0.0),
            after.foreign.get(name, 0.0),
        )
    for name, (was, then) in pairs.items():
        if abs(then - was) >= NEGLIGIBLE:
            yield f"the plan takes {name}, from {money(was)} to {money(then)}"


def _forward(one: ForwardTrade) -> str:
    verb = "sell" if one.units < 0 else "buy"
    return (
        f"after the plan {verb} {money(abs(one.units))} {one.currency} forward for"
        f" {figure(one.days, 0)} days at {figure(one.price)}: the hedge is"
        f" {figure(100 * one.ratio_before, 1)} % of its exposure and goes to"
        f" {figure(100 * one.ratio_after, 1)} %"
    )
