"""The tax of a year of every return of a book, with carryovers from the years before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from taxlots.book.return_income import capital_items, return_income
from taxlots.book.state_gains import BY_BASIS_STATES, gains_of_spouses, without_section_1091
from taxlots.book.taxed_return import TaxedReturn, tax_of_return
from taxlots.domain.problem import DataError, Problem, Severity, UsageError, error, warning
from taxlots.domain.tax_profile import TaxProfile, read_profiles
from taxlots.law.marginal_rates import marginal_rates
from taxlots.law.tables import YEARS
from taxlots.law.tax_of_year import carried_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taxlots.book.booking import Books
    from taxlots.book.year_items import YearItems
    from taxlots.domain.tax_return import ReturnIncome

STATED: Final = "profile"
CHAINED: Final = "year before"
NOTHING: Final = "none"

FIRST_YEAR: Final = 1900
"""No chain of carryovers begins before it, whatever a profile says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRun:
    """Every return of a book that has a profile, in the order of the accounts, and what is said."""

    books: Books
    year: int
    returns: tuple[TaxedReturn, ...]
    problems: tuple[Problem, ...]


def check_year(year: int) -> None:
    """UsageError for a year that the tables of law do not have."""
    if year not in YEARS:
        raise UsageError(
            f"there are no tax tables for {year}; choose a year from {YEARS[0]} to {YEARS[-1]}"
        )


def tax_of_book(
    book: str, year: int, *, as_of: date | None = None, known_at: datetime | None = None
) -> TaxRun:
    """The tax of a year of every return of a book.

    Returns without a profile are among the problems; DataError where none has one, or where the
    book or a profile has errors.  UsageError for a year without tables.
    """
    from taxlots.workflows.replay import replay

    check_year(year)
    return tax_of_books(replay(book, as_of=as_of, known_at=known_at), year)


def tax_of_books(books: Books, year: int) -> TaxRun:
    """``tax_of_book`` for books that are there already."""
    chain = Chain(books)
    items = chain.items(year)
    profiles = chain.profiles(year)
    _refuse_errors(chain.problems)
    told = [_without_profile(name, year, profiles.get(name)) for name in items]
    missing = [problem for problem in told if problem is not None]
    if len(missing) == len(items):
        raise DataError([error(p.where, p.code, p.message, p.remedy) for p in missing])
    returns = []
    for name in items:
        profile = profiles.get(name)
        if profile is None or profile.lacks:
            continue
        income, source = chain.income(profile)
        found = tax_of_return(income, name)
        returns.append(replace(found, profile=profile, items=items[name], carried_from=source))
    problems = tuple(dict.fromkeys((*chain.problems, *missing)))
    _refuse_errors(problems)
    return TaxRun(books=books, year=year, returns=tuple(returns), problems=problems)


def _refuse_errors(problems: Iterable[Problem]) -> None:
    told = list(dict.fromkeys(problems))
    if any(problem.severity is Severity.ERROR for problem in told):
        raise DataError(told)


def with_rates(
    books: Books, profiles: Mapping[str, TaxProfile], year: int
) -> tuple[dict[str, TaxProfile], list[Problem]]:
    """Profiles of a year with rates by law, where they state an income and no rates.

    The rates are what the next dollar of loss saves this year, with what is realized so far.
    Returns the profiles by return, and warnings.
    """
    chain = Chain(books)
    found = dict(profiles)
    for name, profile in profiles.items():
        is_rated = profile.short_rate is not None or profile.long_rate is not None
        if is_rated or profile.lacks or year not in YEARS or name not in chain.items(year):
            continue
        rates = marginal_rates(chain.income(profile)[0])
        short, long = rates.short_loss_ppm, rates.long_loss_ppm
        found[name] = replace(profile, short_rate=short, long_rate=long, is_computed=True)
    return found, [p for p in chain.problems if p.severity is Severity.WARNING]


