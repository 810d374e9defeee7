"""The forms of a tax year of a book: gathered, filled in, and written in the format asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from taxlots.book.booking import Books
from taxlots.book.form_6781 import form_6781
from taxlots.book.form_8949 import described, form_8949_rows
from taxlots.book.form_8949_totals import (
    in_whole_dollars,
    one_row_a_sale,
    statement_totals,
    whole_dollars,
)
from taxlots.book.return_forms import Filing, ReturnForms
from taxlots.book.schedule_d import OtherEntries, schedule_d
from taxlots.book.section_1256 import INCOMPLETE
from taxlots.book.wash_statement import WashStatementRow, wash_statement
from taxlots.book.year_items import tax_returns
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, Problem, Severity, UsageError
from taxlots.domain.security import Security
from taxlots.domain.tax_profile import TaxProfile
from taxlots.workflows.form_8949_reported import Reported, reported_of
from taxlots.workflows.form_8949_reviews import filing_reviews
from taxlots.workflows.tax import Chain
from taxlots.workflows.year_items import MarkedYear, marked_year

if TYPE_CHECKING:
    from taxlots.book.form_4797 import Form4797Row
    from taxlots.domain.form_8949 import Form8949Row
    from taxlots.workflows.reconcile_files import FormFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChoices:
    """How the forms are filled in.

    ``in_dollars`` rounds every entry to whole dollars.  ``with_exception_1`` leaves rows that need
    no adjustment to Schedule D lines 1a and 8a; ``with_exception_2`` totals the others on Form 8949
    by broker and box, with the rows as attached statement.  ``one_row_a_sale`` takes the lots of a
    sale together where box and codes agree.
    """

    in_dollars: bool = False
    with_exception_1: bool = True
    with_exception_2: bool = False
    one_row_a_sale: bool = False


AS_LISTED = FormChoices()
"""Cents, with exception 1 and without exception 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledYear:
    """The forms of a year, the books that they come from, and what a preparer must look at."""

    filing: Filing
    taxpayer: Books
    marked: MarkedYear
    problems: tuple[Problem, ...]


def filed_year(
    book: str,
    year: int,
    *,
    tax_return: str | None = None,
    forms: FormFiles | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
    choices: FormChoices = AS_LISTED,
) -> FiledYear:
    """The forms of a year of a book, of one return or of all.

    ``forms`` are the actual Forms 1099-B; without them, and for accounts without one, the broker's
    view of the book stands for them.  Raises UsageError for a return that the book does not have,
    and DataError where the book or a form has errors or a price that a mark needs is missing.
    """
    reported = reported_of(book, year, forms, as_of=as_of, known_at=known_at)
    return filled_in(reported, tax_return=tax_return, choices=choices)


def filled_in(
    reported: Reported, *, tax_return: str | None = None, choices: FormChoices = AS_LISTED
) -> FiledYear:
    """``filed_year`` of pieces that stand beside what is reported already."""
    books, year, pairs = reported.books, reported.year, reported.pairs
    returns = wanted_returns(books, tax_return)
    marked = marked_year(books, year)
    _check_marks(marked, returns)
    told = reported.told
    rows = form_8949_rows(pairs, books, year, told=told, with_straight=choices.with_exception_1)
    statement = wash_statement(pairs, books, year, told=told, because=reported.because)
    chain = Chain(books)
    profiles = _profiles(chain, year)
    filled = tuple(_return_forms(name, rows, statement, marked, chain, choices) for name in returns)
    filing = Filing(
        book=books.record.name,
        year=year,
        as_of=date_of(books.as_of),
        is_whole_dollars=choices.in_dollars,
        returns=filled,
    )
    reviews = filing_reviews(filing, marked, profiles)
    problems = (*reported.problems, *marked.problems, *chain.problems, *reviews)
    return FiledYear(
        filing=filing, taxpayer=books, marked=marked, problems=tuple(dict.fromkeys(problems))
    )


def wanted_returns(books: Books, tax_return: str | None) -> tuple[str, ...]:
    """The one return that was asked for, or all.  Raises UsageError where there is none such."""
    known = tax_returns(books)
    if tax_return is None:
        return known
    if tax_return not in known:
        listed = ", ".join(known) or "none"
        raise UsageError(f"the book has no return {tax_return!r}; its returns are: {listed}")
    return (tax_return,)


def _profiles(chain: Chain, year: int) -> dict[str, TaxProfile]:
    """The profiles of a year by return.  Raises DataError where one cannot be read."""
    found = chain.profiles(year)
    if any(problem.severity is Severity.ERROR for problem in chain.problems):
        raise DataError(chain.problems)
    return found


