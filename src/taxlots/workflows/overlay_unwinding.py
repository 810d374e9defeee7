"""When to sell the lots that an overlay stands for: the tax of each day, from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.book.booking import Books
from taxlots.book.standing import open_lots
from taxlots.domain.account import Account
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import SHARE
from taxlots.domain.problem import DataError, UsageError
from taxlots.market_data.calendars import add_sessions, first_session, settlement_day
from taxlots.plan.execution.lots_by_tranche import Tranche, lots_by_tranche
from taxlots.plan.overlay.unwinding import UnwindChoice, unwinding
from taxlots.plan.selection import SaleRequest, Selection
from taxlots.plan.tax_optimal import tax_optimal
from taxlots.workflows.exposure import BookedHousehold
from taxlots.workflows.named_accounts import named_account
from taxlots.workflows.year_tax import known_year_tax, year_tax_of

CENTS: Final = 100
YEARS_AHEAD: Final = (1, 2, 3)
MOST_TURNS: Final = 4


@dataclass(frozen=True, slots=True)
class UnwindAsked:
    """The lots of an account that would be sold, for so many dollars, and the carry a year."""

    account: str
    symbol: str
    dollars: float
    carry_a_year: float


def unwind_days(
    booked: BookedHousehold, asked: UnwindAsked
) -> tuple[UnwindChoice, tuple[str, ...]]:
    """Weigh today, the days on which lots turn long-term, and the next years.

    The tax of a day is that of the lots of least tax, booked by a dry run at the last close, now
    and later; the price is taken to stay.  Days of years whose tax nobody tells are left out, and
    told.  Raises UsageError for what the account does not hold, and DataError where this year's
    tax is not known.
    """
    account = named_account(booked.books.record.accounts, asked.account)
    if account.kind.is_tax_deferred:
        raise UsageError(f"{account.id} is a {account.kind} account: selling there costs no tax")
    quote = booked.history.last_close(asked.symbol, booked.as_of)
    lots = [
        lot
        for lot in open_lots(booked.books)
        if lot.account == account.id and lot.symbol == asked.symbol
    ]
    if quote is None or not lots:
        raise UsageError(f"{account.id} holds no {asked.symbol} with a close to sell instead")
    held = sum(lot.quantity for lot in lots)
    wanted = round(asked.dollars / (quote.close / SHARE)) * SHARE
    quantity = min(held, max(wanted, min(held, SHARE)))
    turns = sorted(
        {
            lot.long_term_from
            for lot in lots
            if lot.long_term_from and lot.long_term_from > booked.as_of
        }
    )
    days = [booked.as_of, *turns[:MOST_TURNS], *(_later(booked.as_of, n) for n in YEARS_AHEAD)]
    taxes: dict[date, float] = {}
    untaxed = []
    for one in dict.fromkeys(first_session(day) for day in days):
        if one.year == booked.as_of.year:
            known_year_tax(booked.books, account.tax_return, one.year)
        cents = _tax(booked.books, account, asked.symbol, quantity, quote.close, one)
        if cents is None:
            untaxed.append(str(one.year))
        else:
            taxes[one] = cents / CENTS
    told: tuple[str, ...] = ()
    if untaxed:
        told = (f"Nothing is known of the tax of {', '.join(untaxed)}: profiles.csv has no row",)
    return unwinding(asked.carry_a_year, lambda day: taxes[day], sorted(taxes)), told


def _later(day: date, years: int) -> date:
    """The first session of a later year."""
    return add_sessions(date(day.year + years, 1, 1), 1)


def _tax(
    books: Books, account: Account, symbol: str, quantity: int, price: int, day: date
) -> int | None:
    """Tax in cents, now and later, of selling on a day; None where its year's is not known."""
    if year_tax_of(books, account.tax_return, day.year)[0] is None:
        return None

    def choose(moved: Books, request: SaleRequest) -> Selection | None:
        year, _ = known_year_tax(moved, account.tax_return, date_of(moved.as_of).year)
        return tax_optimal(moved, request, settlement_day, year)

    one = Tranche(day=day_of(day), quantity=quantity, price=price)
    sale, problems = lots_by_tranche(books, account.id, symbol, [one], choose, settlement_day)
    if sale is None:
        raise DataError(problems)
    return sale.cost_cents
