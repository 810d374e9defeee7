"""A trade in tranches: what each costs, and for a sale the lots that it takes, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from taxlots.book.booking import Books
from taxlots.book.standing import last_splits, open_lots
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import SHARE, scaled, shares
from taxlots.domain.problem import DataError, Problem, UsageError
from taxlots.domain.security import Security
from taxlots.market_data.calendars import add_sessions, is_session, settlement_day
from taxlots.market_data.volatility import volatility
from taxlots.plan.execution.impact import Market, slice_cost
from taxlots.plan.execution.liquidity import buckets, days_of_volume
from taxlots.plan.execution.lots_by_tranche import StaggeredSale, Tranche, lots_by_tranche
from taxlots.plan.execution.schedules import (
    risk_aversion_of,
    schedule_cost,
    square_root_schedule,
    twap,
    vwap,
    whole_slices,
)
from taxlots.plan.selection import SaleRequest, Selection, select
from taxlots.plan.tax_optimal import NAME, tax_optimal
from taxlots.reports.schedule import ScheduleSaid, schedule_json, schedule_page
from taxlots.workflows.exposure import BookedHousehold, booked_household
from taxlots.workflows.named_accounts import named_account
from taxlots.workflows.plan_page import PlanPage
from taxlots.workflows.select import NAMES
from taxlots.workflows.year_tax import year_tax_of

BY: Final = ("twap", "vwap", "almgren-chriss")
MOST_TRANCHES: Final = 60
SESSIONS_OF_YEAR: Final = 252
PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleAsked:
    """A trade as somebody asks for it, in text; blank is not stated.

    ``volumes`` are shares expected in each session, ``adv`` those of an average one; ``spread`` a
    fraction of the price, ``volatility`` annual.
    """

    account: str
    symbol: str
    quantity: str
    over: int
    by: str = "twap"
    method: str = ""
    price: str = ""
    adv: str = ""
    spread: str = ""
    volatility: str = ""
    volumes: str = ""
    risk_aversion: str = ""
    is_purchase: bool = False


@dataclass(frozen=True, slots=True)
class ScheduleRun:
    """The tranches of a trade: ``costs`` of each, and for a sale of a taxable account its lots.

    ``at_once`` is the same sale on the first day, ``at_once_cost`` what its trade costs.
    """

    booked: BookedHousehold
    said: ScheduleSaid
    sale: StaggeredSale | None
    problems: tuple[Problem, ...] = ()

    @property
    def page(self) -> PlanPage:
        """The answer for people and programs."""
        listings, because = schedule_page(self.said)
        return PlanPage(
            listings=listings,
            json=schedule_json(self.said) | {"because": list(because)},
            because=because,
            problems=(*self.booked.books.problems, *self.problems),
        )


def schedule(
    book: str,
    asked: ScheduleAsked,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> ScheduleRun:
    """Cut a trade into tranches of consecutive sessions, at a price that stays.

    The lots of a sale are chosen again for each tranche.  Raises UsageError for what can't be
    traded so, and DataError where the book has errors.  Nothing is booked.
    """
    _check(asked)
    booked = booked_household(book, account=asked.account, as_of=as_of, known_at=known_at)
    account = named_account(booked.books.record.accounts, asked.account)
    price = _price(booked, asked)
    market, told = _market(booked, asked, price)
    days = _sessions(booked.as_of, asked.over)
    volumes = _volumes(asked, market)
    quantity = _quantity(asked)
    if not asked.is_purchase:
        _check_held(booked.books, account, asked.symbol, quantity)
    units = quantity / SHARE
    parts = _parts(asked, units, volumes, market, booked)
    tranches = _tranches(days, parts, quantity, price)
    if market.adv == 0:
        volumes = [1.0] * len(volumes)
    costs = tuple(
        slice_cost(one.quantity / SHARE, volume, market)
        for one, volume in zip(tranches, volumes, strict=True)
    )
    days_needed = float(days_of_volume([units], [market.adv])[0]) if market.adv > 0 else 0.0
    deviation = schedule_cost(parts, units, volumes, market).deviation
    sale = at_once = None
    if not asked.is_purchase and not account.kind.is_tax_deferred:
        sale = _sold(booked.books, account, asked, tranches)
        whole = Tranche(day=tranches[0].day, quantity=quantity, price=price)
        at_once = _sold(booked.books, account, asked, [whole])
    said = ScheduleSaid(
        book=booked.books.record.name,
        as_of=booked.as_of,
        account=account.id,
        symbol=asked.symbol,
        by=asked.by,
        is_purchase=asked.is_purchase,
        tranches=tuple(tranches),
        costs=costs,
        sale=sale,
        at_once=at_once,
        at_once_cost=slice_cost(units, volumes[0], market),
        deviation=deviation,
        has_volume=market.adv > 0,
        days_of_volume=days_needed,
        bucket=str(buckets([days_needed])[0]) if market.adv > 0 else "",
        told=tuple(told),
    )
    return ScheduleRun(booked, said, sale)


def _tranches(
    days: Sequence[date], parts: Sequence[float], quantity: int, price: int
) -> list[Tranche]:
    """A tranche a session, in whole shares."""
    slices = whole_slices(parts, quantity, SHARE if quantity >= SHARE else 1)
    return [
        Tranche(day=day_of(day), quantity=units, price=price)
        for day, units in zip(days, slices, strict=True)
    ]


def _check(asked: ScheduleAsked) -> None:
    if asked.by not in BY:
        raise UsageError(f"--by {asked.by!r} is no schedule; use one of {', '.join(BY)}")
    if asked.method and asked.method not in NAMES:
        raise UsageError(f"there is no method {asked.method!r}; use one of {', '.join(NAMES)}")
    if not 1 <= asked.over <= MOST_TRANCHES:
        raise UsageError(f"--over {asked.over}: write 1 to {MOST_TRANCHES} sessions")
    if asked.is_purchase and asked.method:
        raise UsageError("--method chooses the lots of a sale; leave it out with --buy")


def number_of(text: str, option: str) -> float:
    """A number of zero or more that was written for an option.  Raises UsageError."""
    stated = scaled(text, 8)
    if stated is None or stated < 0:
        raise UsageError(f"{option} {text!r} is no number of zero or more; write 12.5")
    return stated / SHARE


def _quantity(asked: ScheduleAsked) -> int:
    stated = scaled(asked.quantity, 8)
    if stated is None or stated <= 0:
        raise UsageError(f"QTY {asked.quantity!r} is no quantity above zero; write 500")
    return stated


def _price(booked: BookedHousehold, asked: ScheduleAsked) -> int:
    """The stated price, or the last close, in 1e-8 dollars."""
    if asked.price:
        stated = scaled(asked.price, 8)
        if stated is None or stated <= 0:
            raise UsageError(f"--price {asked.price!r} is no price above zero; write 123.45")
        return stated
    quote = booked.history.last_close(asked.symbol, booked.as_of)
    if quote is None or quote.is_stale:
        found = "no close" if quote is None else f"no close after {quote.day}"
        raise UsageError(f"the book has {found} of {asked.symbol}; state --price")
    return quote.close


def _market(booked: BookedHousehold, asked: ScheduleAsked, price: int) -> tuple[Market, list[str]]:
    """The market that is stated, that of securities.csv, or that of the book's closes."""
    told = []
    security = booked.books.record.securities.get(asked.symbol) or Security(symbol=asked.symbol)
    adv = number_of(asked.adv, "--adv") if asked.adv else (security.adv or 0) / SHARE
    if asked.volumes:
        expected = _stated_volumes(asked)
        adv = sum(expected) / len(expected)
    if not adv:
        told.append(
            f"No volume of {asked.symbol} is stated (adv in securities.csv, or --adv): the costs"
            " leave impact out"
        )
    spread = (
        number_of(asked.spread, "--spread") if asked.spread else (security.spread_ppm or 0) / PPM
    )
    if not asked.spread and security.spread_ppm is None:
        told.append(f"No spread of {asked.symbol} is stated: it is taken to be none")
    yearly = number_of(asked.volatility, "--volatility") if asked.volatility else None
    if yearly is None:
        since = last_splits(booked.books).get(asked.symbol, 0)
        ppm = volatility(booked.history, asked.symbol, booked.books.as_of, since)
        yearly = USUAL_VOLATILITY if ppm is None else ppm / PPM
        if ppm is None:
            told.append(
                f"The closes of {asked.symbol} do not tell its volatility: {yearly:.2f} a year is"
                " assumed"
            )
    market = Market(
        price=price / SHARE * security.multiplier,
        adv=adv,
        volatility=yearly / SESSIONS_OF_YEAR**0.5,
        spread=spread,
        impact_factor=1.0 if adv else 0.0,
    )
    return market, told


