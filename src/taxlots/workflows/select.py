"""Choosing the lots of one sale: by each method as it would be booked, with what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from taxlots.book.booking import Books
from taxlots.book.standing import open_lots
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import date_of
from taxlots.domain.method import ReliefMethod
from taxlots.domain.money import SHARE, dollars, scaled, shares
from taxlots.domain.problem import DataError, Problem, Severity, UsageError
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.budgets import BudgetCheck
from taxlots.plan.selection import SaleRequest, Selection, select
from taxlots.plan.tax_optimal import NAME, TRIED_METHODS, tax_optimal
from taxlots.plan.year_tax import YearTax
from taxlots.workflows.budgeted_selection import budget_checks, budget_warnings
from taxlots.workflows.gather import gather
from taxlots.workflows.named_accounts import named_account
from taxlots.workflows.narrowed_record import households_of
from taxlots.workflows.replay import replay_record
from taxlots.workflows.trade_price import last_close, stated_price
from taxlots.workflows.year_tax import year_tax_of

NAMES = (*ReliefMethod, NAME)


@dataclass(frozen=True, slots=True)
class Asked:
    """A sale as somebody asks for it, in text: so many shares, or so many dollars.

    A blank price is the last close, a blank method that of the account.
    """

    account: str
    symbol: str
    quantity: str = ""
    proceeds: str = ""
    price: str = ""
    method: str = ""
    has_fractions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectRun:
    """What was asked, and a selection for each method that was tried, the asked one alone or all.

    ``standing`` is the method that the account has.  ``year`` is None where no tax is known.
    ``budgets`` hold each selection against the book's budget; there are none without one.
    """

    books: Books
    request: SaleRequest
    selections: tuple[Selection, ...]
    year: YearTax | None
    standing: str
    problems: tuple[Problem, ...]
    budgets: tuple[BudgetCheck, ...] = ()


def select_lots(
    book: str,
    asked: Asked,
    *,
    compare: bool = False,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> SelectRun:
    """The lots that a sale on the as-of day would close, and what each costs in tax.

    With ``compare``, by every method.  Raises UsageError for what can't be sold or chosen so, and
    DataError where the book has errors.  Nothing is booked.
    """
    if asked.method and asked.method not in NAMES:
        raise UsageError(f"there is no method {asked.method!r}; use one of " + ", ".join(NAMES))
    record, problems = gather(book, known_at=known_at)
    if record is None:
        raise DataError(problems)
    account = named_account(record.accounts, asked.account)
    books = replay_record(households_of(record, {account.id}), as_of)
    request = _request(books, account, asked)
    year, told = year_tax_of(books, account.tax_return, date_of(books.as_of).year)
    if any(problem.severity is Severity.ERROR for problem in told):
        raise DataError(told)
    standing, selections = _selections(books, request, year, asked.method, compare=compare)
    budgets = budget_checks(books, account.tax_return, selections, year)
    return SelectRun(
        books=books,
        request=request,
        selections=selections,
        year=year,
        standing=standing,
        problems=(*books.problems, *told, *budget_warnings(budgets)),
        budgets=budgets,
    )


def _selections(
    books: Books, request: SaleRequest, year: YearTax | None, method: str, *, compare: bool
) -> tuple[str, tuple[Selection, ...]]:
    """The account's own method, and the selections that were asked for."""
    own, problems = select(books, request, settlement_day, year)
    if own is None:
        raise DataError(problems)
    if not compare and (not method or method == own.method):
        return own.method, (own,)
    names = (*TRIED_METHODS, NAME) if compare else (method,)
    found = []
    for name in names:
        if name != NAME:
            chosen, problems = select(books, request, settlement_day, year, method=name)
        elif year is not None:
            chosen = tax_optimal(books, request, settlement_day, year)
        elif compare:
            continue
        else:
            raise UsageError(
                "TAX_OPTIMAL needs the return's tax: write filing_status and ordinary_income, or "
                "short_rate and long_rate, of this year into profiles.csv"
            )
        if chosen is not None:
            found.append(chosen)
    if not found:
        raise DataError(problems)
    return own.method, tuple(found)


def _request(books: Books, account: Account, asked: Asked) -> SaleRequest:
    """What is asked, read and checked against what the account holds."""
    if account.kind.is_tax_deferred:
        raise UsageError(
            f"{account.id} is a {account.kind} account: a sale there realizes nothing, so that "
            "every choice of lots costs the same"
        )
    if account.kind is AccountKind.TAXABLE_MTM_475:
        raise UsageError(
            f"{account.id} is marked to market (26 USC 475): its lots are all worth their last "
            "mark, so that every choice of lots costs nearly the same"
        )
    held = sum(
        lot.quantity
        for lot in open_lots(books)
        if lot.account == account.id and lot.symbol == asked.symbol
    )
    day = date_of(books.as_of).isoformat()
    if not held:
        raise UsageError(f"{account.id} holds no {asked.symbol} on {day}")
    price = stated_price(asked.price) if asked.price else last_close(books, asked.symbol)
    quantity = _quantity(books, asked, price)
    if quantity > held:
        worth = dollars(held * _multiplier(books, asked.symbol) * price // UNITS_PER_CENT)
        raise UsageError(
            f"{account.id} holds {shares(held)} {asked.symbol} on {day}, worth {worth}; "
            f"{shares(quantity)} are asked for"
        )
    return SaleRequest(
        account=account.id, symbol=asked.symbol, quantity=quantity, price=price, day=day
    )


def _quantity(books: Books, asked: Asked, price: int) -> int:
    """The quantity in 1e-8 units: the stated one, or the least that brings the proceeds."""
    if bool(asked.quantity) == bool(asked.proceeds):
        raise UsageError("state --quantity or --proceeds, one of the two")
    if asked.quantity:
        stated = scaled(asked.quantity, 8)
        if stated is None or stated <= 0:
            raise UsageError(f"--quantity {asked.quantity!r} is no quantity above zero; write 12.5")
        return stated
    cents = scaled(asked.proceeds, 2)
    if cents is None or cents <= 0:
        raise UsageError(f"--proceeds {asked.proceeds!r} are no dollars above zero; write 2500.00")
    units = -(-cents * UNITS_PER_CENT // (price * _multiplier(books, asked.symbol)))
    return units if asked.has_fractions else -(-units // SHARE) * SHARE


def _multiplier(books: Books, symbol: str) -> int:
    security = books.record.securities.get(symbol)
    return 1 if security is None else security.multiplier
