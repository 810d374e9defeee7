"""``taxlots import --check``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from taxlots.workflows.check_lots import LotCheck
    from taxlots.workflows.import_sources import Statement

TEXTS: Final = (
    ("cause", "cause"),
    ("account", "account"),
    ("symbol", "symbol"),
    ("lots", "lots"),
    ("sales", "sales"),
    ("custodian_lots", "custodian's"),
)
NUMBERS: Final = (
    ("quantity_ours", "quantity"),
    ("quantity_theirs", "theirs"),
    ("cost_basis_ours", "basis"),
    ("cost_basis_theirs", "theirs"),
    ("difference", "difference"),
)


def check_lots(
    book: str,
    paths: Sequence[Path],
    statement: Statement,
    out: Path | None,
    tolerance: str,
    with_retirement: bool,
    as_json: bool,
) -> None:
    """Compare, print, and end with status 1 where there is a break."""
    from taxlots.cli.outcome import DATA_ERRORS, list_problems
    from taxlots.cli.progress import working
    from taxlots.cli.tolerance import tolerance_cents
    from taxlots.reports.failed_folder import problems_alone
    from taxlots.workflows.check_lots import check_lots as compare
    from taxlots.workflows.lot_check_rows import write_check

    cents = tolerance_cents(tolerance)
    with problems_alone(out), working(f"comparing the lots of {book}"):
        check = compare(
            book, paths, statement, tolerance_cents=cents, with_retirement=with_retirement
        )
    if out is not None:
        write_check(check, out)
    _print(check, out, as_json=as_json)
    list_problems(check.problems, book)
    if check.breaks:
        raise typer.Exit(DATA_ERRORS)


def _print(check: LotCheck, out: Path | None, *, as_json: bool) -> None:
    from taxlots.cli.printing import counted, print_json, print_listings
    from taxlots.reports.terminal import Column, Listing
    from taxlots.workflows.lot_check_rows import comparison_rows, not_compared_rows, summary_of

    if as_json:
        print_json(
            {
                **summary_of(check),
                "rows": comparison_rows(check.compared),
                "not_compared": not_compared_rows(check),
            }
        )
        return
    breaks = comparison_rows(check.breaks)
    columns = [Column(key, heading) for key, heading in TEXTS]
    columns += [Column(key, heading, is_number=True) for key, heading in NUMBERS]
    shown = [c for c in columns if c.key != "sales" or any(row["sales"] for row in breaks)]
    print_listings(Listing(f"Breaks between {check.book} and its custodians", tuple(shown), breaks))
    for row in breaks:
        what = row["lots"] or row["custodian_lots"]
        print(f"\n{row['cause']} {row['symbol']} {what}: {row['because']}")
    for cause, remedy in {row["cause"]: row["what_to_do"] for row in breaks}.items():
        print(f"\nWhat to do about {cause}: {remedy}")
    agree = len(check.compared) - len(check.breaks)
    print(
        f"\n{counted(agree, 'pairing')} of lots agree, "
        f"{counted(len(breaks), 'break')}, {counted(len(check.not_compared), 'entry', 'entries')}"
        " not compared"
    )
    for one in check.not_compared:
        where = f"{one.account} {one.symbol}".strip()
        print(f"not compared: {where} ({one.holds}): {one.reason}. {one.what_to_do}")
    if out is not None:
        print(f"The files are in {out}")
