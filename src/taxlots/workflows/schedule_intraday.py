"""One day's trade in slices: more where the spread is narrow and depth is offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from taxlots.domain.calendar import day_of
from taxlots.domain.intraday_quote import NEEDED, IntradayQuote, intraday_quotes_from
from taxlots.domain.money import SHARE, dollars, dollars_if_known, shares
from taxlots.domain.problem import UsageError
from taxlots.market_data.calendars import first_session
from taxlots.plan.execution.intraday import Moment, Slice, SliceRule, half_spread_paid, next_slice
from taxlots.plan.execution.lots_by_tranche import StaggeredSale, Tranche
from taxlots.reports.plan_figures import figure, listing, money
from taxlots.reports.selection import lot_rows
from taxlots.workflows.exposure import BookedHousehold, booked_household
from taxlots.workflows.named_accounts import named_account
from taxlots.workflows.plan_page import PlanPage, told_page
from taxlots.workflows.rows_of_file import rows_of_file
from taxlots.workflows.schedule import check_held, sold_in_tranches
from taxlots.workflows.schedule_inputs import (
    ScheduleAsked,
    check_asked,
    market_of,
    quantity_of,
)

SLICES: Final = {
    "time": "time",
    "spread": "spread %",
    "offered": "offered",
    "quantity": "quantity",
    "price": "price",
    "half_spread": "half spread",
    "is_forced": "beyond depth",
}
TEXTS: Final = frozenset({"time", "is_forced"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """The quotes of a day, as moments of the market for one side, and the rule of its slices."""

    quotes: Sequence[IntradayQuote]
    moments: Sequence[Moment]
    rule: SliceRule
    is_purchase: bool

    def slices(self, quantity: int, rule: SliceRule) -> list[Slice]:
        """Whole shares of each moment; the last one takes what is left."""
        left = quantity
        found = []
        for place, now in enumerate(self.moments):
            later = sum(one.expected_volume for one in self.moments[place + 1 :])
            taken = next_slice(left / SHARE, now, later, rule)
            units = left if later == 0 else int(taken.shares) * SHARE
            found.append(replace(taken, shares=units / SHARE))
            left -= units
        return found

    def price(self, place: int) -> int:
        """What a share is traded at: the ask of a purchase, the bid of a sale."""
        quote = self.quotes[place]
        return quote.ask if self.is_purchase else quote.bid


def intraday(
    book: str,
    asked: ScheduleAsked,
    quotes: Path,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """A trade of one day in slices, each from what its quote shows and what was known before it.

    The usual spread is that which is stated, of the command or of securities.csv.  Raises
    UsageError for what cannot be asked so, and DataError for bad quotes.  Nothing is booked.
    """
    check_asked(asked)
    booked = booked_household(book, account=asked.account, as_of=as_of, known_at=known_at)
    account = named_account(booked.books.record.accounts, asked.account)
    quantity = quantity_of(asked)
    if not asked.is_purchase:
        check_held(booked.books, account, asked.symbol, quantity)
    day = _day(booked, asked, rows_of_file(quotes, NEEDED, intraday_quotes_from))
    slices = day.slices(quantity, day.rule)
    by_clock = day.slices(quantity, replace(day.rule, least=1.0, most=1.0))
    price = round(
        sum(one.shares * day.price(place) for place, one in enumerate(slices)) * SHARE / quantity
    )
    session = day_of(first_session(booked.as_of))
    sale = None
    if not asked.is_purchase and not account.kind.is_tax_deferred:
        tranche = Tranche(day=session, quantity=quantity, price=price)
        sale = sold_in_tranches(booked.books, account, asked, [tranche])
    return _page(booked, asked, day, slices, by_clock, price, sale)


def _day(booked: BookedHousehold, asked: ScheduleAsked, quotes: Sequence[IntradayQuote]) -> _Day:
    middle = (quotes[0].bid + quotes[0].ask) // 2
    market, _ = market_of(booked, asked, middle)
    if not market.spread:
        raise UsageError(
            f"the usual spread of {asked.symbol} is not stated; write --spread, or spread in"
            " securities.csv"
        )
    if not market.adv and any(one.volume is None for one in quotes):
        raise UsageError(
            "the quotes do not state the usual volume until the next one; add the column volume, or"
            " state --adv, which is then taken to be even"
        )
    moments = [
        Moment(
            spread=2 * (one.ask - one.bid) / (one.ask + one.bid),
            depth=(one.ask_size if asked.is_purchase else one.bid_size) / SHARE,
            expected_volume=market.adv / len(quotes) if one.volume is None else one.volume / SHARE,
        )
        for one in quotes
    ]
    if not any(one.expected_volume for one in moments):
        raise UsageError("no quote has any expected volume; state what usually trades")
    return _Day(
        quotes=quotes,
        moments=moments,
        rule=SliceRule(usual_spread=market.spread),
        is_purchase=asked.is_purchase,
    )


def _page(
    booked: BookedHousehold,
    asked: ScheduleAsked,
    day: _Day,
    slices: Sequence[Slice],
    by_clock: Sequence[Slice],
    price: int,
    sale: StaggeredSale | None,
) -> PlanPage:
    rows = [_row(day, place, one) for place, one in enumerate(slices)]
    units = sum(one.shares for one in slices)
    paid, clock = (half_spread_paid(one, day.moments) for one in (slices, by_clock))
    value = units * price / SHARE
    prices = (
        f"The average price is {shares(price)}; half spreads cost {money(paid * value)}, by the"
        f" clock alone {money(clock * value)}"
    )
    said = [
        prices,
        "Each slice knows its own quote and those before it, and the usual volume of the rest",
    ]
    if any(one.is_forced for one in slices):
        said.append("The close takes more than half of what is offered: start sooner")
    found: dict[str, Any] = {
        "book": booked.books.record.name,
        "as_of": booked.as_of.isoformat(),
        "side": "buy" if asked.is_purchase else "sell",
        "account": asked.account,
        "symbol": asked.symbol,
        "slices": rows,
        "price": shares(price),
        "half_spread": money(paid * value),
        "half_spread_by_clock": money(clock * value),
    }
    if sale is not None and sale.sales:
        (sold,) = sale.sales
        found |= {"gain": dollars(sold.gain_cents), "order": sold.selection.lots}
        found["lots"] = lot_rows(sold.selection)
        found["tax"] = dollars_if_known(sale.cost_cents)
        said.append(
            f"At that price the day realizes {dollars(sold.gain_cents)}; the lots are"
            f" {sold.selection.lots}"
        )
    what = "Purchase" if asked.is_purchase else "Sale"
    title = f"{what} of {figure(units, 0)} {asked.symbol} in {asked.account}, slices of a day"
    listings = (listing(title, SLICES, rows, TEXTS),)
    return told_page(listings, found, said, booked.books.problems)


def _row(day: _Day, place: int, one: Slice) -> dict[str, str]:
    moment = day.moments[place]
    price = day.price(place)
    return {
        "time": day.quotes[place].at,
        "spread": figure(moment.spread * 100, 4),
        "offered": figure(moment.depth, 0),
        "quantity": shares(round(one.shares * SHARE)),
        "price": shares(price),
        "half_spread": money(one.shares * price / SHARE * moment.spread / 2),
        "is_forced": "yes" if one.is_forced else "",
    }