USUAL_VOLATILITY: Final = 0.30


def _stated_volumes(asked: ScheduleAsked) -> list[float]:
    found = [number_of(cell.strip(), "--volumes") for cell in asked.volumes.split(",")]
    if len(found) != asked.over:
        raise UsageError(
            f"--volumes states {len(found)} sessions and --over {asked.over}; state as many"
        )
    if not sum(found):
        raise UsageError("--volumes are all zero: nothing can be traded then")
    return found


def _volumes(asked: ScheduleAsked, market: Market) -> list[float]:
    return _stated_volumes(asked) if asked.volumes else [market.adv] * asked.over


def _parts(
    asked: ScheduleAsked,
    units: float,
    volumes: Sequence[float],
    market: Market,
    booked: BookedHousehold,
) -> Sequence[float]:
    if asked.by == "twap":
        return list(twap(asked.over))
    if not market.adv:
        raise UsageError(
            f"--by {asked.by} needs the volume of {asked.symbol}; state --adv or --volumes, or adv"
            " in securities.csv"
        )
    if asked.by == "vwap":
        return list(vwap(volumes))
    relative = number_of(asked.risk_aversion, "--risk-aversion") if asked.risk_aversion else 3.0
    wealth = booked.held().value
    aversion = risk_aversion_of(relative, max(wealth, units * market.price))
    return list(square_root_schedule(units, volumes, market, aversion))


