"""``taxlots section-1256``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import (
    AccountOption,
    AsOfOption,
    BookArgument,
    CsvOption,
    JsonOption,
    KnownAtOption,
    SymbolOption,
)

if TYPE_CHECKING:
    from taxlots.workflows.section_1256 import Section1256

YEARS: Final = {
    "account": "account",
    "symbol": "symbol",
    "year": "year",
    "realized": "realized",
    "unrealized_prior_year_end": "open before",
    "unrealized_year_end": "open at end",
    "aggregate": "aggregate",
    "wash_sale_adjustment": "of it wash",
    "short_term": "40 % ST",
    "long_term": "60 % LT",
    "status": "status",
}
POSITIONS: Final = {
    "account": "account",
    "symbol": "symbol",
    "year": "year",
    "lot_id": "lot",
    "side": "side",
    "opened_date": "opened",
    "quantity": "quantity",
    "opening_amount": "opened at",
    "price": "price",
    "marked_basis": "marked basis",
    "unrealized": "unrealized",
}
FORM: Final = {
    "tax_return": "tax return",
    "year": "year",
    "losses": "losses",
    "gains": "gains",
    "net": "net",
    "short_term": "40 % ST",
    "long_term": "60 % LT",
    "carryback": "carryback",
}
TEXTS: Final = frozenset(
    {"account", "symbol", "lot_id", "side", "opened_date", "status", "tax_return", "carryback"}
)


def section_1256(
    book: BookArgument,
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="YYYY", min=1900, max=9999, help="Only this tax year."),
    ] = None,
    account: AccountOption = None,
    symbol: SymbolOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Mark section 1256 contracts to market, 60/40, as Form 6781 and boxes 8 to 11 want them.

    JSON and CSV have every column of section_1256.csv.
    """
    from taxlots.cli.outcome import list_problems
    from taxlots.cli.progress import working
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.section_1256 import select_section_1256

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; use one of them")
    day_given = day(as_of)
    known = moment(known_at)
    with working(f"booking {book}"):
        found = select_section_1256(
            book, account=account, symbol=symbol, year=year, as_of=day_given, known_at=known
        )
    _print(found, book, as_json=as_json, as_csv=as_csv)
    list_problems(found.problems, book)


def _print(found: Section1256, book: str, *, as_json: bool, as_csv: bool) -> None:
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.domain.calendar import date_of
    from taxlots.frames.columns import SECTION_1256
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.terminal import csv_text

    name = found.books.record.name or book
    as_of = date_of(found.books.as_of).isoformat()
    parts = {"rows": found.rows, "positions": found.positions, "totals": found.totals}
    if as_json:
        print_json({"book": name, "as_of": as_of, **parts})
    elif as_csv:
        print(csv_text(tuple(SECTION_1256), found.rows), end="")
    else:
        heading = f"Section 1256 contracts of {name} as of {as_of}"
        print_listings(
            listing(heading, YEARS, found.rows, TEXTS),
            listing("Open at the end of the year", POSITIONS, found.positions, TEXTS),
            listing("Form 6781, part I", FORM, found.totals, TEXTS),
        )
