"""The books after a schedule: what its sales realize and cost in tax, year by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from taxlots.book.booking import Books
from taxlots.book.extension import extend
from taxlots.domain.account import Account, taxed_returns
from taxlots.domain.money import dollars, shares
from taxlots.domain.order import Side
from taxlots.domain.problem import DataError, Severity
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.rebalance.lots_by_day import LastDollar, last_dollar
from taxlots.plan.rebalance.proposal import ReturnTax, returns_of
from taxlots.plan.rebalance.trade_schedule import ScheduledTrade
from taxlots.plan.selection import SaleRequest, outcomes_of_sales, unused_ids
from taxlots.plan.several_sales import BookedSale, costs_after
from taxlots.plan.tax_cost import Outcome
from taxlots.plan.what_if import until_as_of, with_rows
from taxlots.plan.year_tax import YearTax
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.year_tax import year_tax_of

Years = Mapping[tuple[str, int], YearTax]
"""The tax of a return in a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """The parts of a schedule as the fold books them, and what each return realizes each year."""

    trades: tuple[ScheduledTrade, ...]
    returns: Mapping[int, tuple[ReturnTax, ...]]


def rates_of(
    plan: HouseholdPlan, days: Sequence[date], gains: Mapping[str, tuple[int, int]]
) -> dict[str, list[LastDollar | None]]:
    """What the last dollar of gain costs on each day, by tax return.

    ``gains`` are the short- and long-term gains of the plan, on whose year its lots were chosen.
    """
    years = _years(plan, days)
    returns = set(taxed_returns(plan.accounts).values())
    found: dict[str, list[LastDollar | None]] = {}
    for name in returns:
        by_year = {
            day.year: last_dollar(
                years.get((name, day.year)),
                *(gains.get(name, (0, 0)) if day.year == plan.as_of.year else (0, 0)),
            )
            for day in days
        }
        found[name] = [by_year[day.year] for day in days]
    return found


def booked_schedule(plan: HouseholdPlan, parts: Sequence[ScheduledTrade], last: date) -> Booking:
    """The parts of a schedule booked together in a dry run, sales with their lots.

    Raises DataError where the books refuse one.
    """
    books = plan.prepared.books
    names = unused_ids(books, len(parts), "scheduled")
    rows = [_row(one, name) for one, name in zip(parts, names, strict=True)]
    record = with_rows(until_as_of(books), rows)
    after, problems = extend(books, record, as_of=last, settlement=settlement_day)
    if after is None:
        raise DataError([one for one in problems if one.severity is Severity.ERROR])
    years = _years(plan, [one.day for one in parts])
    sales = [
        name
        for one, name in zip(parts, names, strict=True)
        if one.trade.side is Side.SELL and one.trade.position.is_taxed
    ]
    outcomes = outcomes_of_sales(after, sales)
    before: dict[tuple[str, int], list[Outcome]] = {}
    found = [
        _booked(one, outcomes.get(name, ()), years, before)
        for one, name in zip(parts, names, strict=True)
    ]
    taxed = taxed_returns(plan.accounts)
    returns = {}
    for year in sorted({one.day.year for one in parts}):
        mine = [one.booked for one in found if one.booked is not None and one.day.year == year]
        returns[year] = tuple(returns_of(mine, taxed))
    return Booking(trades=tuple(found), returns=returns)


def _booked(
    part: ScheduledTrade,
    outcomes: tuple[Outcome, ...],
    years: Years,
    before: dict[tuple[str, int], list[Outcome]],
) -> ScheduledTrade:
    if part.trade.side is Side.BUY:
        return part
    position = part.trade.position
    key = (position.account.tax_return, part.day.year)
    costs = costs_after(before.setdefault(key, []), outcomes, years.get(key))
    request = SaleRequest(
        account=position.account.id,
        symbol=position.symbol,
        quantity=part.units,
        price=position.price,
        day=part.day.isoformat(),
    )
    booked = BookedSale(request=request, lots=part.lots, outcomes=outcomes, costs=costs)
    return replace(part, booked=booked)


def _row(part: ScheduledTrade, name: str) -> dict[str, str]:
    return {
        "id": name,
        "date": part.day.isoformat(),
        "time": "23:59:59",
        "account": part.trade.position.account.id,
        "symbol": part.trade.position.symbol,
        "action": str(part.trade.side),
        "quantity": shares(part.units),
        "amount": dollars(part.cents),
        "lots": part.lots,
    }


def _years(plan: HouseholdPlan, days: Sequence[date]) -> dict[tuple[str, int], YearTax]:
    accounts, known = plan.accounts, plan.situation.years
    return years_through(plan.prepared.books, accounts, known, plan.as_of, days)


def years_through(
    books: Books,
    accounts: Iterable[Account],
    known: Mapping[str, YearTax],
    as_of: date,
    days: Sequence[date],
) -> dict[tuple[str, int], YearTax]:
    """The tax of the year of a plan, and that of later ones with what is realized in them so far.

    ``known`` is the former by tax return, ``as_of`` its day, ``days`` those that are traded on.
    """
    found = {(name, as_of.year): year for name, year in known.items()}
    later = {day.year: day for day in days if day.year != as_of.year}
    if not later:
        return found
    moved, problems = extend(
        books, until_as_of(books), as_of=max(later.values()), settlement=settlement_day
    )
    if moved is None:
        raise DataError([one for one in problems if one.severity is Severity.ERROR])
    for name in set(taxed_returns(accounts).values()):
        for year in later:
            of_year, _ = year_tax_of(moved, name, year)
            if of_year is not None:
                found[name, year] = of_year
    return found
