"""Drift of a book: each household against its targets and bands, and what is to be traded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from taxlots.book.standing import split_ratios
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, Problem, Severity, UsageError, error, warning
from taxlots.domain.rebalance_keys import from_mapping, unknown_classes
from taxlots.domain.rebalance_rule import RATIO, RebalanceRule, TimingRule
from taxlots.domain.scheduled import ScheduledEvent, ScheduledKind, read_scheduled
from taxlots.domain.target import Target, targets_from
from taxlots.market_data.prices import PriceHistory
from taxlots.plan.drift import Drift, drift_of, drift_of_cash, weights_of
from taxlots.plan.targets.hierarchy import Floats
from taxlots.plan.targets.of_day import StatedTargets, stated_targets
from taxlots.plan.timing.paced_purchases import limits_of_purchases, paced
from taxlots.plan.timing.volatility_overlay import moved_to_scale
from taxlots.reports.drift import DriftLine, HouseholdDrift, drift_json
from taxlots.workflows.cash_alone import needs_holdings
from taxlots.workflows.class_prices import Splits
from taxlots.workflows.class_taxes import class_taxes
from taxlots.workflows.drift_holdings import Holdings, Places, holdings_of
from taxlots.workflows.drift_targets import DayTargets, Market, targets_of_day
from taxlots.workflows.drift_timing import Dates, Timing, dates_of
from taxlots.workflows.market_of_day import same_market
from taxlots.workflows.named_accounts import check_household
from taxlots.workflows.replay import replay
from taxlots.workflows.target_clashes import targets_clash

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.plan.timing.momentum import Waits

LEAST_TRADE: Final = 0.005
"""Dollars: what is less rounds to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRun:
    """The drift of every household that has targets.

    ``problems`` are warnings about targets and closes, ``of_books`` those of the books.
    """

    book: str
    as_of: date
    households: tuple[HouseholdDrift, ...]
    problems: tuple[Problem, ...]
    of_books: tuple[Problem, ...]

    @property
    def json(self) -> dict[str, Any]:
        """What ``taxlots drift --json`` prints."""
        return drift_json(self.book, self.as_of, self.households)


def drift(
    book: str,
    *,
    household: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
    funded: Collection[str] = (),
) -> DriftRun:
    """The drift of a book on a day (default: the journal's last date), as ``drift_of_books``.

    Raises UsageError for a household that the book does not have, and DataError for what cannot be
    read, for targets that contradict themselves, and for a book without targets.
    """
    return drift_of_books(replay(book, as_of=as_of, known_at=known_at), household, funded=funded)


def drift_of_books(
    books: Books,
    household: str | None = None,
    *,
    target_names: Collection[str] = (),
    funded: Collection[str] = (),
) -> DriftRun:
    """The drift of books on their as-of day.  Raises UsageError and DataError as ``drift`` does.

    ``target_names`` have a target too, of a household that these books do not have.  The households
    ``funded`` have cash to invest: where they hold nothing beside it, they go to their targets.
    """
    record = books.record
    targets, problems = targets_from(record.targets)
    rule, bad = from_mapping(record.rebalance)
    scheduled, wrong = read_scheduled(record.scheduled, [a.id for a in record.accounts])
    market = same_market(record.prices, date_of(books.as_of))
    names = {*target_names, *(target.name for target in targets)}
    history, unread = market.history, market.problems
    unknown = unknown_classes(rule, names) if targets else []
    problems = [*problems, *bad, *unknown, *wrong, *unread]
    rows = _by_household(targets, [a.household for a in record.accounts], household)
    if not rows and not _has_errors(problems):
        problems.append(_no_targets(household))
    if _has_errors(problems):
        raise DataError([*problems, *books.problems])
    day = date_of(books.as_of)
    paid = _distributions(books, scheduled)
    found, splits = [], split_ratios(books)
    for holdings in holdings_of(books, history, rows):
        is_cash_alone = holdings.household in funded and holdings.is_nothing
        if not holdings.cents and (not is_cash_alone or needs_holdings(rule)):
            problems.append(_nothing_held(holdings.household, is_cash_alone=is_cash_alone))
            continue
        own, dates = rows[holdings.household], dates_of(rule, day, paid[holdings.household])
        found.append(_household(books, history, splits, rule, own, holdings, dates))
        problems += _stale(holdings)
    if not found:
        raise DataError([replace(one, severity=Severity.ERROR) for one in problems])
    return DriftRun(
        book=record.name,
        as_of=day,
        households=tuple(found),
        problems=tuple(problems),
        of_books=tuple(books.problems),
    )


