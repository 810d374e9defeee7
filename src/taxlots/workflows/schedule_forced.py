"""A sale of an illiquid holding that has to be done by a day: what being forced costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import SHARE, dollars, dollars_if_known, shares
from taxlots.domain.problem import UsageError
from taxlots.market_data.calendars import sessions_between, settlement_day
from taxlots.plan.execution.forced_sale import ForcedSaleDiscount, forced_sale_discount
from taxlots.plan.execution.impact import Market
from taxlots.plan.execution.liquidity import USUAL_PARTICIPATION
from taxlots.plan.execution.lots_by_tranche import StaggeredSale, Tranche
from taxlots.reports.plan_figures import figure, listing, money
from taxlots.workflows.exposure import BookedHousehold, booked_household
from taxlots.workflows.named_accounts import named_account
from taxlots.workflows.plan_page import PlanPage, told_page
from taxlots.workflows.schedule import check_held, sold_in_tranches
from taxlots.workflows.schedule_inputs import (
    SESSIONS_OF_YEAR,
    ScheduleAsked,
    check_asked,
    market_of,
    price_of,
    quantity_of,
)

PARTS: Final = {
    "part": "part",
    "quantity": "quantity",
    "price": "price",
    "amount": "amount",
    "discount": "discount",
}
DAYS_OF_YEAR: Final = 365.25
QUOTED: Final = 10_000
"""Prices of a forced sale are in steps of 0.0001 dollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forced:
    """What is sold in order by the day and what is forced, in 1e-8 units, and the discount.

    ``years_early`` is how long the last orderly sale of the rest would come after the day.
    """

    last: date
    orderly: int
    forced: int
    years_early: float
    discount: ForcedSaleDiscount


def forced(
    book: str,
    asked: ScheduleAsked,
    by: date,
    orderly_by: date | None = None,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """A forced sale: what volume takes in order by the day, the rest at a discount for the hurry.

    ``by`` is when its money must be there; ``orderly_by``, when an orderly sale would be done, is
    needed of what has no volume (None: as the volume says).  Raises UsageError for what cannot be
    asked so, DataError for a book with errors.  Nothing is booked.
    """
    check_asked(asked)
    if asked.is_purchase:
        raise UsageError("--forced-by is of a sale; leave out --buy")
    booked = booked_household(book, account=asked.account, as_of=as_of, known_at=known_at)
    account = named_account(booked.books.record.accounts, asked.account)
    quantity = quantity_of(asked)
    check_held(booked.books, account, asked.symbol, quantity)
    price = price_of(booked, asked)
    market, told = market_of(booked, asked, price)
    found = _forced(booked.as_of, quantity, market, by, orderly_by)
    cut = round(price * (1 - found.discount.used) / QUOTED) * QUOTED
    sale = None
    if not account.kind.is_tax_deferred:
        value = found.orderly * price + found.forced * cut
        whole = Tranche(day=day_of(found.last), quantity=quantity, price=value // quantity)
        sale = sold_in_tranches(booked.books, account, asked, [whole])
    told = [] if market.adv else [one for one in told if "leave impact out" not in one]
    return _page(booked, asked, found, price, cut, market, sale, told)


def _forced(
    as_of: date, quantity: int, market: Market, by: date, orderly_by: date | None
) -> _Forced:
    """How much of the sale is orderly, and how early the rest of it comes."""
    days = [
        day for day in sessions_between(as_of, by) if date_of(settlement_day(day_of(day))) <= by
    ]
    if not days:
        raise UsageError(
            f"--forced-by {by}: no sale from {as_of} on settles by then; name a later day"
        )
    a_day = USUAL_PARTICIPATION * market.adv
    if not a_day and orderly_by is None:
        raise UsageError(
            "nothing says how long an orderly sale takes: state --adv, adv in securities.csv, or"
            " --orderly-by, the day on which it would be done"
        )
    if orderly_by is not None and orderly_by < by:
        raise UsageError(f"--orderly-by {orderly_by} is before --forced-by {by}")
    orderly = min(quantity, int(a_day * len(days)) * SHARE)
    rest = quantity - orderly
    if orderly_by is not None:
        early = (orderly_by - by).days / DAYS_OF_YEAR if rest else 0.0
    else:
        early = rest / SHARE / a_day / SESSIONS_OF_YEAR
    yearly = market.volatility * SESSIONS_OF_YEAR**0.5
    discount = forced_sale_discount(yearly, early, fee=market.spread / 2)
    return _Forced(
        last=days[-1], orderly=orderly, forced=rest, years_early=early, discount=discount
    )


def _page(
    booked: BookedHousehold,
    asked: ScheduleAsked,
    found: _Forced,
    price: int,
    cut: int,
    market: Market,
    sale: StaggeredSale | None,
    told: list[str],
) -> PlanPage:
    scale = market.price / price
    parts = [("in order", found.orderly, price), ("forced", found.forced, cut)]
    rows = [
        {
            "part": name,
            "quantity": shares(units),
            "price": shares(at),
            "amount": money(units * at / SHARE * scale),
            "discount": money(units * (price - at) / SHARE * scale),
        }
        for name, units, at in parts
        if units
    ]
    lost = found.forced * (price - cut) / SHARE * scale
    discount = found.discount
    taken = (
        f"By {found.last} volume takes {shares(found.orderly)} in order; the rest is sold"
        f" {figure(found.years_early, 2)} years before an orderly sale would be done"
    )
    costs = (
        f"That costs {figure(discount.used * 100, 2)} % of it, {money(lost)}: what waiting is worth"
        f" by Finnerty's model, and half the spread; Chaffe's says"
        f" {figure(discount.chaffe * 100, 2)} %, Longstaff's bound is"
        f" {figure(discount.longstaff * 100, 2)} %"
    )
    said = [taken, costs]
    json = _json(booked, asked, found, rows, lost)
    if sale is not None and sale.sales:
        (sold,) = sale.sales
        tax = dollars_if_known(sale.cost_cents)
        json |= {"gain": dollars(sold.gain_cents), "tax": tax, "order": sold.selection.lots}
        taxed = f", for {tax} of tax" if tax else ""
        said.append(f"At the average price it realizes {dollars(sold.gain_cents)}{taxed}")
    said += told
    quantity = shares(found.orderly + found.forced)
    title = f"Forced sale of {quantity} {asked.symbol} in {asked.account} by {found.last}"
    listings = (listing(title, PARTS, rows, frozenset({"part"})),)
    return told_page(listings, json, said, booked.books.problems)


def _json(
    booked: BookedHousehold,
    asked: ScheduleAsked,
    found: _Forced,
    rows: list[dict[str, str]],
    lost: float,
) -> dict[str, Any]:
    discount = found.discount
    return {
        "book": booked.books.record.name,
        "as_of": booked.as_of.isoformat(),
        "account": asked.account,
        "symbol": asked.symbol,
        "last_session": found.last.isoformat(),
        "years_early": figure(found.years_early, 6),
        "parts": rows,
        "discount": {
            "used": figure(discount.used, 6),
            "finnerty": figure(discount.finnerty, 6),
            "chaffe": figure(discount.chaffe, 6),
            "longstaff": figure(discount.longstaff, 6),
            "cost": money(lost),
        },
    }
