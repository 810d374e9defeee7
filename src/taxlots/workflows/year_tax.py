"""The tax of a year of one return, as planning asks for it: from its profile and its books."""

from __future__ import annotations

from taxlots.book.booking import Books
from taxlots.domain.problem import DataError, Problem, Severity, error
from taxlots.law.tables import YEARS
from taxlots.plan.later_years import LaterYears
from taxlots.plan.year_tax import YearTax, year_tax
from taxlots.workflows.tax import Chain


def year_tax_of(
    books: Books, tax_return: str, year: int, assumed: LaterYears | None = None
) -> tuple[YearTax | None, list[Problem]]:
    """The tax of a year with what is realized so far; None where its profile does not tell.

    Rates that the profile states win; else its income is needed.  What is wrong with profiles is
    among the problems.
    """
    chain = Chain(books)
    profile = chain.profiles(year).get(tax_return)
    if profile is None:
        return None, chain.problems
    is_known = not profile.lacks and year in YEARS and tax_return in chain.items(year)
    income = chain.income(profile)[0] if is_known else None
    return year_tax(profile, income, assumed), chain.problems


def known_year_tax(books: Books, tax_return: str, year: int) -> tuple[YearTax, list[Problem]]:
    """``year_tax_of`` where a tax must be known.

    DataError where nobody tells it, and for a profile with errors.
    """
    known, problems = year_tax_of(books, tax_return, year)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise DataError(problems)
    if known is None:
        missing = error(
            f"profiles.csv:{tax_return}:{year}",
            "NO_PROFILE",
            f"The profile of {tax_return!r} for {year} tells neither rates nor the income to reckon"
            " them from.",
            "Write short_rate and long_rate, or filing_status and ordinary_income, there.",
        )
        raise DataError([missing, *problems])
    return known, problems
