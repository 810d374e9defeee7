"""``taxlots lots`` and ``taxlots gains``."""

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
    from taxlots.reports.terminal import Column
    from taxlots.workflows.holdings import Selection

YearOption = Annotated[
    int | None,
    typer.Option(
        "--year", metavar="YYYY", min=1900, max=9999, help="Only sales of this calendar year."
    ),
]

NUMBERS: Final = {
    "lots": "lots",
    "pieces": "pieces",
    "quantity": "quantity",
    "proceeds": "proceeds",
    "cost_basis": "basis",
    "wash_sale_adjustment": "of it wash",
    "wash_sale_loss_disallowed": "disallowed",
    "permanently_disallowed": "for good",
    "gain": "gain",
    "provisional": "provisional",
    "basis_unknown": "no basis",
}
"""Columns of numbers, and their headings; every other column has its name."""

TEXTS: Final = {
    "lot_id": "lot",
    "sale_id": "sale",
    "acquired_date": "acquired",
    "sold_date": "sold",
    "long_term_from": "long-term from",
    "basis_status": "basis is",
    "tax_return": "tax return",
}

LOTS: Final = (
    "lot_id",
    "account",
    "symbol",
    "acquired_date",
    "quantity",
    "cost_basis",
    "wash_sale_adjustment",
    "long_term_from",
    "basis_status",
)
GAINS: Final = (
    "sale_id",
    "lot_id",
    "account",
    "symbol",
    "acquired_date",
    "sold_date",
    "quantity",
    "proceeds",
    "cost_basis",
    "wash_sale_loss_disallowed",
    "gain",
    "term",
    "status",
)


def lots(
    book: BookArgument,
    account: AccountOption = None,
    symbol: SymbolOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List the open lots: quantity, adjusted basis, and when each turns long-term.

    JSON and CSV have every column of lots.csv.
    """
    from taxlots.cli.progress import working
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.holdings import Asked, select_lots

    asked = Asked(account=account, symbol=symbol)
    day_given = day(as_of)
    known = moment(known_at)
    with working(f"booking {book}"):
        selection = select_lots(book, asked, as_of=day_given, known_at=known)
    _print(selection, "Open lots", LOTS, book, as_json=as_json, as_csv=as_csv)


def gains(
    book: BookArgument,
    year: YearOption = None,
    account: AccountOption = None,
    symbol: SymbolOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List realized gains and losses, with totals by term, and which years are provisional.

    JSON and CSV have every column of realized.csv.
    """
    from taxlots.cli.progress import working
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.holdings import Asked, select_gains

    asked = Asked(account=account, symbol=symbol, year=year)
    day_given = day(as_of)
    known = moment(known_at)
    with working(f"booking {book}"):
        selection = select_gains(book, asked, as_of=day_given, known_at=known)
    _print(selection, "Realized gains", GAINS, book, as_json=as_json, as_csv=as_csv)


def _print(
    selection: Selection,
    title: str,
    shown: tuple[str, ...],
    book: str,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.domain.calendar import date_of
    from taxlots.domain.problem import UsageError
    from taxlots.reports.terminal import Listing, csv_text
    from taxlots.reports.year_state import state_cells, state_sentence

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; use one of them")
    name = selection.books.record.name or book
    as_of = date_of(selection.books.as_of).isoformat()
    years = [state_cells(state) for state in selection.states]
    if as_json:
        print_json(
            {
                "book": name,
                "as_of": as_of,
                "rows": selection.rows,
                "totals": selection.totals,
                **({"years": years} if shown is GAINS else {}),
            }
        )
    elif as_csv:
        print(csv_text(selection.columns, selection.rows), end="")
    else:
        heading = f"{title} of {name} as of {as_of}"
        print_listings(
            Listing(heading, _columns(shown), selection.rows),
            Listing("Total", _columns(tuple(next(iter(selection.totals), ()))), selection.totals),
        )
        for state in selection.states:
            if not state.is_complete:
                print(f"\n{state_sentence(state)}")
    count_warnings(selection.books.problems, book)


def _columns(keys: tuple[str, ...]) -> tuple[Column, ...]:
    from taxlots.reports.terminal import Column

    return tuple(
        Column(key, NUMBERS.get(key) or TEXTS.get(key, key), key in NUMBERS) for key in keys
    )
