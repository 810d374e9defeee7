"""A trade in tranches: what each costs, and for a sale the lots that it takes, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from taxlots.book.booking import Books
from taxlots.book.standing import open_lots
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import SHARE, shares
from taxlots.domain.problem import DataError, Problem, UsageError
from taxlots.market_data.calendars import sessions_from, settlement_day
from taxlots.plan.execution.block_trade import block_or_work
from taxlots.plan.execution.impact import Market, slice_cost
from taxlots.plan.execution.joint_lots import JointTerms, jointly_chosen
from taxlots.plan.execution.liquidity import buckets, days_of_volume
from taxlots.plan.execution.lots_by_tranche import StaggeredSale, Tranche, lots_by_tranche
from taxlots.plan.execution.schedules import (
    schedule_cost,
    whole_slices,
)
from taxlots.plan.selection import SaleRequest, Selection, select
from taxlots.plan.tax_optimal import NAME, tax_optimal
from taxlots.plan.year_tax import YearTax
from taxlots.reports.schedule import ScheduleSaid, schedule_json, schedule_page
from taxlots.workflows.exposure import BookedHousehold, booked_household
from taxlots.workflows.named_accounts import named_account
from taxlots.workflows.plan_page import PlanPage, told_page
from taxlots.workflows.schedule_choices import Choice, block_choice, crossing
from taxlots.workflows.schedule_inputs import (
    ScheduleAsked,
    aversion_of,
    check_asked,
    market_of,
    part_below_one,
    parts_of_schedule,
    price_of,
    quantity_of,
    volumes_of,
)
from taxlots.workflows.scheduled_books import years_through
from taxlots.workflows.year_tax import year_tax_of


@dataclass(frozen=True, slots=True)
class ScheduleRun:
    """The tranches of a trade: ``costs`` of each, and for a sale of a taxable account its lots.

    ``choices`` are what was asked beside it: a block, and the legs of a currency.
    """

    booked: BookedHousehold
    said: ScheduleSaid
    sale: StaggeredSale | None
    problems: tuple[Problem, ...] = ()
    choices: tuple[Choice, ...] = ()

    @property
    def page(self) -> PlanPage:
        """The answer for people and programs."""
        listings, because = schedule_page(self.said)
        because += tuple(one for choice in self.choices for one in choice.sentences)
        found = schedule_json(self.said)
        for choice in self.choices:
            found |= choice.json
        problems = (*self.booked.books.problems, *self.problems)
        return told_page(listings, found, because, problems)


def schedule(
    book: str,
    asked: ScheduleAsked,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> ScheduleRun:
    """Cut a trade into tranches of consecutive sessions, at a price that stays.

    The lots of a sale are chosen again for each tranche, by TAX_OPTIMAL for all of them together.
    Raises UsageError for what can't be traded so, and DataError where the book has errors.  Nothing
    is booked.
    """
    check_asked(asked)
    booked = booked_household(book, account=asked.account, as_of=as_of, known_at=known_at)
    account = named_account(booked.books.record.accounts, asked.account)
    price = price_of(booked, asked)
    market, told = market_of(booked, asked, price)
    days = sessions_from(booked.as_of, asked.sessions)
    volumes = volumes_of(asked, market)
    quantity = quantity_of(asked)
    if not asked.is_purchase:
        check_held(booked.books, account, asked.symbol, quantity)
    units = quantity / SHARE
    parts = parts_of_schedule(asked, units, volumes, market, booked)
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
        sale = sold_in_tranches(booked.books, account, asked, tranches)
        whole = Tranche(day=tranches[0].day, quantity=quantity, price=price)
        at_once = sold_in_tranches(booked.books, account, asked, [whole])
    said = ScheduleSaid(
        book=booked.books.record.name,
        as_of=booked.as_of,
        account=account.id,
        symbol=asked.symbol,
        by=asked.schedule,
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
    choices = tuple(_choices(booked, asked, market, units, said))
    return ScheduleRun(booked, said, sale, choices=choices)


def _choices(
    booked: BookedHousehold,
    asked: ScheduleAsked,
    market: Market,
    units: float,
    said: ScheduleSaid,
) -> Iterator[Choice]:
    """What is asked beside the schedule."""
    if asked.block:
        yield _block(booked, asked, market, units, said)
    if asked.currency or asked.rates is not None:
        yield crossing(asked, units * market.price, said.cost)


def _block(
    booked: BookedHousehold,
    asked: ScheduleAsked,
    market: Market,
    units: float,
    said: ScheduleSaid,
) -> Choice:
    """The block against the same order worked over as many sessions, tax included."""
    discount = part_below_one(asked.block, "--block")
    aversion = aversion_of(asked, booked, units * market.price)
    choice = block_or_work(units, discount, market, asked.sessions, aversion)
    return block_choice(choice, discount, said.at_once, said.sale)


def _tranches(
    days: Sequence[date], parts: Sequence[float], quantity: int, price: int
) -> list[Tranche]:
    """A tranche a session, in whole shares."""
    slices = whole_slices(parts, quantity, SHARE if quantity >= SHARE else 1)
    return [
        Tranche(day=day_of(day), quantity=units, price=price)
        for day, units in zip(days, slices, strict=True)
    ]


def sold_in_tranches(
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
    if asked.method == NAME and len(tranches) > 1:
        return _jointly(books, account, asked, tranches, sale)
    return sale


def _jointly(
    books: Books,
    account: Account,
    asked: ScheduleAsked,
    tranches: Sequence[Tranche],
    alone: StaggeredSale,
) -> StaggeredSale:
    """The lots of all tranches together, where that costs less than tranche by tranche."""

    def tax_of(moved: Books) -> YearTax | None:
        return year_tax_of(moved, account.tax_return, date_of(moved.as_of).year)[0]

    days = [date_of(one.day) for one in tranches]
    first = tax_of(books)
    known = {} if first is None else {account.tax_return: first}
    years = years_through(books, [account], known, date_of(books.as_of), days)
    place = account.id, asked.symbol
    security = books.record.securities.get(asked.symbol)
    return jointly_chosen(
        books,
        [one for one in open_lots(books) if (one.account, one.symbol) == place],
        tranches,
        alone,
        JointTerms(
            years={year: found for (_, year), found in years.items()},
            tax_of=tax_of,
            settlement=settlement_day,
            multiplier=1 if security is None else security.multiplier,
            method=NAME,
        ),
    )


def check_held(books: Books, account: Account, symbol: str, quantity: int) -> None:
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
