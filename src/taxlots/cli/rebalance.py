"""``taxlots rebalance``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.exposure_options import MarketOption
from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption
from taxlots.cli.rebalance_record import ByOption, RecordOption

if TYPE_CHECKING:
    from taxlots.workflows.rebalance import RebalanceRun
    from taxlots.workflows.rebalance_ledger import RecordedRebalance

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write the plan, its tables and charts into DIR."),
]
CashOption = Annotated[
    str, typer.Option("--cash", metavar="DOLLARS", help="Money that comes in: +10000.")
]
WithdrawOption = Annotated[
    str, typer.Option("--withdraw", metavar="DOLLARS", help="Money that is to be taken out.")
]
AccountOption = Annotated[
    str | None,
    typer.Option("--account", metavar="ID", help="Where money comes in, or is taken from."),
]
HouseholdOption = Annotated[
    str | None,
    typer.Option("--household", metavar="NAME", help="Which household (default: the one)."),
]
ObjectiveOption = Annotated[
    str,
    typer.Option(
        "--objective",
        metavar="TERMS",
        help="What is weighed: tracking (of the targets), factors or variance (of all), with +cvar"
        " and +views (default: what the book says, else tracking).",
    ),
]
RiskModelOption = Annotated[
    str,
    typer.Option("--risk-model", metavar="DIR", help="A risk model, instead of one from closes."),
]
TranchesOption = Annotated[
    int | None,
    typer.Option("--tranches", metavar="N", help="Split trades over up to so many sessions."),
]
ScheduleOption = Annotated[
    str,
    typer.Option(
        "--schedule",
        metavar="NAME",
        help="With --tranches: twap (default), vwap or almgren-chriss.",
    ),
]
OverlayOption = Annotated[
    bool,
    typer.Option("--overlay", help="With the contracts that [rebalance.overlay] names."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Write nothing, even with --out.")]

CLASSES: Final = {
    "name": "class",
    "target": "target %",
    "band": "band",
    "before": "before",
    "after": "after",
}
TRADES: Final = {
    "account": "account",
    "action": "trade",
    "symbol": "symbol",
    "quantity": "quantity",
    "amount": "amount",
    "short_term_gain": "short-term",
    "long_term_gain": "long-term",
    "tax_now": "tax now",
    "tax_later": "later",
}
TEXTS: Final = frozenset({"name", "account", "action", "symbol"})


def rebalance(
    book: BookArgument,
    out: OutOption = None,
    cash: CashOption = "",
    withdraw: WithdrawOption = "",
    by: ByOption = None,
    account: AccountOption = None,
    household: HouseholdOption = None,
    objective: ObjectiveOption = "",
    risk_model: RiskModelOption = "",
    tranches: TranchesOption = None,
    schedule: ScheduleOption = "",
    overlay: OverlayOption = False,
    market: MarketOption = None,
    dry_run: DryRunOption = False,
    record: RecordOption = False,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan the trades of a household: drift, cash, losses, tax and cost weighed against each other.

    All its accounts are one portfolio. No sale's loss is disallowed by what is known. Nothing is
    traded and nothing is booked; with --out, plan.json, trades, orders, lot_instructions,
    restrictions (what not to buy or sell, and until when) and charts are written into DIR; with
    --record, a database keeps the proposal for review.
    """
    from taxlots.cli.progress import working
    from taxlots.cli.rebalance_record import day_and_name, recorded
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.rebalance import rebalance as planned
    from taxlots.workflows.rebalance_asked import RebalanceAsked
    from taxlots.workflows.rebalance_files import write_rebalance

    needed, who = day_and_name(by or (), is_recorded=record)
    asked = RebalanceAsked(
        deposit=cash,
        withdraw=withdraw,
        by=needed,
        account=account,
        household=household,
        objective=objective,
        risk_model=risk_model,
        tranches=tranches,
        schedule=schedule.lower(),
        overlay=overlay,
        market=market,
    )
    on = day(as_of)
    known = moment(known_at)
    with working(f"planning the rebalance of {book}"):
        kept = recorded(book, out, asked, who, on, known, is_dry=dry_run) if record else None
        if kept is not None:
            run = kept.rebalance
        elif out is None or dry_run:
            run = planned(book, asked, as_of=on, known_at=known)
        else:
            run = write_rebalance(book, out, asked, as_of=on, known_at=known)
    _print(run, book, None if dry_run else out, kept, as_json=as_json)


def _print(
    run: RebalanceRun,
    book: str,
    out: Path | None,
    kept: RecordedRebalance | None,
    *,
    as_json: bool,
) -> None:
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json, print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.rebalance_files import class_rows, sentences, trade_rows
    from taxlots.reports.rebalance_overlay import overlay_listings, overlay_sentences
    from taxlots.reports.rebalance_schedule import (
        schedule_listings,
        schedule_sentences,
    )

    proposal = run.proposal
    if as_json:
        from taxlots.workflows.rebalance_json import rebalance_json

        number = {} if kept is None else {"run": str(kept.run.number)}
        print_json(number | rebalance_json(run))
        return
    heading = f"Rebalance of {proposal.household} on {proposal.as_of}"
    print_listings(
        listing(f"{heading}: classes", CLASSES, class_rows(proposal), TEXTS),
        listing("Trades", TRADES, trade_rows(proposal), TEXTS, "no trade pays today"),
        *schedule_listings(run.schedule),
        *overlay_listings(run.overlay),
    )
    print()
    for sentence in overlay_sentences(run.overlay):
        print(f"{sentence}.")
    for sentence in [*sentences(proposal), *schedule_sentences(run.schedule)]:
        print(f"{sentence}.")
    if out is not None:
        print(f"The files are in {out}")
    if kept is not None:
        how = "Recorded as" if kept.is_new else "It is recorded already, as"
        print(f"{how} {kept.run.label} by {kept.run.actor}.")
    count_warnings(run.problems, book)
