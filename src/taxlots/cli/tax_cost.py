"""``taxlots tax-cost``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption

if TYPE_CHECKING:
    from taxlots.workflows.tax_cost import LotCost

LotOption = Annotated[
    str, typer.Option("--lot", metavar="ID", help="The lot: the id of its purchase.")
]
PriceOption = Annotated[
    str, typer.Option("--price", metavar="DOLLARS", help="What a share or unit brings.")
]
QuantityOption = Annotated[
    str | None,
    typer.Option("--quantity", metavar="NUMBER", help="How much of it (default: all of it)."),
]
HolderOption = Annotated[
    str | None,
    typer.Option("--account", metavar="ID", help="Where, if several accounts have parts of it."),
]
DiscountOption = Annotated[
    str | None,
    typer.Option("--discount", metavar="RATE", help="What a later dollar is less worth (0.05)."),
]
YearsToSaleOption = Annotated[
    int | None,
    typer.Option(
        "--years-to-sale",
        metavar="N",
        min=0,
        max=99,
        help="When replacement shares are sold, in years (5).",
    ),
]
LaterGainsOption = Annotated[
    str | None,
    typer.Option(
        "--later-gains", metavar="DOLLARS", help="Net gains expected in each later year (0)."
    ),
]

COLUMNS: Final = {
    "lot_id": "lot",
    "acquired_date": "acquired",
    "term": "term",
    "days_to_long_term": "days to LT",
    "quantity": "quantity",
    "proceeds": "proceeds",
    "cost_basis": "basis",
    "wash_sale_loss_disallowed": "disallowed",
    "gain": "gain",
    "tax_now": "tax now",
    "tax_later": "tax later",
    "tax_cost": "tax cost",
}
TEXTS: Final = frozenset({"lot_id", "acquired_date", "term"})


def tax_cost(
    book: BookArgument,
    lot: LotOption,
    price: PriceOption,
    quantity: QuantityOption = None,
    account: HolderOption = None,
    discount: DiscountOption = None,
    years_to_sale: YearsToSaleOption = None,
    later_gains: LaterGainsOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """What selling a lot would change in tax, this year and later; nothing is booked.

    The sale is netted with everything that the year has so far, its wash sales are matched, and the
    tax is the difference of two returns. Negative costs are savings.
    """
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.reports.tax_cost import cost_json
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.tax_cost import assumed_of, tax_cost_of_lot, units

    assumed = assumed_of(discount, years_to_sale, later_gains)
    with working(f"booking {book}"):
        found = tax_cost_of_lot(
            book,
            lot,
            units(price, "--price"),
            quantity=None if quantity is None else units(quantity, "--quantity"),
            account=account,
            as_of=day(as_of),
            known_at=moment(known_at),
            assumed=assumed,
        )
    if as_json:
        cells = cost_json(
            found.request, found.tax_return, found.selection, found.year, found.as_long_cents
        )
        print_json({"book": found.books.record.name or book, **cells})
    else:
        _print_cost(found)
    count_warnings(found.problems, book)


def _print_cost(found: LotCost) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.domain.money import shares
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.tax_cost import (
        cost_cells,
        cost_sentences,
        piece_rows,
        price_text,
        rate_sentence,
    )

    request = found.request
    title = (
        f"Sale of {shares(request.quantity)} {request.symbol} in {request.account} at"
        f" {price_text(request.price)} on {request.day}"
    )
    print_listings(listing(title, COLUMNS, piece_rows(found.selection), TEXTS))
    cells = cost_cells(found.selection.costs)
    print(
        f"Tax on {found.tax_return}: {cells['tax_now']} now, {cells['tax_later']} later,"
        f" {cells['tax_cost']} in all"
    )
    print(rate_sentence(found.year))
    for told in cost_sentences(found.selection, found.year, found.as_long_cents):
        print(told)
