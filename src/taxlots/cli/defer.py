"""``taxlots defer``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from taxlots.cli.defer_options import (
    AversionOption,
    DiscountOption,
    ReturnOption,
    VolatilityOption,
)
from taxlots.cli.options import (
    AccountOption,
    AsOfOption,
    BookArgument,
    JsonOption,
    KnownAtOption,
    SymbolOption,
)

if TYPE_CHECKING:
    from taxlots.workflows.defer import DeferRun

LOTS: Final = {
    "lot_id": "lot",
    "symbol": "symbol",
    "gain": "gain",
    "days_to_long_term": "days",
    "tax_now": "tax now",
    "tax_waiting": "tax waiting",
    "tax_saved": "saved",
    "risk_cost": "risk",
    "waits_from": "waits from",
    "bearable_fall_percent": "bears fall of %",
    "advice": "advice",
}
TEXTS: Final = frozenset({"lot_id", "symbol", "advice"})


def defer(
    book: BookArgument,
    account: AccountOption = None,
    symbol: SymbolOption = None,
    volatility: VolatilityOption = None,
    risk_aversion: AversionOption = None,
    expected_return: ReturnOption = None,
    discount: DiscountOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a gain until it is long-term, or sell it now: the tax of both, and what waiting risks.

    Every short-term lot with a gain at its last close is shown; nothing is booked.
    """
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.workflows.defer import defer as plan
    from taxlots.workflows.defer import expected_of
    from taxlots.workflows.gather import day, moment

    expected = expected_of(volatility, risk_aversion, expected_return, discount)
    with working(f"weighing gains of {book}"):
        run = plan(
            book,
            account=account,
            symbol=symbol,
            expected=expected,
            as_of=None if as_of is None else day(as_of),
            known_at=None if known_at is None else moment(known_at),
        )
    if as_json:
        print_json(run.json)
    else:
        _print_lots(run)
    count_warnings(run.holdings.problems, book)


def _print_lots(run: DeferRun) -> None:
    from taxlots.cli.printing import counted, print_listings
    from taxlots.reports.deferral import waiting_row
    from taxlots.reports.terminal import Column, Listing

    columns = tuple(Column(key, text, key not in TEXTS) for key, text in LOTS.items())
    title = f"Short-term gains of {run.holdings.books.record.name} on {run.holdings.as_of}"
    print_listings(Listing(title, columns, [waiting_row(one) for one in run.lots]))
    print()
    told = f"{counted(run.long_term_gains, 'lot')} with long-term gain"
    print(f"Never held by this rule: {told}, and {counted(sum(run.others.values()), 'other')}.")
    for sentence in run.because:
        print(f"{sentence}.")
