"""Exposures of a household: what it holds through funds, beta, duration and currencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.book.standing import split_ratios
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.problem import DataError, Problem, UsageError, warning
from taxlots.domain.security import Security, SecurityKind
from taxlots.market_data.prices import PriceHistory, price_history
from taxlots.plan.execution.liquidity import Bucket, buckets, days_of_volume
from taxlots.plan.exposure.beta_estimate import BetaEstimate, beta_of, returns_between
from taxlots.plan.exposure.currency_hedge import (
    CurrencyMarket,
    ForwardTrade,
    HedgeTarget,
    forwards_for,
)
from taxlots.plan.exposure.measures import Characteristics, Exposures
from taxlots.plan.exposure.portfolio import PortfolioExposures, portfolio_exposures
from taxlots.reports.exposure import (
    UNKNOWN_VOLUME,
    exposure_json,
    exposure_listings,
    exposure_sentences,
)
from taxlots.reports.exposure_change import (
    ChangeSaid,
    change_json,
    change_listing,
    change_sentences,
)
from taxlots.workflows.exposure_change import change_of, trades_of
from taxlots.workflows.gather import gather
from taxlots.workflows.held_dollars import HeldDollars, held_dollars
from taxlots.workflows.market_files import ONE, MarketFiles, market_files
from taxlots.workflows.named_accounts import check_household, named_account, one_household
from taxlots.workflows.narrowed_record import households_of
from taxlots.workflows.plan_page import PlanPage
from taxlots.workflows.replay import replay_record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from taxlots.book.booking import Books

WEEKS: Final = 104
"""Weekly returns from which a beta is estimated: two years of them."""

HOME: Final = "USD"
DOMESTIC: Final = (SecurityKind.STOCK, SecurityKind.BOND)
"""Kinds that are taken to move in dollars unless exposures.csv says otherwise."""
NO_DURATION: Final = (SecurityKind.STOCK, SecurityKind.DIGITAL_ASSET)


@dataclass(frozen=True, slots=True)
class BookedHousehold:
    """The books of one household with its closes, as every question about exposures starts."""

    books: Books
    household: str
    history: PriceHistory
    market: MarketFiles

    @property
    def as_of(self) -> date:
        """The day of the books."""
        return date_of(self.books.as_of)

    def held(self, account: str | None = None) -> HeldDollars:
        """What the household, or one account, holds in dollars."""
        return held_dollars(self.books, self.history, self.household, account)


def booked_household(
    book: str,
    *,
    household: str | None = None,
    account: str | None = None,
    market: Path | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> BookedHousehold:
    """Book one household: the named one, that of an account, or the only one.

    Raises UsageError where that is not clear, and DataError where the book or the files of
    ``market`` have errors.
    """
    record, problems = gather(book, known_at=known_at)
    if record is None:
        raise DataError(problems)
    if account is not None:
        found = named_account(record.accounts, account).household
        if household not in (None, found):
            raise UsageError(f"{account} is an account of {found!r}, not of {household!r}")
        household = found
    check_household(list(dict.fromkeys(a.household for a in record.accounts)), household)
    mine = {a.id for a in record.accounts if household in (None, a.household)}
    books = replay_record(households_of(record, mine), as_of)
    history, bad = price_history(books.record.prices)
    if bad:
        raise DataError(bad)
    files = market_files(book, market, date_of(books.as_of))
    return BookedHousehold(books, one_household(books.record.accounts, household), history, files)


@dataclass(frozen=True, slots=True)
class ExposureRun:
    """What a household is exposed to, and what the figures rest on."""

    booked: BookedHousehold
    held: HeldDollars
    found: PortfolioExposures
    benchmark: str
    estimates: dict[str, BetaEstimate]
    assumed_home: tuple[str, ...]
    forwards: tuple[ForwardTrade, ...] = ()
    change: ChangeSaid | None = None

    @property
    def liquidity(self) -> dict[str, float]:
        """Dollars held by liquidity bucket, and those whose volume nobody states."""
        securities = self.booked.books.record.securities
        found = dict.fromkeys([*map(str, Bucket), UNKNOWN_VOLUME], 0.0)
        for symbol, dollars in self.held.held.items():
            security = securities.get(symbol)
            quote = self.booked.history.last_close(symbol, self.booked.as_of)
            name = UNKNOWN_VOLUME
            if security is not None and security.adv is not None and quote is not None:
                volume = security.adv / ONE * security.multiplier * quote.close / ONE
                (name,) = map(str, buckets(days_of_volume([dollars], [volume])))
            found[name] += abs(dollars)
        return {name: dollars for name, dollars in found.items() if dollars}

    @property
    def page(self) -> PlanPage:
        """The answer for people and programs."""
        exposures = self.found.exposures
        because = exposure_sentences(
            exposures,
            benchmark=self.benchmark,
            estimated=tuple(self.estimates),
            assumed_home=self.assumed_home,
            contracts=self.held.contracts,
        )
        if self.change is not None:
            because = (*change_sentences(self.change), *because)
        name = self.booked.books.record.name
        return PlanPage(
            listings=(
                *([] if self.change is None else [change_listing(self.change)]),
                *exposure_listings(
                    f"Exposures of {name} on {self.booked.as_of}",
                    self.found,
                    self.held.value,
                    self.benchmark,
                    self.forwards,
                    self.liquidity,
                ),
            ),
            json=exposure_json(
                self.found,
                self.held.value,
                book=name,
                as_of=self.booked.as_of,
                benchmark=self.benchmark,
                estimates=self.estimates,
                unpriced=self.held.unpriced,
                forwards=self.forwards,
                liquidity=self.liquidity,
            )
            | {"change": change_json(self.change), "because": list(because)},
            because=because,
            problems=(*self.booked.books.problems, *_problems(self.held)),
        )


def exposure(
    book: str,
    *,
    household: str | None = None,
    account: str | None = None,
    benchmark: str = "",
    market: Path | None = None,
    trades: Sequence[str] = (),
    compensate_with: Sequence[str] = (),
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> ExposureRun:
    """The exposures of a household or one of its accounts at the last closes.

    Funds are opened by ``holdings_of_funds.csv``; betas, durations and currencies are those of
    ``exposures.csv``, and betas that it does not state are estimated from weekly closes where a
    ``benchmark`` of ``prices.csv`` is named.  ``trades`` (``SYMBOL:DOLLARS``) are shown by what
    they change, and the contracts of ``compensate_with`` against it.  Raises UsageError and
    DataError.
    """
    traded = trades_of(trades)
    if compensate_with and not traded:
        raise UsageError("--compensate-with goes with --trade: what is to be compensated?")
    booked = booked_household(
        book, household=household, account=account, market=market, as_of=as_of, known_at=known_at
    )
    held = booked.held(account)
    dollars = held.exposed
    known = booked.market.characteristics()
    names = [
        *dollars,
        *traded,
        *(name for inside in booked.market.funds.values() for name in inside),
    ]
    estimates = _betas(booked, benchmark, names, known) if benchmark else {}
    for symbol, estimate in estimates.items():
        known[symbol] = replace(known.get(symbol) or Characteristics(), beta=estimate.beta)
    assumed = assume_home(booked.books, [*dollars, *traded], known)
    plain = frozenset(name for name in names if kind_of(booked.books, name) in NO_DURATION)

    def measured(amounts: dict[str, float]) -> PortfolioExposures:
        return portfolio_exposures(
            amounts, booked.market.funds, known, home=HOME, without_duration=plain
        )

    found = measured(dollars)
    change = None
    if traded:
        moved = measured(traded).exposures
        change = change_of(found.exposures, moved, compensate_with, booked.market)
    forwards = forwards_of(booked.market, found.exposures)
    return ExposureRun(booked, held, found, benchmark, estimates, assumed, forwards, change)


def forwards_of(market: MarketFiles, found: Exposures) -> tuple[ForwardTrade, ...]:
    """The forwards that bring each hedge back to its ratio, by the market of its own row."""
    trades: list[ForwardTrade] = []
    for currency, row in market.hedges.items():
        trades += forwards_for(
            found.foreign,
            {currency: HedgeTarget(currency=currency, ratio=row.ratio / ONE, band=row.band / ONE)},
            {
                currency: CurrencyMarket(
                    spot=row.spot / ONE,
                    rate=row.rate / ONE,
                    home_rate=row.home_rate / ONE,
                    spread=row.spread / ONE,
                )
            },
            {currency: row.sold / ONE},
            days=row.days / ONE,
        )
    return tuple(trades)


def kind_of(books: Books, symbol: str) -> SecurityKind | None:
    """What a security of the book is; None for one that only a fund's list names."""
    listed: Security | None = books.record.securities.get(symbol)
    return None if listed is None else listed.kind


