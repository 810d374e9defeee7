"""``taxlots partition`` and ``taxlots batch``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taxlots.cli.options import BookArgument, JsonOption
from taxlots.cli.rebalance import ScheduleOption, TranchesOption

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from taxlots.batch.progress import Progress
    from taxlots.workflows.night_asked import NightAsked

SparkOption = Annotated[
    str | None,
    typer.Option(
        "--spark",
        metavar="MASTER",
        help="Run on Apache Spark instead, such as local[4] or spark://host:7077.",
        show_default=False,
    ),
]
RebalanceOption = Annotated[
    bool,
    typer.Option("--rebalance", help="Plan the trades towards targets instead of a harvest."),
]


def partition(
    book: BookArgument,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder for the partitions: new, empty, or a partitioned book, which is replaced.",
            show_default=False,
        ),
    ],
    households: Annotated[
        int,
        typer.Option(
            "--households-per-partition",
            metavar="N",
            help="How many households are planned at a time; memory grows with it.",
        ),
    ] = 500,
    as_json: JsonOption = False,
) -> None:
    """Divide a book into partitions of whole households, for a run over all of them.

    Writes Parquet files and partitions.json into DIR, all of them or none.
    """
    from taxlots.cli.printing import counted, print_json
    from taxlots.cli.progress import working
    from taxlots.workflows.partition import partition as divide

    with working(f"partitioning {book}"):
        manifest = divide(book, out, households_per_partition=households).manifest
    if as_json:
        print_json({"out": str(out), **manifest})
        return
    print(
        f"{manifest['book'] or book}: {counted(manifest['households'], 'household')} with "
        f"{counted(manifest['accounts'], 'account')} in "
        f"{counted(len(manifest['parts']), 'partition')}"
    )
    print(f"Next: taxlots batch {out} --as-of DATE --out RESULTS")


def batch(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="A partitioned book: see taxlots partition.", show_default=False
        ),
    ],
    as_of: Annotated[
        str,
        typer.Option("--as-of", metavar="DATE", help="The day to plan for.", show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="RESULTS",
            help="Folder for the results: new, empty, or the same run, which is resumed.",
            show_default=False,
        ),
    ],
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="How many partitions at the same time.")
    ] = 1,
    spark: SparkOption = None,
    is_rebalance: RebalanceOption = False,
    tranches: TranchesOption = None,
    schedule: ScheduleOption = "",
    as_json: JsonOption = False,
) -> None:
    """Propose a harvest, or with --rebalance the trades towards targets, for every household.

    Writes the results of each partition as Parquet, all of them or none, and manifest.json at the
    end. Start it again after an interruption: what is done is kept. A household with errors is
    listed, and the rest is done. Nothing is traded and nothing is booked.
    """
    from taxlots.cli.outcome import DATA_ERRORS
    from taxlots.cli.printing import print_json
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.batch import failed_households
    from taxlots.workflows.gather import day
    from taxlots.workflows.night_asked import NightAsked

    if spark is not None and workers != 1:
        raise UsageError("on Spark, the master says how many partitions are done at the same time")
    asked = NightAsked(tranches=tranches, schedule=schedule.lower())
    manifest = _ran(folder, out, day(as_of), workers, spark, asked, is_rebalance=is_rebalance)
    errors = failed_households(out, manifest)
    if as_json:
        print_json({"out": str(out), **manifest, "errors": errors})
    else:
        _print(manifest, out, is_rebalance=is_rebalance)
    for problem in errors:
        _say(problem)
    if manifest["failed"]:
        raise typer.Exit(DATA_ERRORS)


def _ran(
    folder: Path,
    out: Path,
    as_of: date,
    workers: int,
    master: str | None,
    asked: NightAsked,
    *,
    is_rebalance: bool,
) -> dict[str, Any]:
    """The manifest of a run whose progress is told."""
    from taxlots.batch.run_kinds import HARVEST, REBALANCE
    from taxlots.cli.outcome import INTERRUPTED, say
    from taxlots.workflows.batch import run_batch

    told = _Teller()
    try:
        with _session(master) as session:
            return run_batch(
                folder,
                out,
                as_of=as_of,
                plan=REBALANCE if is_rebalance else HARVEST,
                asked=asked,
                workers=workers,
                spark=session,
                report=told.tell,
            )
    except KeyboardInterrupt:
        say("interrupted; what is finished is kept: run the same command again to do the rest")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        told.end()


@contextmanager
def _session(master: str | None) -> Iterator[SparkSession | None]:
    """A session on a master; without one, None: this program makes no pandas objects either."""
    if master is None:
        from taxlots.book.arrow import leave_pandas_out

        leave_pandas_out()
        yield None
        return
    from taxlots.batch.spark import spark_session

    with spark_session(master) as session:
        yield session


def _print(manifest: dict[str, Any], out: Path, *, is_rebalance: bool) -> None:
    from taxlots.cli.printing import counted

    totals = manifest["totals"]
    heading = (
        f"{manifest['book']} as of {manifest['as_of']}: "
        f"{counted(totals['households'], 'household')}, {counted(totals['accounts'], 'account')}; "
    )
    if is_rebalance:
        print(
            f"{heading}{totals['households_done']} planned, "
            f"{totals['households_without_targets']} without targets, "
            f"{totals['households_with_nothing']} with nothing to plan."
        )
        later = totals["later_orders"]
        orders = counted(totals["orders"], "order") + (f", {later} for later days" if later else "")
        made = f"{counted(totals['trades'], 'trade')}, {orders}; "
    else:
        verdicts = counted(totals["verdicts"], "verdict")
        print(f"{heading}{verdicts} on {counted(totals['lots'], 'open lot')}.")
        lots = counted(totals["harvested"], "lot")
        made = f"{lots} to sell, {counted(totals['orders'], 'order')}; "
    print(f"{made}{counted(totals['households_failed'], 'household')} failed.")
    print(f"The files are in {out}")


def _say(problem: dict[str, str]) -> None:
    from taxlots.domain.problem import error
    from taxlots.reports.terminal import clean, problem_line

    line = problem_line(error(*(problem[name] for name in ("where", "code", "message", "remedy"))))
    print(clean(f"household {problem['household']}: {line}"), file=sys.stderr)


class _Teller:
    """Tells on standard error how far the run is.

    A terminal gets one line that is renewed; a log gets a line for every tenth of the partitions.
    """

    def __init__(self) -> None:
        self.is_terminal = sys.stderr.isatty()
        self.tenth = 0
        self.width = 0

    def tell(self, progress: Progress) -> None:
        """Show the state after a partition."""
        line = progress.line
        if self.is_terminal:
            self.width = max(self.width, len(line))
            print(f"\r{line:{self.width}}", end="", file=sys.stderr, flush=True)
            return
        tenth = progress.parts * 10 // progress.all_parts
        if tenth > self.tenth and progress.all_parts > 1:
            self.tenth = tenth
            print(f"taxlots: {line}", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Wipe the line of a terminal."""
        if self.is_terminal and self.width:
            print(f"\r{'':{self.width}}\r", end="", file=sys.stderr, flush=True)