def _distributions(books: Books, scheduled: Sequence[ScheduledEvent]) -> dict[str, list[date]]:
    """When dividends are paid to the accounts of each household."""
    households = {account.id: account.household for account in books.record.accounts}
    found: dict[str, list[date]] = {name: [] for name in households.values()}
    for event in scheduled:
        if event.kind is ScheduledKind.DIVIDEND:
            found[households[event.account]].append(event.day)
    return found


def _has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _by_household(
    targets: Sequence[Target], households: Iterable[str], wanted: str | None
) -> dict[str, list[Target]]:
    known = list(dict.fromkeys(households))
    if wanted is not None:
        check_household(known, wanted)
    rows: dict[str, list[Target]] = {}
    for target in targets:
        if target.household in known and wanted in (None, target.household):
            rows.setdefault(target.household, []).append(target)
    return rows


def _no_targets(household: str | None) -> Problem:
    whose = "a household of the book" if household is None else f"the household {household!r}"
    return error(
        "targets.csv",
        "NO_TARGETS",
        f"No row states what {whose} should hold.",
        "Write a row for each asset class: household,asset_class,weight,band_low,band_high.",
    )


def _nothing_held(household: str, *, is_cash_alone: bool) -> Problem:
    message = f"The household {household} holds nothing that has a target and a close."
    remedy = "Check asset_class in securities.csv, and the closes in prices.csv."
    if is_cash_alone:
        message = (
            f"The household {household} has cash alone, and targets of book.toml follow from what"
            " is held."
        )
        remedy = (
            "Leave out illiquid of [rebalance.targets], call_reserve and volatility_target_percent,"
            " until something is held."
        )
    return warning(f"targets.csv:{household}", "NOTHING_HELD", message, remedy)


def _stale(holdings: Holdings) -> list[Problem]:
    return [
        warning(
            f"prices:{symbol}",
            "STALE_PRICE",
            f"the last close of {symbol} is of {day}",
            "add newer closes; until then its weight is of that day",
        )
        for symbol, day in holdings.stale.items()
    ]


def _household(
    books: Books,
    history: PriceHistory,
    splits: Splits,
    rule: RebalanceRule,
    rows: Sequence[Target],
    holdings: Holdings,
    dates: Dates,
) -> HouseholdDrift:
    as_of = date_of(books.as_of)
    stated = stated_targets(rows)
    taxes = class_taxes(books, holdings) if rule.bands.tax_from_lots else {}
    values = np.array([holdings.total_cents(name) / 100 for name in stated.tree.names])
    try:
        weights = np.zeros(len(values))
        if not holdings.is_nothing:
            weights = weights_of(stated.tree, values)
        market = _market(books, history, splits, stated, holdings)
        targets = targets_of_day(market, holdings, rule, as_of, books.record.securities, taxes)
        timing = Timing(market, TimingRule() if holdings.is_nothing else rule.timing, as_of)
        held_back = timing.waits(weights, targets)
        parts, paces = timing.paces(weights, targets.ruled.bands)
    except UsageError as fault:
        clash = targets_clash(holdings.household, fault)
        raise DataError([clash, *books.problems]) from fault
    if holdings.is_nothing:
        found = drift_of_cash(targets.target, targets.ruled.bands)
        most = np.full(len(values), np.inf)
    else:
        found, most = _found(
            stated, values, targets, held_back, parts, dates, rule.timing.dead_band / RATIO
        )
    said = () if held_back is None else held_back.because
    return HouseholdDrift(
        name=holdings.household,
        value_cents=sum(holdings.total_cents(name) for name in stated.tree.names),
        lines=_lines(stated, holdings, targets, found, held_back, most),
        unplaced=tuple((one.symbol, one.value_cents, one.why) for one in holdings.unplaced),
        is_due=dates.is_calendar
        or (dates.is_looked_at and bool(np.any(np.abs(found.trades) >= LEAST_TRADE))),
        is_looked_at=dates.is_calendar or dates.is_looked_at,
        timing=(*dates.because, *targets.dealt, *said, *paces, *_scale_told(targets)),
        cash_part=0.0 if targets.scaled is None else targets.scaled.cash_part,
        because=(*targets.because, *targets.ruled.because),
    )


