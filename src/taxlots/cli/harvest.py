"""``taxlots harvest``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption, OutOption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from taxlots.workflows.harvest import Harvest
    from taxlots.workflows.readiness import LotsFile
    from taxlots.workflows.run_ledger import RecordedHarvest

SALES: Final = {
    "symbol": "symbol",
    "account": "account",
    "lot_id": "lot",
    "quantity": "quantity",
    "loss": "loss",
    "term": "term",
    "estimated_tax_saved": "tax saved",
    "replacement": "buy instead",
}
LEFT_ALONE: Final = {
    "symbol": "symbol",
    "account": "account",
    "lot_id": "lot",
    "loss": "loss",
    "reason": "reason",
    "blocked_until": "free from",
    "blocked_by": "because of",
}
RETURNS: Final = {
    "tax_return": "tax return",
    "goal": "goal",
    "wanted": "loss wanted",
    "taken": "taken",
    "reached": "reached",
    "tax_saved": "tax saved",
    "carried": "carried on",
    "present_value": "present value",
}
TOO_SMALL: Final = ("BELOW_MIN_LOSS", "BELOW_MIN_PERCENT", "BELOW_MIN_TAX_SAVED")
"""Reasons that say nothing of the law; verdicts.csv has these lots too."""

TEXTS: Final = frozenset(
    {"symbol", "account", "lot_id", "term", "replacement"}
    | {"reason", "blocked_until", "blocked_by"}
    | {"tax_return", "goal", "reached"}
)


def harvest(
    book: BookArgument,
    out: OutOption,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep the proposal in the database, for review.")
    ] = False,
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who records it.")] = "",
    custodian_lots: Annotated[
        list[str] | None,
        typer.Option(
            "--custodian-lots",
            metavar="ACCOUNT=FILE",
            help="A custodian's list of open lots: a position that differs is left alone.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Propose which losses to sell, and what to buy instead.

    Writes opportunities, orders, lot_instructions, restrictions (what not to buy or sell, and
    until when), switch_back, verdicts (every open lot, and why or why not), readiness (what has
    to be mended first), problems and manifest.json into DIR, all of them or none; if the book has
    errors, problems.csv alone.
    Nothing is traded and nothing is booked; with --record, a database keeps the proposal.
    """
    from taxlots.cli.outcome import list_problems
    from taxlots.cli.progress import working
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.harvest import write_harvest
    from taxlots.workflows.readiness import lots_files

    day_given = day(as_of)
    known = moment(known_at)
    files = lots_files(custodian_lots or ())
    with working(f"planning the harvest of {book}"):
        recorded = _recorded(book, out, by, day_given, known, files) if record else None
        if recorded is None:
            run = write_harvest(book, out, as_of=day_given, known_at=known, custodian_lots=files)
        else:
            run = recorded.harvest
    _print(run, book, out, recorded, as_json=as_json)
    list_problems(run.problems, book)


def _recorded(
    book: str,
    out: Path,
    by: str,
    as_of: date | None,
    known: datetime | None,
    files: Sequence[LotsFile],
) -> RecordedHarvest:
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.clock import now
    from taxlots.workflows.run_ledger import record_harvest

    if known is not None:
        raise UsageError("--record keeps a proposal from what is known now: leave --known-at out")
    return record_harvest(book, out, by=by, now=now(), as_of=as_of, custodian_lots=files)


def _print(
    run: Harvest, book: str, out: Path, recorded: RecordedHarvest | None, *, as_json: bool
) -> None:
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.reports.folders import MANIFEST
    from taxlots.reports.harvest_files import tables
    from taxlots.reports.harvest_returns import return_rows
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.readiness import readiness_rows

    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    rows = tables(run.plan)
    if as_json:
        files = {name.removesuffix(".csv"): table for name, table in rows.items()}
        files["readiness"] = readiness_rows(run.not_ready)
        kept = {} if recorded is None else {"run": str(recorded.run.number)}
        print_json({"out": str(out), **kept, "manifest": manifest, **files})
        return
    found = rows["opportunities.csv"]
    is_sold = [row for row in found if row["verdict"] == "harvest"]
    is_left = [_shortened(row) for row in found if row["verdict"] != "harvest"]
    is_told = [row for row in is_left if row["reason"] not in TOO_SMALL]
    heading = f"Harvest of {manifest['book'] or book} as of {manifest['as_of']}"
    print_listings(
        listing(f"{heading}: sell", SALES, is_sold, TEXTS, "no loss is worth a sale today"),
        listing("Losses left alone", LEFT_ALONE, is_told, TEXTS),
        listing("By tax return", RETURNS, return_rows(run.plan), TEXTS),
    )
    print()
    if len(is_told) < len(is_left):
        print(f"{len(is_left) - len(is_told)} more are below the thresholds of [harvest].")
    for line in _summary(manifest):
        print(line)
    print(f"The files are in {out}")
    if recorded is not None:
        how = "Recorded as" if recorded.is_new else "It is recorded already, as"
        print(f"{how} harvest {recorded.run.number} by {recorded.run.actor}.")


def _shortened(row: dict[str, str]) -> dict[str, str]:
    """An opportunity that names the first purchase in its way, and how many more there are."""
    first, *more = row["blocked_by"].split(";")
    return row | {"blocked_by": f"{first} and {len(more)} more" if more else first}


def _summary(manifest: dict[str, Any]) -> list[str]:
    """What it comes to, in a few sentences."""
    from taxlots.cli.printing import counted

    totals, lots = manifest["totals"], manifest["lots"]
    orders = manifest["orders"]
    seen = counted(manifest["opportunities"], "opportunity", "opportunities")
    sold = counted(lots["harvested"], "lot")
    short, long = totals["short_term_loss"], totals["long_term_loss"]
    losses = f"Losses realized: {short} short-term, {long} long-term; "
    lines = [
        f"{seen} in {counted(lots['open'], 'open lot')}; {sold} to sell for {totals['proceeds']}.",
        losses + f"estimated tax saved: {totals['estimated_tax_saved']}.",
    ]
    if totals["lots_without_rates"]:
        without = counted(totals["lots_without_rates"], "lot")
        lines.append(f"{without} without rates: fill in profiles.csv or [tax_profile].")
    sales, purchases = counted(orders["SELL"], "sale"), counted(orders["BUY"], "purchase")
    restrictions = counted(manifest["restrictions"], "restriction")
    lines.append(f"Proposed: {sales}, {purchases} and {restrictions}.")
    unready = manifest["readiness"]
    if unready["positions_not_ready"]:
        of = counted(unready["positions_not_ready"], "position")
        are = "is" if unready["positions_not_ready"] == 1 else "are"
        why = ", ".join(f"{reason} {n}" for reason, n in unready["by_reason"].items())
        lines.append(f"{of} {are} not ready ({why}): readiness.csv says what to do.")
    return lines
