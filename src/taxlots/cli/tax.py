"""``taxlots tax``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from taxlots.cli.options import AsOfOption, JsonOption, KnownAtOption
from taxlots.cli.tax_options import (
    BookOption,
    CarryLongOption,
    CarryShortOption,
    CollectiblesOption,
    DeductionsOption,
    ItemizedOption,
    LongTermOption,
    MagiOption,
    NetInvestmentIncomeOption,
    OrdinaryIncomeOption,
    QualifiedDividendsOption,
    ShortTermOption,
    StateLocalTaxesOption,
    StateOption,
    StateRateOption,
    StatusOption,
    TaxTableOption,
    Unrecaptured1250Option,
    YearOption,
)

if TYPE_CHECKING:
    from taxlots.book.taxed_return import TaxedReturn
    from taxlots.workflows.tax_facts import Facts

LINES: Final = {
    "line": "line",
    "with": "amount",
    "without": "without gains",
    "difference": "difference",
}
RATES: Final = {"dollar": "one more dollar of", "tax": "tax", "because": "because"}
TEXTS: Final = frozenset({"line", "dollar", "because"})


def tax(
    year: YearOption,
    book: BookOption = None,
    status: StatusOption = None,
    ordinary_income: OrdinaryIncomeOption = None,
    short_term: ShortTermOption = None,
    long_term: LongTermOption = None,
    carry_short: CarryShortOption = None,
    carry_long: CarryLongOption = None,
    qualified_dividends: QualifiedDividendsOption = None,
    collectibles: CollectiblesOption = None,
    unrecaptured_1250: Unrecaptured1250Option = None,
    deductions: DeductionsOption = None,
    itemized: ItemizedOption = False,
    state_local_taxes: StateLocalTaxesOption = None,
    magi: MagiOption = None,
    net_investment_income: NetInvestmentIncomeOption = None,
    state: StateOption = None,
    state_rate: StateRateOption = None,
    tax_table: TaxTableOption = False,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute a year's tax with its capital gains, and what the next dollar of gain costs.

    With a BOOK, the tax of each of its returns, with and without the year's capital items;
    without one, the tax of a return whose figures the options tell.
    """
    from taxlots.workflows.tax_facts import Facts

    facts = Facts(
        status=status,
        ordinary_income=ordinary_income,
        short_term=short_term,
        long_term=long_term,
        carry_short=carry_short,
        carry_long=carry_long,
        qualified_dividends=qualified_dividends,
        collectibles=collectibles,
        unrecaptured_1250=unrecaptured_1250,
        deductions=deductions,
        itemized=itemized,
        state_local_taxes=state_local_taxes,
        magi=magi,
        net_investment_income=net_investment_income,
        state=state,
        state_rate=state_rate,
        tax_table=tax_table,
    )
    if book is None:
        _print_stated(facts, year, has_day=bool(as_of or known_at), as_json=as_json)
    else:
        _print_book(facts, year, book, as_of, known_at, as_json=as_json)


def _print_stated(facts: Facts, year: int, *, has_day: bool, as_json: bool) -> None:
    from taxlots.cli.printing import print_json
    from taxlots.domain.problem import UsageError
    from taxlots.reports.tax_figures import tax_json
    from taxlots.workflows.tax_facts import tax_of_facts

    if has_day:
        raise UsageError("--as-of and --known-at are days of a book; name a BOOK")
    found = tax_of_facts(year, facts)
    if as_json:
        print_json(tax_json(found))
    else:
        _print_return(found, f"Tax of {year}, {found.income.status}")


def _print_book(
    facts: Facts, year: int, book: str, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    from taxlots.cli.outcome import list_problems
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.domain.calendar import date_of
    from taxlots.domain.problem import UsageError
    from taxlots.reports.tax_figures import return_json
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.tax import tax_of_book

    if facts.stated:
        raise UsageError(
            f"{', '.join(facts.stated)}: the profile of a book tells this; write it in "
            "profiles.csv, or leave BOOK out"
        )
    until = day(as_of)
    known = moment(known_at)
    with working(f"booking {book}"):
        run = tax_of_book(book, year, as_of=until, known_at=known)
    name = run.books.record.name or book
    booked = date_of(run.books.as_of).isoformat()
    if as_json:
        returns = [return_json(found) for found in run.returns]
        print_json({"book": name, "as_of": booked, "year": str(year), "returns": returns})
    else:
        for found in run.returns:
            _print_return(
                found, f"Tax of {year} on {found.name}, {found.income.status}, as of {booked}"
            )
    list_problems(run.problems, book)


def _print_return(found: TaxedReturn, title: str) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.tax_figures import line_rows, notes, rate_rows

    print_listings(
        listing(title, LINES, line_rows(found), TEXTS),
        listing("The next dollar", RATES, rate_rows(found), TEXTS),
    )
    print("\n".join(["", *notes(found)]))