def _check_marks(marked: MarkedYear, returns: Iterable[str]) -> None:
    """Refuse a year of which a mark is missing: its forms would be wrong without a word."""
    wanted = set(returns)
    incomplete = any(
        row.status == INCOMPLETE and row.year == marked.year and row.account.tax_return in wanted
        for row in marked.contracts.years
    )
    unknown = any(
        row.gain_cents is None and row.tax_return in wanted for row in marked.securities.rows
    )
    errors = [
        *(marked.contracts.problems if incomplete else ()),
        *(marked.securities.problems if unknown else ()),
    ]
    if errors:
        raise DataError(errors)


def other_entries(chain: Chain, marked: MarkedYear, name: str) -> OtherEntries:
    """What Schedule D of a return takes from elsewhere than Form 8949.

    Carryovers are those of the profile, or of the year before where it states none.
    """
    items = marked.items[name]
    told = chain.profiles(marked.year).get(name) or TaxProfile(tax_return=name, year=marked.year)
    stated = told.qualified_dividends_cents
    carry_short, carry_long, _ = chain.carried_in(name, marked.year)
    return OtherEntries(
        section_1256_short_cents=items.section_1256_short_cents,
        section_1256_long_cents=items.section_1256_long_cents,
        k1_short_cents=told.k1_short_cents or 0,
        k1_long_cents=told.k1_long_cents or 0,
        capital_gain_distributions_cents=items.capital_gain_distributions_cents,
        carry_short_cents=carry_short,
        carry_long_cents=carry_long,
        unrecaptured_1250_cents=told.unrecaptured_1250_cents or 0,
        qualified_dividends_cents=items.qualified_dividends_cents if stated is None else stated,
    )


def _return_forms(
    name: str,
    rows: Iterable[Form8949Row],
    statement: Iterable[WashStatementRow],
    marked: MarkedYear,
    chain: Chain,
    choices: FormChoices,
) -> ReturnForms:
    year, books = marked.year, chain.books
    profile = chain.profiles(year).get(name)
    other = other_entries(chain, marked, name)
    mine = tuple(row for row in rows if row.tax_return == name)
    if choices.one_row_a_sale:
        mine = one_row_a_sale(mine, lambda row: _described(books, row))
    if choices.in_dollars:
        mine = tuple(in_whole_dollars(row) for row in mine)
    totals: tuple[Form8949Row, ...] = ()
    brokers: dict[str, str] = {}
    if choices.with_exception_2:
        brokers = {a.id: a.custodian for a in books.record.accounts}
        totals = statement_totals(mine, brokers)
    contracts = form_6781(marked.contracts.years, name, year, in_dollars=choices.in_dollars)
    if contracts is not None:
        other = replace(
            other,
            section_1256_short_cents=contracts.lines["8"],
            section_1256_long_cents=contracts.lines["9"],
        )
    return ReturnForms(
        tax_return=name,
        rows=mine,
        totals=totals,
        schedule_d=schedule_d(
            mine,
            other,
            tax_return=name,
            year=year,
            status=None if profile is None else profile.status,
            in_dollars=choices.in_dollars,
        ),
        form_6781=contracts,
        form_4797=tuple(
            _shown(row, in_dollars=choices.in_dollars)
            for row in marked.securities.rows
            if row.tax_return == name
        ),
        wash_statement=tuple(row for row in statement if row.tax_return == name),
        is_provisional=marked.items[name].is_provisional,
        brokers=brokers,
    )


def _described(books: Books, row: Form8949Row) -> str:
    security = books.record.securities.get(row.symbol) or Security(symbol=row.symbol)
    return described(security, row.quantity, is_short=row.description.endswith("(short)"))


def _shown(row: Form4797Row, *, in_dollars: bool) -> Form4797Row:
    """A row of Form 4797, in whole dollars where they are asked for, so that it foots."""
    if not in_dollars:
        return row
    proceeds = whole_dollars(row.proceeds_cents)
    if row.basis_cents is None or row.gain_cents is None:
        return replace(row, proceeds_cents=proceeds)
    # What is denied beside section 1091 stands between the columns.
    denied = whole_dollars(row.gain_cents - row.proceeds_cents + row.basis_cents)
    basis = whole_dollars(row.basis_cents)
    return replace(
        row,
        proceeds_cents=proceeds,
        basis_cents=basis,
        gain_cents=proceeds - basis + denied,
    )