class Chain:
    """The years of a book's returns, read when they are asked for; carryovers go from one on.

    ``problems`` collects what was wrong or missing on the way.
    """

    def __init__(self, books: Books) -> None:
        self.books = books
        self.problems: list[Problem] = []
        self._items: dict[int, dict[str, YearItems]] = {}
        self._profiles: dict[int, dict[str, TaxProfile]] = {}

    def items(self, year: int) -> dict[str, YearItems]:
        """The capital items of a year by return."""
        if year not in self._items:
            from taxlots.workflows.year_items import marked_year

            marked = marked_year(self.books, year)
            self.problems += marked.problems
            self._items[year] = marked.items
        return self._items[year]

    def profiles(self, year: int) -> dict[str, TaxProfile]:
        """The profiles of a year by return."""
        if year not in self._profiles:
            record = self.books.record
            names = dict.fromkeys(account.tax_return for account in record.accounts)
            found, bad = read_profiles(record.profiles, record.tax_profile, names, year)
            self.problems += [problem for problem in bad if problem not in self.problems]
            self._profiles[year] = found
        return self._profiles[year]

    def income(self, profile: TaxProfile) -> tuple[ReturnIncome, str]:
        """What a return with a taxable account is taxed on, and where its carryovers come from.

        UsageError for a profile that lacks what is needed.
        """
        name, year = profile.tax_return, profile.year
        short, long, source = self.carried_in(name, year)
        items, spouses = self.items(year)[name], self._spouses(profile)
        return return_income(profile, items, short, long, spouses), source

    def _spouses(self, profile: TaxProfile) -> tuple[int, int] | None:
        """Gains of the spouses in a state without section 1091; None elsewhere."""
        if profile.state not in BY_BASIS_STATES or profile.state_gain_cents is not None:
            return None
        return gains_of_spouses(self._unwashed, self.books, profile.year, profile.tax_return)

    @cached_property
    def _unwashed(self) -> Books:
        from taxlots.domain.calendar import date_of
        from taxlots.workflows.replay import replay_record

        record = without_section_1091(self.books.record)
        return replay_record(record, as_of=date_of(self.books.as_of))

    def carried_in(self, name: str, year: int) -> tuple[int, int, str]:
        """Losses of earlier years on a return, short and long, in cents, and where they come from.

        A profile that states either of them wins; else the year before is reckoned.  A loss whose
        carryover cannot be reckoned, for want of a profile, is told and not carried.
        """
        profile = self.profiles(year).get(name)
        if profile is not None:
            short, long = profile.carry_short_cents, profile.carry_long_cents
            if short is not None or long is not None:
                return short or 0, long or 0, STATED
        before = year - 1
        if before < self.first_year:
            return 0, 0, NOTHING
        in_short, in_long, _ = self.carried_in(name, before)
        items, profile = self.items(before).get(name), self.profiles(before).get(name)
        if items is None:
            return in_short, in_long, CHAINED if in_short or in_long else NOTHING
        short, long = capital_items(profile, items)
        if short + long >= in_short + in_long:
            return 0, 0, NOTHING
        if profile is None or not _is_reckonable(profile):
            self.problems.append(_unknown_carryover(name, before))
            return 0, 0, NOTHING
        short, long = carried_out(return_income(profile, items, in_short, in_long))
        return short, long, CHAINED

    @cached_property
    def first_year(self) -> int:
        """The first year that a carryover may come from: of the first sale or profile."""
        from taxlots.book.results import realized_of
        from taxlots.domain.calendar import date_of

        sold = realized_of(self.books).sold
        stated = [row.get("year", "") for row in self.books.record.profiles]
        years = [int(text) for text in stated if text.isascii() and text.isdigit()]
        years += [date_of(int(sold.min())).year] if len(sold) else []
        return max(min(years, default=date_of(self.books.as_of).year), FIRST_YEAR)


def _is_reckonable(profile: TaxProfile) -> bool:
    """Whether what a loss leaves can be reckoned: before the tables, deductions must be stated."""
    return not profile.lacks and (profile.year in YEARS or profile.deductions_cents is not None)


def _without_profile(name: str, year: int, profile: TaxProfile | None) -> Problem | None:
    """That a return of the book has no profile, or one that lacks something; None if it has."""
    where = f"profiles.csv:{name}:{year}"
    lacks = ("filing_status", "ordinary_income") if profile is None else profile.lacks
    if not lacks:
        return None
    message = f"The return {name!r} has no profile for {year}: its tax is not computed."
    if profile is not None:
        message = f"The profile of {name!r} for {year} lacks {' and '.join(lacks)}."
    remedy = f"Write a row with tax_return {name}, year {year}, {' and '.join(lacks)} there."
    return warning(where, "NO_PROFILE" if profile is None else "PROFILE_LACKS", message, remedy)


def _unknown_carryover(name: str, year: int) -> Problem:
    return warning(
        f"profiles.csv:{name}:{year + 1}",
        "CARRYOVER_UNKNOWN",
        f"The return {name!r} has a net capital loss in {year}, and no profile that tells what of "
        f"it is carried to {year + 1}: nothing is.",
        f"State carry_short and carry_long for {year + 1}, or filing_status, ordinary_income and "
        f"deductions for {year}.",
    )
