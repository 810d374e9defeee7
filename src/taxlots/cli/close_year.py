"""``taxlots close-year`` and ``taxlots years``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption
from taxlots.cli.restatement import CHANGES

if TYPE_CHECKING:
    from datetime import date, datetime

    from taxlots.reports.terminal import Column
    from taxlots.workflows.close_year import Closing
    from taxlots.workflows.closed_years import ComparedYear

YearOption = Annotated[
    int | None,
    typer.Option("--year", metavar="YYYY", min=1900, max=9998, help="The tax year."),
]
ReturnOption = Annotated[
    str | None, typer.Option("--tax-return", metavar="NAME", help="Only this return.")
]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who closes the year.")]
ReasonOption = Annotated[
    str,
    typer.Option(
        "--reason", metavar="TEXT", help="Why: needed to close a year again that has changed."
    ),
]
CheckOption = Annotated[
    bool,
    typer.Option("--check", help="Close nothing: hold closed years against the books of now."),
]

TOTALS: Final = (
    "tax_return",
    "box",
    "term",
    "pieces",
    "proceeds",
    "cost_basis",
    "wash_sale_loss_disallowed",
    "permanently_disallowed",
    "nondeductible_loss",
    "gain",
)
COMPARED: Final = ("tax_return", "year", "box", "term", "gain_before", "gain_after", "difference")
YEARS: Final = ("tax_return", "year", "state", "short_term", "long_term", "closed_on", "closed_by")
TEXTS: Final = frozenset(
    {"tax_return", "box", "term", "result", "extent", "sale_id", "lot_id", "symbol", "figure"}
    | {"because", "state", "closed_on", "closed_by", "year"}
)
HEADINGS: Final = {
    "cost_basis": "basis",
    "wash_sale_loss_disallowed": "disallowed",
    "permanently_disallowed": "for good",
    "nondeductible_loss": "denied",
}
MAIN: Final = frozenset({"quantity", "proceeds", "cost_basis", "gain", "disallowed"})
"""Of lines that came or went, the figures that the table shows; JSON has all."""


def close_year(
    book: BookArgument,
    year: YearOption = None,
    by: ByOption = None,
    reason: ReasonOption = "",
    tax_return: ReturnOption = None,
    check: CheckOption = False,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Freeze the figures of a tax year, or show what has changed since.

    A year can be closed when it is final and every basis is known. Its figures are kept in the
    database with their hash, and never changed: totals by box and term, every line, and the lots
    open at the end of the year. With --check, exit status 1 if a closed year has changed.
    """
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.gather import day, moment

    day_given = day(as_of)
    if check:
        if by is not None or reason:
            raise UsageError("--check closes nothing; leave --by and --reason out")
        known = moment(known_at)
        _check(book, year, tax_return, day_given, known, as_json=as_json)
        return
    if year is None or by is None:
        raise UsageError(
            f"name the year and who closes it: taxlots close-year {book} --year 2024 --by NAME"
        )
    if known_at is not None:
        raise UsageError("a year is closed by what is known now; --known-at goes with --check")
    _close(book, year, by, reason, tax_return, day_given, as_json=as_json)


