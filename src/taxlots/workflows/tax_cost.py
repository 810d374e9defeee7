"""The tax cost of a lot: what its sale would change, by a dry run of the books and two returns."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Final

from taxlots.book.booking import Books
from taxlots.book.record import OpenLot
from taxlots.book.standing import open_lots
from taxlots.domain.account import AccountKind
from taxlots.domain.calendar import date_of
from taxlots.domain.money import LIMIT, shares
from taxlots.domain.problem import DataError, Problem, UsageError
from taxlots.domain.security import Security, SecurityKind
from taxlots.domain.settings import scaled_value
from taxlots.domain.tax_rate import RATE_ONE, RATE_PLACES
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.later_years import LaterYears
from taxlots.plan.selection import SaleRequest, Selection, costs_of, select
from taxlots.plan.year_tax import RatedYear, ReckonedYear, YearTax
from taxlots.workflows.replay import replay
from taxlots.workflows.year_tax import known_year_tax

QUANTITY_PLACES: Final = 8
CENT_PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What is assumed of later years otherwise than ``plan.year_tax`` does; None is as there."""

    discount_ppm: int | None = None
    years_to_sale: int | None = None
    gains_cents: int | None = None

    def of(self, later: LaterYears) -> LaterYears:
        """Later years with these assumptions."""
        stated = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(
            later, **{name: value for name, value in stated.items() if value is not None}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCost:
    """The tax cost of a sale of one lot: the pieces that it would close, each with its cost.

    ``as_long_cents`` is what the sale would cost in tax if all of it were long-term; None where it
    is, or where that day never comes.
    """

    books: Books
    request: SaleRequest
    tax_return: str
    year: YearTax
    selection: Selection
    as_long_cents: int | None
    problems: tuple[Problem, ...]


def tax_cost_of_lot(
    book: str,
    lot: str,
    price: int,
    *,
    quantity: int | None = None,
    account: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
    assumed: Assumed | None = None,
) -> LotCost:
    """What a sale of a lot, or of a part of it, on the day of the books costs in tax.

    ``price`` is in 1e-8 dollars, ``quantity`` in 1e-8 units (None: all that is open in
    ``account``, which may be None where one account has the lot).  Nothing is booked.  UsageError
    for a lot that is not there or whose sale is not taxed as a sale; DataError for a book with
    errors, and where neither rates nor income of the year are known.
    """
    books = replay(book, as_of=as_of, known_at=known_at)
    held = _held(books, lot, account)
    owned = sum(part.quantity for part in held)
    if quantity is not None and not 0 < quantity <= owned:
        has = f"{held[0].account} has {shares(owned)} of lot {lot!r}"
        raise UsageError(f"{has}; name a quantity up to that")
    request = SaleRequest(
        account=held[0].account,
        symbol=held[0].symbol,
        quantity=quantity or owned,
        price=price,
        day=date_of(books.as_of).isoformat(),
    )
    name = next(one.tax_return for one in books.record.accounts if one.id == request.account)
    known, told = known_year_tax(books, name, date_of(books.as_of).year)
    year = _with_later(known, (assumed or Assumed()).of(known.later))
    named = f"{lot}:{shares(request.quantity)}"
    selection, problems = select(books, request, settlement_day, year, lots=named)
    if selection is None:
        raise DataError(problems)
    _require_same(selection, lot)
    return LotCost(
        books=books,
        request=request,
        tax_return=name,
        year=year,
        selection=selection,
        as_long_cents=_as_long(selection, year),
        problems=tuple(dict.fromkeys((*books.problems, *told))),
    )


def _with_later(year: YearTax, later: LaterYears) -> YearTax:
    if isinstance(year, ReckonedYear):
        return ReckonedYear(income=year.income, later=later)
    if isinstance(year, RatedYear):
        return replace(year, later=later)
    return year


def _held(books: Books, lot: str, account: str | None) -> list[OpenLot]:
    """The open parts of a lot in one account whose sales are taxed as such."""
    parts = [part for part in open_lots(books) if part.lot_id == lot]
    day = date_of(books.as_of)
    if not parts:
        raise UsageError(f"no lot {lot!r} is open on {day}; `taxlots lots` lists those that are")
    places = list(dict.fromkeys(part.account for part in parts))
    if account is None and len(places) > 1:
        raise UsageError(f"lot {lot!r} is in {', '.join(places)}; name one of them with --account")
    if account is not None and account not in places:
        raise UsageError(f"lot {lot!r} is in {', '.join(places)}, not in {account!r}")
    held = [part for part in parts if part.account == (account or places[0])]
    _require_taxed(books, held[0])
    if any(part.basis_status == "unknown" for part in held):
        raise UsageError(f"the basis of lot {lot!r} is not known, and so is the gain")
    return held


def _require_taxed(books: Books, part: OpenLot) -> None:
    kind = next(one.kind for one in books.record.accounts if one.id == part.account)
    security = books.record.securities.get(part.symbol, Security(symbol=part.symbol))
    if kind.is_tax_deferred:
        raise UsageError(f"lot {part.lot_id!r} is in {part.account}, where no sale is taxed")
    if kind is AccountKind.TAXABLE_MTM_475 or security.kind is SecurityKind.SECTION_1256:
        raise UsageError(
            f"{part.symbol} in {part.account} is marked to market at the end of the year: a sale "
            "realizes no more than that, and has no tax cost of its own"
        )


def _require_same(selection: Selection, lot: str) -> None:
    """Shares on average basis leave in the order of purchase, whatever is named."""
    others = dict.fromkeys(one.lot_id for one in selection.outcomes if one.lot_id != lot)
    if others:
        raise UsageError(
            f"lot {lot!r} is on average basis, where the oldest shares are sold first: the sale"
            f" would close {', '.join(others)}; ask for that lot, or use `taxlots select`"
        )


def _as_long(selection: Selection, year: YearTax) -> int | None:
    waiting = [one for one in selection.outcomes if not one.is_long]
    if not waiting or any(not one.days_to_long_term for one in waiting):
        return None
    later = tuple(replace(one, is_long=True) for one in selection.outcomes)
    return sum(cost.total_cents for cost in costs_of(later, year))


def units(text: object, option: str) -> int:
    """A price or quantity in 1e-8.  UsageError where it is none, or not above zero."""
    value = scaled_value(text, QUANTITY_PLACES)
    if value is None or not 0 < value <= LIMIT:
        raise UsageError(
            f"{option} {str(text)[:40]!r} is no number above zero; write it as 12.34, with at most"
            " eight decimals and without separators"
        )
    return value


def assumed_of(discount: object, years_to_sale: int | None, later_gains: object) -> Assumed:
    """What is assumed of later years, from what was written; None is not stated."""
    rate = None if discount is None else scaled_value(discount, RATE_PLACES)
    if discount is not None and (rate is None or not 0 <= rate <= RATE_ONE):
        raise UsageError(
            f"--discount {str(discount)[:40]!r} is no rate from 0 to 1; write 0.05 for 5 % a year"
        )
    gains = None if later_gains is None else scaled_value(later_gains, CENT_PLACES)
    if later_gains is not None and (gains is None or not 0 <= gains <= LIMIT):
        raise UsageError(
            f"--later-gains {str(later_gains)[:40]!r} is no amount of dollars from zero up; write"
            " it as 1234.56"
        )
    return Assumed(discount_ppm=rate, years_to_sale=years_to_sale, gains_cents=gains)