def assume_home(
    books: Books, symbols: list[str], known: dict[str, Characteristics]
) -> tuple[str, ...]:
    """Stocks and bonds of the book move in dollars, unless somebody says otherwise."""
    assumed = []
    for symbol in symbols:
        one = known.get(symbol) or Characteristics()
        if one.currency is None and kind_of(books, symbol) in DOMESTIC:
            known[symbol] = replace(one, currency=HOME)
            assumed.append(symbol)
    return tuple(assumed)


def _betas(
    booked: BookedHousehold,
    benchmark: str,
    symbols: list[str],
    known: dict[str, Characteristics],
) -> dict[str, BetaEstimate]:
    """Betas to the benchmark from weekly closes, of what states none and has enough of them."""
    history = booked.history
    if benchmark not in history.spans:
        raise UsageError(f"prices.csv has no closes of the benchmark {benchmark!r}")
    splits = split_ratios(booked.books)
    today = booked.as_of
    ends = [day_of(today - timedelta(weeks=n)) for n in range(WEEKS, -1, -1)]

    def returns(symbol: str) -> NDArray[np.float64]:
        first, end = history.spans[symbol]
        days = history.days[first:end]
        closes = history.closes[first:end].astype(np.float64)
        for day, ratio in splits.get(symbol, {}).items():
            closes[days >= day] *= float(ratio)
        return returns_between(days, closes, ends)

    market = returns(benchmark)
    found = {}
    for symbol in dict.fromkeys(symbols):
        stated = known.get(symbol)
        if symbol in history.spans and (stated is None or stated.beta is None):
            estimate = beta_of(returns(symbol), market)
            if estimate is not None:
                found[symbol] = estimate
    return found


def _problems(held: HeldDollars) -> list[Problem]:
    told = [
        warning(
            f"prices.csv:{symbol}",
            "NO_PRICE",
            f"{symbol} is held and has no close on or before this day, or none since its split.",
            "Add its close; it counts in no exposure.",
        )
        for symbol in held.unpriced
    ]
    told += [
        warning(
            f"prices.csv:{symbol}",
            "STALE_PRICE",
            f"The last close of {symbol} is of {day}.",
            "Add a later close; its exposures are those of that day.",
        )
        for symbol, day in held.stale.items()
    ]
    return told