def _found(
    stated: StatedTargets,
    values: Floats,
    targets: DayTargets,
    held_back: Waits | None,
    parts: Floats,
    dates: Dates,
    dead_band: float,
) -> tuple[Drift, Floats]:
    """The drift of a day, and the weights beyond which classes are not bought (else no number).

    ``parts`` is the pace of what is below its band.  On a calendar day nothing waits.
    """
    stays, bought_later = targets.is_illiquid.copy(), np.zeros(len(values), np.bool_)
    if held_back is not None and not dates.is_calendar:
        stays |= held_back.trims | held_back.buys
        bought_later |= held_back.buys
    bought_later |= [
        name in targets.windows and not targets.windows[name].buys for name in stated.tree.names
    ]
    found = drift_of(
        stated.tree,
        values,
        targets.target,
        targets.ruled.bands,
        targets.ruled.parts,
        stays=stays,
        is_calendar=dates.is_calendar,
    )
    if not dates.is_calendar:
        slow = paced(stated.tree, found, parts, stays)
        found, bought_later = slow.drift, bought_later | slow.is_paced
    scaled = targets.scaled
    if scaled is not None and scaled.into is not None and dates.is_looked_at:
        found = moved_to_scale(
            stated.tree,
            found,
            targets.target,
            scaled.is_risky,
            scaled.into,
            dead_band=dead_band,
            dollars=float(values.sum()),
        )
    return found, limits_of_purchases(stated.tree, found, bought_later)


def _market(
    books: Books,
    history: PriceHistory,
    splits: Splits,
    stated: StatedTargets,
    holdings: Holdings,
) -> Market:
    """The securities of each class: what is held, else all that are listed for it."""
    places = Places(stated.rows)
    listed: dict[str | None, dict[str, float]] = {}
    leaf = stated.tree.is_leaf()
    if any(
        at and row.name not in holdings.cents for at, row in zip(leaf, stated.rows, strict=True)
    ):
        for symbol, security in books.record.securities.items():
            listed.setdefault(places.of(security), {})[symbol] = 1.0
    parts = [
        {symbol: float(cents) for symbol, cents in holdings.cents.get(row.name, {}).items()}
        or dict(listed.get(row.name, {}))
        for row in stated.rows
    ]
    for place in range(len(parts) - 1, -1, -1):
        above = int(stated.tree.parents[place])
        if above >= 0:
            parts[above] |= parts[place]
    return Market(stated, parts, history, date_of(books.as_of), splits)


def _lines(
    stated: StatedTargets,
    holdings: Holdings,
    targets: DayTargets,
    found: Drift,
    held_back: Waits | None,
    most: Floats,
) -> tuple[DriftLine, ...]:
    """The lines of a household in the order of the tree, each parent before its parts."""
    tree = stated.tree
    levels = tree.levels()
    cents = np.array([holdings.total_cents(name) for name in tree.names], np.int64)
    for place in range(len(cents) - 1, -1, -1):
        if tree.parents[place] >= 0:
            cents[tree.parents[place]] += cents[place]
    waiting = np.zeros(len(cents), np.bool_)
    if held_back is not None:
        waiting = held_back.trims | held_back.buys
    return tuple(
        DriftLine(
            name=row.name,
            is_symbol=row.is_symbol,
            parent=row.parent,
            level=int(levels[place]),
            value_cents=int(cents[place]),
            strategic=float(targets.base[place]),
            target=float(targets.target[place]),
            weight=float(found.weights[place]),
            low=float(targets.ruled.bands.low[place]),
            high=float(targets.ruled.bands.high[place]),
            side=int(found.breaches.sides[place]),
            destination=float(found.destinations[place]),
            trade_cents=round(float(found.trades[place]) * 100),
            waits=bool(waiting[place]),
            is_illiquid=bool(targets.is_illiquid[place]),
            buys_to=float(most[place]) if np.isfinite(most[place]) else None,
            sells_to=_sells_to(targets, row.name, float(found.weights[place])),
        )
        for place, row in _in_order(stated)
    )


def _scale_told(targets: DayTargets) -> tuple[str, ...]:
    return () if targets.scaled is None else targets.scaled.told


def _sells_to(targets: DayTargets, name: str, weight: float) -> float | None:
    """The weight at which the gate of a window ends the sales of a class."""
    window = targets.windows.get(name)
    return None if window is None else weight * (1 - window.sells_part)


def _in_order(stated: StatedTargets) -> list[tuple[int, Target]]:
    """Places and rows with what stands below a class right after it."""
    found: list[tuple[int, Target]] = []

    def below(parent: int) -> None:
        for place in np.flatnonzero(stated.tree.parents == parent):
            found.append((int(place), stated.rows[int(place)]))
            below(int(place))

    below(-1)
    return found