def years(
    book: BookArgument,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every tax year of every return: final or provisional, and what was closed.

    A year is provisional until 30 January of the next one has passed and the rows of every account
    of the household reach it.
    """
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.cli.progress import working
    from taxlots.domain.calendar import date_of
    from taxlots.reports.terminal import Listing
    from taxlots.reports.year_state import state_cells, state_sentence
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.list_years import list_years, year_cells

    day_given = day(as_of)
    known = moment(known_at)
    with working(f"booking {book}"):
        books, found = list_years(book, as_of=day_given, known_at=known)
    name, last = books.record.name or book, date_of(books.as_of).isoformat()
    if as_json:
        told = [{**state_cells(one.state), **year_cells(one)} for one in found]
        print_json({"book": name, "as_of": last, "years": told})
    else:
        rows = [year_cells(one) for one in found]
        print_listings(Listing(f"Tax years of {name} as of {last}", _columns(YEARS), rows))
        for one in found:
            if not one.state.is_complete:
                print(f"\n{state_sentence(one.state)}")
    count_warnings(books.problems, book)


def _close(
    book: str,
    year: int,
    by: str,
    reason: str,
    tax_return: str | None,
    as_of: date | None,
    *,
    as_json: bool,
) -> None:
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.workflows import clock
    from taxlots.workflows.close_year import close_year as close
    from taxlots.workflows.closed_cells import closed_cells

    with working(f"closing {year} of {book}"):
        done = close(
            book,
            year,
            actor=by,
            now=clock.now(),
            reason=reason,
            tax_return=tax_return,
            as_of=as_of,
        )
    if as_json:
        added, kept = (list(map(closed_cells, some)) for some in (done.added, done.kept))
        print_json({"book": done.books.record.name or book, "closed": added, "unchanged": kept})
    else:
        _print_closing(done)
    count_warnings(done.books.problems, book)


def _print_closing(done: Closing) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.domain.money import dollars
    from taxlots.reports.terminal import Listing
    from taxlots.reports.year_state import assumed_sentences
    from taxlots.workflows.closed_cells import total_rows

    for one in done.kept:
        when = f"{one.known_at.date()} by {one.actor}"
        print(f"{one.year} on {one.tax_return} is closed since {when}, with the same figures")
    for one in done.added:
        rows = total_rows(one.tax_return, one.totals)
        title = f"Closed {one.year} on {one.tax_return}, booked as of {one.as_of}"
        print_listings(Listing(title, _columns(TOTALS[1:]), rows, "nothing was realized"))
        held = one.open_basis
        print(
            f"Open at its end: {held.lots} lots in taxable accounts, basis "
            f"{dollars(held.basis_cents)}, of it wash {dollars(held.wash_cents)}"
        )
        print(f"Hash of its figures: {one.figures_hash}")
    new = {one.tax_return for one in done.added}
    for state in done.states:
        for told in assumed_sentences(state) if state.tax_return in new else ():
            print(f"Assumed on {state.tax_return}: {told}")


def _check(
    book: str,
    year: int | None,
    tax_return: str | None,
    as_of: date | None,
    known_at: datetime | None,
    *,
    as_json: bool,
) -> None:
    from taxlots.cli.outcome import DATA_ERRORS
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.workflows.closed_cells import compared_cells
    from taxlots.workflows.closed_years import compare_closed

    with working(f"holding the closed years of {book} against its books"):
        books, found = compare_closed(
            book, year=year, tax_return=tax_return, as_of=as_of, known_at=known_at
        )
    if as_json:
        name = books.record.name or book
        print_json({"book": name, "years": [compared_cells(one) for one in found]})
    else:
        _print_compared(book, found)
    if any(one.changes for one in found):
        raise typer.Exit(DATA_ERRORS)


def _print_compared(book: str, found: list[ComparedYear]) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.reports.restated import Extent
    from taxlots.reports.terminal import Listing
    from taxlots.workflows.closed_cells import change_rows, compared_rows

    if not found:
        print(f"{book} has no such closed year")
    for one in found:
        closed = one.closed
        when = f"closed on {closed.known_at.date()} by {closed.actor}"
        if not one.changes:
            print(f"{closed.year} on {closed.tax_return}, {when}: unchanged")
            continue
        what = "restated" if one.is_restated else "same gains, other lots at its end"
        shown = [
            row
            for row in change_rows(one)
            if row["extent"] == Extent.CHANGED or row["figure"] in MAIN
        ]
        print(f"{closed.year} on {closed.tax_return}, {when}: {what}\n")
        print_listings(
            Listing("Gain (difference in cents)", _columns(COMPARED), compared_rows(one)),
            Listing("Lines that changed (difference in cents)", _columns(CHANGES), shown),
        )


def _columns(keys: tuple[str, ...]) -> tuple[Column, ...]:
    from taxlots.reports.terminal import Column

    return tuple(
        Column(key, HEADINGS.get(key, key.replace("_", " ")), key not in TEXTS) for key in keys
    )
