"""``taxlots exposure``."""

from __future__ import annotations

from taxlots.cli.exposure_options import (
    BenchmarkOption,
    CompensateOption,
    HouseholdOption,
    MarketOption,
    TradeOption,
)
from taxlots.cli.options import (
    AccountOption,
    AsOfOption,
    BookArgument,
    JsonOption,
    KnownAtOption,
)


def exposure(
    book: BookArgument,
    household: HouseholdOption = None,
    account: AccountOption = None,
    benchmark: BenchmarkOption = "",
    market: MarketOption = None,
    trade: TradeOption = None,
    compensate_with: CompensateOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look through funds: beta, duration and currencies of a household, and what is not known.

    holdings_of_funds.csv says what funds hold, exposures.csv what is known of a security. Nothing
    is booked and nothing is traded.
    """
    from taxlots.cli.plan_pages import show
    from taxlots.cli.progress import working
    from taxlots.workflows.exposure import exposure as measure
    from taxlots.workflows.gather import day, moment

    with working(f"looking through {book}"):
        run = measure(
            book,
            household=household,
            account=account,
            benchmark=benchmark,
            market=market,
            trades=trade or (),
            compensate_with=compensate_with or (),
            as_of=day(as_of),
            known_at=moment(known_at),
        )
    show(run.page, book, as_json=as_json)
