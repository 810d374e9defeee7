"""``taxlots runs``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import JsonOption
from taxlots.cli.run_options import UrlArgument

if TYPE_CHECKING:
    from taxlots.workflows.run_ledger import ReviewedRun

RUNS: Final = {
    "run": "run",
    "kind": "kind",
    "as_of": "as of",
    "by": "by",
    "recorded": "recorded",
    "orders": "orders",
    "states": "they are",
}
ORDERS: Final = {
    "client_order_id": "order",
    "action": "side",
    "quantity": "quantity",
    "symbol": "symbol",
    "account": "account",
    "lot_id": "lot",
    "state": "state",
    "approved_by": "approved by",
}
VERDICTS: Final = {
    "account": "account",
    "symbol": "symbol",
    "lot_id": "lot",
    "quantity": "quantity",
    "verdict": "verdict",
    "reason": "reason",
    "rule_version": "rules",
}
TEXTS: Final = frozenset(
    {"kind", "as_of", "by", "recorded", "states", "session"}
    | {"client_order_id", "action", "symbol", "account", "lot_id", "state", "approved_by"}
    | {"verdict", "reason", "rule_version"}
)


def runs(
    book: UrlArgument,
    run: Annotated[
        int | None, typer.Argument(metavar="[RUN]", help="One recorded run, by its number.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check that RUN proves what it says.")
    ] = False,
    files: Annotated[
        Path | None,
        typer.Option("--files", metavar="DIR", help="Check a folder that was written of it too."),
    ] = None,
    verdicts: Annotated[
        bool, typer.Option("--verdicts", help="List the verdict on every lot of RUN.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List recorded harvests and rebalances, or the orders of one and who signed them.

    --check recomputes the hashes of RUN and its counts; of a harvest, that every lot which was
    open then has one verdict and every order rests on one; of a rebalance, that its orders, gains,
    taxes and cash follow from its trades. Exit status 1 if a check fails.
    """
    if check or verdicts or files is not None:
        _of_run(book, run, files, is_check=check or files is not None, as_json=as_json)
        return
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.domain.problem import UsageError
    from taxlots.reports.plan_figures import listing
    from taxlots.workflows.run_answers import order_json, run_json
    from taxlots.workflows.run_ledger import recorded_runs

    found = [one for one in recorded_runs(book) if run in (None, one.run.number)]
    if run is not None and not found:
        raise UsageError(f"there is no recorded run {run}; `taxlots runs {book}` lists them")
    if as_json:
        print_json({"runs": [run_json(one) for one in found]})
        return
    if run is None:
        rows = [_row(one) for one in found]
        print_listings(listing("Recorded runs", RUNS, rows, TEXTS))
        return
    (one,) = found
    rows = [order_json(order) for order in one.orders]
    is_staggered = any(row["session"] for row in rows)
    named = {"session": "session", **ORDERS} if is_staggered else ORDERS
    title = f"{one.run.label.capitalize()} as of {one.run.as_of}, recorded by {one.run.actor}"
    print_listings(listing(title, named, rows, TEXTS, "it proposes nothing"))


def _of_run(
    book: str, run: int | None, files: Path | None, *, is_check: bool, as_json: bool
) -> None:
    """Check one recorded run, or list its verdicts."""
    from taxlots.domain.problem import UsageError

    if run is None:
        raise UsageError("--check and --verdicts are for one run: name RUN")
    if is_check:
        _check(book, run, files, as_json=as_json)
    else:
        _list_verdicts(book, run, as_json=as_json)


def _check(book: str, run: int, files: Path | None, *, as_json: bool) -> None:
    from taxlots.cli.outcome import DATA_ERRORS, list_problems
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.workflows.run_answers import check_json
    from taxlots.workflows.run_check import check_run

    with working(f"checking run {run} of {book}"):
        found = check_run(book, run, folder=files)
    if as_json:
        print_json(check_json(found))
    else:
        print(
            f"{found.run.label.capitalize()} as of {found.run.as_of}, recorded by {found.run.actor}"
        )
        for one in found.checks:
            print(f"{one.outcome}  {one.name:8}  {one.text}")
    list_problems(found.problems, book)
    if not found.has_passed:
        raise typer.Exit(DATA_ERRORS)


def _list_verdicts(book: str, run: int, *, as_json: bool) -> None:
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.workflows.run_ledger import verdicts_of

    one, rows = verdicts_of(book, run)
    if as_json:
        print_json({"run": str(run), "as_of": one.as_of.isoformat(), "verdicts": rows})
        return
    title = f"Verdicts of harvest {run} as of {one.as_of}, rules {one.rules_version}"
    print_listings(listing(title, VERDICTS, rows, TEXTS, "the book had no open lot"))


def _row(one: ReviewedRun) -> dict[str, str]:
    from collections import Counter

    states = Counter(str(order.state) for order in one.orders)
    return {
        "run": str(one.run.number),
        "kind": str(one.run.kind),
        "as_of": one.run.as_of.isoformat(),
        "by": one.run.actor,
        "recorded": one.run.recorded_at[:10],
        "orders": str(len(one.orders)),
        "states": ", ".join(f"{count} {state}" for state, count in states.items()),
    }
