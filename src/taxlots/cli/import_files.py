"""``taxlots import``, with which lots are also compared."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from taxlots.cli.import_options import (
    NO_TOLERANCE,
    ActorOption,
    BrokerOption,
    CheckOption,
    CheckOutOption,
    FileAccountOption,
    FileDayOption,
    OpeningOption,
    PathsArgument,
    RetirementOption,
    StatementAccountOption,
    ToleranceOption,
    UrlArgument,
)
from taxlots.cli.options import JsonOption

if TYPE_CHECKING:
    from taxlots.workflows.import_files import FileImported, ImportReport

COUNTS: Final = (("added", "added"), ("known", "already known"), ("changed", "changed"))
BESIDE: Final = {"open_lots": "open lots", "realized_lots": "realized lots"}


def import_files(
    book: UrlArgument,
    paths: PathsArgument = None,
    broker: BrokerOption = None,
    account: FileAccountOption = None,
    statement_account: StatementAccountOption = None,
    as_of: FileDayOption = None,
    opening: OpeningOption = False,
    check: CheckOption = False,
    out: CheckOutOption = None,
    tolerance: ToleranceOption = NO_TOLERANCE,
    retirement: RetirementOption = False,
    actor: ActorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put files into a book's database: all of them, or nothing.

    Importing a file again adds nothing, and a later export that overlaps adds what is new.

    With --check nothing is kept. The lots that the book would then hold, and the gains, are
    compared with the custodian's own, lot by lot: with those of the files, and without files with
    those that were imported before. Exit status 1 if there is a break.
    """
    from taxlots.cli.outcome import list_problems
    from taxlots.cli.progress import working
    from taxlots.domain.problem import UsageError
    from taxlots.workflows import clock
    from taxlots.workflows.gather import day
    from taxlots.workflows.import_files import import_files as import_all
    from taxlots.workflows.import_sources import Statement

    statement = Statement(
        broker=broker,
        account=account,
        as_of=day(as_of),
        statement_account=statement_account,
        is_opening=opening,
    )
    if check:
        from taxlots.cli.check_lots import check_lots

        check_lots(book, paths or [], statement, out, tolerance, retirement, as_json)
        return
    if not paths:
        raise UsageError("there is nothing to import; name folders or files, or use --check")
    if out is not None or retirement or tolerance != NO_TOLERANCE:
        raise UsageError("--out, --tolerance and --with-retirement belong to --check")
    name = clock.actor() if actor is None else actor
    with working(f"importing into {book}"):
        report = import_all(book, paths, actor=name, now=clock.now(), statement=statement)
    _print(report, book, as_json=as_json)
    list_problems(report.problems, book)


def _print(report: ImportReport, book: str, *, as_json: bool) -> None:
    from taxlots.cli.printing import counted, print_json, print_listings
    from taxlots.reports.terminal import Column, Listing

    if as_json:
        print_json(
            {
                "book": book,
                "recorded_at": report.recorded_at,
                "files": [asdict(one) for one in report.files],
                "lots_read": [
                    asdict(one) | {"as_of": one.as_of and one.as_of.isoformat()}
                    for one in report.lots
                ],
                "warnings": [asdict(one) for one in report.problems],
            }
        )
        return
    if report.files:
        columns = (
            Column("file", "file"),
            *(Column(key, name, is_number=True) for key, name in COUNTS),
        )
        rows = [_cells(one) for one in report.files]
        print_listings(Listing(f"Imported into {book}", columns, rows))
    for one in report.lots:
        kind = one.kind.replace("_lots", " lot")
        when = f" as of {one.as_of}" if one.as_of else ""
        print(f"{one.file}: {counted(one.lots, kind)} of {one.account} at {one.broker}{when}")
    if report.lots:
        print(f"Next: taxlots import {book} --check compares them with the lots that are booked")


def _cells(one: FileImported) -> dict[str, str]:
    """A line of the table; contents that stand in a file beside its rows are named."""
    cells = {key: str(cell) for key, cell in asdict(one).items()}
    if one.holds in BESIDE:
        cells["file"] += f": {BESIDE[one.holds]}"
    return cells
