"""``taxlots restrictions``."""

from __future__ import annotations

from typing import Final

from taxlots.cli.options import (
    AccountOption,
    AsOfOption,
    BookArgument,
    JsonOption,
    KnownAtOption,
)

COLUMNS: Final = {
    "account": "account",
    "symbol": "symbol",
    "restriction": "restriction",
    "until": "until",
    "force": "force",
    "because": "because of",
    "note": "note",
}


def restrictions(
    book: BookArgument,
    account: AccountOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what is not to be bought, or not to be sold at a loss, and until when.

    By what is booked, and by signed orders of recorded harvests that are not executed yet.
    """
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.restrictions import active_restrictions

    when, rows = active_restrictions(
        book,
        as_of=day(as_of),
        account=account,
        known_at=moment(known_at),
    )
    if as_json:
        print_json({"as_of": when.isoformat(), "restrictions": rows})
        return
    print_listings(listing(f"Restrictions as of {when}", COLUMNS, rows, frozenset(COLUMNS)))