def _sessions(as_of: date, count: int) -> list[date]:
    """Consecutive sessions from the as-of day, or from the first one after it."""
    first = as_of if is_session(as_of) else add_sessions(as_of, 1)
    days = [first]
    while len(days) < count:
        days.append(add_sessions(days[-1], 1))
    return days


def _sold(
    books: Books, account: Account, asked: ScheduleAsked, tranches: Sequence[Tranche]
) -> StaggeredSale:
    """The sale as the ledger would book it; UsageError or DataError where it can't be."""
    if account.kind is AccountKind.TAXABLE_MTM_475:
        raise UsageError(f"{account.id} is marked to market: its lots are all worth their mark")
    problems: list[Problem] = []

    def choose(moved: Books, request: SaleRequest) -> Selection | None:
        year, _ = year_tax_of(moved, account.tax_return, date_of(moved.as_of).year)
        if asked.method == NAME:
            if year is None:
                raise UsageError(
                    "TAX_OPTIMAL needs the return's tax of each year in which a tranche is sold:"
                    " write it into profiles.csv"
                )
            return tax_optimal(moved, request, settlement_day, year)
        found, told = select(moved, request, settlement_day, year, method=asked.method)
        problems.extend(told)
        return found

    sale, told = lots_by_tranche(books, account.id, asked.symbol, tranches, choose, settlement_day)
    if sale is None:
        raise DataError([*told, *problems])
    return sale


def _check_held(books: Books, account: Account, symbol: str, quantity: int) -> None:
    """Raise UsageError where an account is to sell more than it holds."""
    held = sum(
        lot.quantity
        for lot in open_lots(books)
        if lot.account == account.id and lot.symbol == symbol
    )
    if quantity > held:
        raise UsageError(
            f"{account.id} holds {shares(held)} {symbol}; {shares(quantity)} are asked for"
        )
