"""``taxlots select``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption
from taxlots.cli.select_options import (
    CompareOption,
    FractionsOption,
    MethodOption,
    PriceOption,
    ProceedsOption,
    QuantityOption,
    SellingAccountOption,
    SoldSymbolOption,
)

if TYPE_CHECKING:
    from taxlots.plan.selection import Selection
    from taxlots.workflows.select import SelectRun

LOTS: Final = {
    "lot_id": "lot",
    "acquired_date": "acquired",
    "term": "term",
    "quantity": "quantity",
    "cost_basis": "basis",
    "proceeds": "proceeds",
    "gain": "gain",
    "disallowed": "disallowed",
    "tax": "tax now",
    "tax_later": "tax later",
}
METHODS: Final = {
    "method": "method",
    "short_term": "short-term",
    "long_term": "long-term",
    "disallowed": "disallowed",
    "tax": "tax now",
    "tax_later": "tax later",
    "after_tax_proceeds": "after tax",
}
TEXTS: Final = frozenset({"lot_id", "acquired_date", "term", "method"})


def select(
    book: BookArgument,
    account: SellingAccountOption,
    symbol: SoldSymbolOption,
    quantity: QuantityOption = "",
    proceeds: ProceedsOption = "",
    price: PriceOption = "",
    method: MethodOption = "",
    compare: CompareOption = False,
    fractions: FractionsOption = False,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Choose the lots of a sale: gain, term and tax of each, in the order in which they leave.

    Every method is booked by a dry run of the ledger, wash sales included. TAX_OPTIMAL is the
    choice that costs least tax, now and later. Nothing is booked.
    """
    from taxlots.cli.outcome import list_problems
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.reports.selection import selections_json
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.select import Asked, select_lots

    asked = Asked(
        account=account,
        symbol=symbol,
        quantity=quantity,
        proceeds=proceeds,
        price=price,
        method=method.upper(),
        has_fractions=fractions,
    )
    with working(f"choosing lots of {symbol}"):
        run = select_lots(
            book,
            asked,
            compare=compare,
            as_of=day(as_of),
            known_at=moment(known_at),
        )
    if as_json and compare:
        methods = selections_json(run.selections, run.budgets)
        print_json({"standing": run.standing, "methods": methods})
    elif as_json:
        print_json(selections_json(run.selections, run.budgets)[0])
    elif compare:
        _print_methods(run)
    else:
        _print_lots(run, run.selections[0])
    list_problems(list(run.problems), book)


def _heading(run: SelectRun) -> str:
    from taxlots.domain.money import dollars, shares

    asked = run.request
    price = dollars(asked.price // 10**6) if asked.price % 10**6 == 0 else shares(asked.price)
    sold = f"{shares(asked.quantity)} {asked.symbol} at {price}"
    return f"Sale of {sold} from {asked.account} on {asked.day}"


def _print_lots(run: SelectRun, selection: Selection) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.selection import bound_sentence, lot_rows, total_of

    title = f"{_heading(run)}, by {selection.method}"
    print_listings(listing(title, LOTS, lot_rows(selection), TEXTS))
    total = total_of(selection)
    print()
    print(f"Gain: {total['short_term']} short-term, {total['long_term']} long-term.")
    if total["tax"]:
        print(f"Tax now {total['tax']}, later {total['tax_later']} in today's dollars.")
    else:
        print("No tax is shown: the profile of the return tells neither rates nor income.")
    if bound_sentence(selection):
        print(bound_sentence(selection))
    print(f"Name the lots on the order: {selection.lots}")


def _print_methods(run: SelectRun) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.selection import total_of

    rows = [total_of(one) | {"method": one.method} for one in run.selections]
    print_listings(listing(_heading(run), METHODS, rows, TEXTS))
    print(f"\nThe account's own method is {run.standing}.")
