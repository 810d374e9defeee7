"""``taxlots rebalance --record``: who records, and when a withdrawal is needed, share ``--by``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from taxlots.workflows.rebalance_asked import RebalanceAsked
    from taxlots.workflows.rebalance_ledger import RecordedRebalance

ByOption = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="DATE|WHO",
        help="When the withdrawal is needed; with --record, who records it. May be given twice.",
    ),
]
RecordOption = Annotated[
    bool, typer.Option("--record", help="Keep the proposal in the database, for review.")
]


def day_and_name(words: Sequence[str], *, is_recorded: bool) -> tuple[date | None, str]:
    """The day and the name that ``--by`` gives: what begins with a digit is a day.

    Raises UsageError for two of a kind, for a day that is none, and for a name without --record.
    """
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.gather import day

    days = [word for word in words if word[:1].isdigit() or not is_recorded]
    names = [word for word in words if word not in days]
    if len(days) > 1 or len(names) > 1:
        raise UsageError("--by is given once for a date, and once for a name with --record")
    return (day(days[0], "--by") if days else None), (names[0] if names else "")


def recorded(
    book: str,
    out: Path | None,
    asked: RebalanceAsked,
    by: str,
    as_of: date | None,
    known_at: datetime | None,
    *,
    is_dry: bool,
) -> RecordedRebalance:
    """Record a rebalance.  Raises UsageError where there is nowhere to write it, or no name."""
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.clock import now
    from taxlots.workflows.rebalance_ledger import record_rebalance

    if known_at is not None:
        raise UsageError("--record keeps a proposal from what is known now: leave --known-at out")
    if out is None or is_dry:
        raise UsageError("--record writes the plan's files too: name --out DIR, without --dry-run")
    return record_rebalance(book, out, asked, by=by, now=now(), as_of=as_of)
