"""The trades of a location in whole shares, and what its sales cost as they would be booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taxlots.domain.calendar import date_of
from taxlots.domain.money import SHARE, shares
from taxlots.domain.problem import DataError
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.cash_flow import CashPurchase, CashSale, purchases
from taxlots.plan.location.household import Location
from taxlots.plan.selection import SaleRequest
from taxlots.plan.several_sales import BookedSale, book_sales
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.location_problem import BookLocation

LEAST = 0.01
"""Dollars below which a trade is none."""


@dataclass(frozen=True, slots=True)
class LocationTrades:
    """Sales as the books would have them, purchases, and what of each account's cash is left."""

    sales: tuple[BookedSale, ...]
    bought: tuple[CashPurchase, ...]
    left_cents: Mapping[str, int]

    @property
    def tax_cents(self) -> int:
        """What the sales cost in tax, now and later."""
        return sum(one.cost_cents or 0 for one in self.sales)


def location_trades(plan: HouseholdPlan, book: BookLocation, location: Location) -> LocationTrades:
    """Turn dollars into whole shares: sales by lot, purchases with what they bring.

    Raises DataError where the books refuse a sale.
    """
    sales = _sales(plan, book, location)
    booked = _booked(plan, sales)
    cash = {a.name: round(a.cash * 100) for a in book.problem.accounts}
    for one in sales:
        cash[one.account] += one.cents
    bought, spent = _purchases(book, location, cash)
    left = {name: cents - spent.get(name, 0) for name, cents in cash.items()}
    return LocationTrades(tuple(booked), tuple(bought), left)


def _sales(plan: HouseholdPlan, book: BookLocation, location: Location) -> list[CashSale]:
    held: dict[tuple[str, str, str], int] = {}
    for lot in plan.lots:
        key = lot.account, lot.symbol, lot.lot_id
        held[key] = held.get(key, 0) + lot.quantity
    sales: dict[tuple[str, str], CashSale] = {}
    dollars: dict[tuple[str, str, str], tuple[float, float]] = {}
    for one, part in zip(location.problem.lots, location.sold, strict=True):
        account = location.problem.accounts[one.account].name
        symbol = location.problem.assets[one.asset].symbol
        before = dollars.get((account, symbol, one.lot_id), (0.0, 0.0))
        dollars[account, symbol, one.lot_id] = before[0] + float(part), before[1] + one.value
    for (account, symbol, lot_id), (sold, value) in dollars.items():
        if sold < LEAST:
            continue
        sale = sales.setdefault(
            (account, symbol),
            CashSale(account=account, symbol=symbol, sleeve="", offer=book.offers[symbol], held={}),
        )
        units = held[account, symbol, lot_id]
        is_whole = sold > value - LEAST
        sale.held[lot_id] = units
        sale.taken[lot_id] = units if is_whole else int(units * sold / value)
    for (account, symbol), sale in sales.items():
        whole = sum(units for (a, s, _), units in held.items() if (a, s) == (account, symbol))
        if sale.units < whole:
            sale.cut(sale.units % SHARE)
    return [one for one in sales.values() if one.units]


def _booked(plan: HouseholdPlan, sales: list[CashSale]) -> list[BookedSale]:
    day = date_of(plan.prepared.books.as_of).isoformat()
    deferred = {a.id for a in plan.accounts if a.kind.is_tax_deferred}
    asked = [
        (
            SaleRequest(
                account=one.account,
                symbol=one.symbol,
                quantity=one.units,
                price=one.offer.price,
                day=day,
            ),
            ""
            if one.account in deferred
            else ";".join(f"{name}:{shares(units)}" for name, units in one.taken.items() if units),
        )
        for one in sales
    ]
    returns = {a.id: a.tax_return for a in plan.accounts if a.id not in deferred}
    booked, problems = book_sales(
        plan.prepared.books, asked, settlement_day, returns, plan.situation.years
    )
    if booked is None:
        raise DataError(problems)
    return booked


def _purchases(
    book: BookLocation, location: Location, cash: Mapping[str, int]
) -> tuple[list[CashPurchase], dict[str, int]]:
    """What is bought in whole shares with no more than there is, and what it takes of accounts."""
    wanted: dict[tuple[str, int], int] = {}
    for a, account in enumerate(location.problem.accounts):
        mine = {
            n: round(float(dollars) * 100)
            for n, dollars in enumerate(location.bought[a])
            if dollars >= LEAST
        }
        over = sum(mine.values()) - cash[account.name]
        for n in sorted(mine, key=lambda n: -mine[n]):
            less = min(max(0, over), mine[n])
            mine[n] -= less
            over -= less
        wanted |= {(account.name, n): cents for n, cents in mine.items() if cents}
    symbols = [asset.symbol for asset in location.problem.assets]
    offers = {key: book.offers[symbols[key[1]]] for key in wanted}
    bought, _ = purchases(wanted, offers)
    spent: dict[str, int] = {}
    for one in bought:
        spent[one.account] = spent.get(one.account, 0) + one.cents
    return bought, spent
