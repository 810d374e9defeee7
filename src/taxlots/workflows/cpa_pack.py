"""The CPA pack of a recorded harvest or rebalance: what whoever prepares the return needs of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from taxlots.book.results import STATUSES
from taxlots.domain.calendar import date_of
from taxlots.domain.harvest_run import OrderState
from taxlots.reports.cpa_columns import LISTS
from taxlots.reports.cpa_pack import README, RESULTS, SUMMARY, CpaSummary, readme, summary_pdf
from taxlots.reports.folders import MANIFEST, check_folder, write_folder, write_zip
from taxlots.reports.rows import text_table
from taxlots.reports.single_files import check_file
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.cpa_lists import PROVISIONAL, PackSource, booked_pieces, lists_of
from taxlots.workflows.run_effect import run_effect
from taxlots.workflows.run_ledger import hashes_of
from taxlots.workflows.run_results import Row, run_results
from taxlots.workflows.run_scope import run_scope

ZIP: Final = ".zip"


def write_cpa_pack(
    book: str, number: int, out: Path, *, household: str = "", as_of: date | None = None
) -> CpaSummary:
    """Write the CPA pack of a recorded run into a folder, or into one ``.zip``.

    It is booked up to ``as_of``, by default the journal's last date, so that a pack of a later day
    has later wash sales.  The same book gives the same bytes.  Raises UsageError where nothing is
    signed, where several households are traded for and none is named, and where nothing can be
    written; DataError where the book has errors.
    """
    is_zip = out.suffix.lower() == ZIP
    if is_zip:
        check_file(out)
    else:
        check_folder(out, RESULTS)
    pack = cpa_pack(book, number, household=household, as_of=as_of)
    files: dict[str, Any] = {
        README: readme(pack),
        SUMMARY: summary_pdf(pack),
        **{name: _table(name, rows) for name, rows in pack.lists.items()},
        MANIFEST: _manifest(pack),
    }
    if is_zip:
        write_zip(out, files)
    else:
        write_folder(out, files, results=RESULTS)
    return pack


def cpa_pack(
    book: str, number: int, *, household: str = "", as_of: date | None = None
) -> CpaSummary:
    """What the CPA pack of a recorded run holds; see ``write_cpa_pack``."""
    found = run_results(book, number, as_of=as_of, is_latest=True)
    scope = run_scope(found, household, "")
    pieces, booked = booked_pieces(found, scope)
    returns = {account.tax_return for account in scope.accounts}
    source = PackSource(
        book=book,
        found=found,
        scope=scope,
        pieces=pieces,
        booked=booked,
        effect=run_effect(found, scope.orders, returns),
    )
    lists = lists_of(source)
    run = found.run
    return CpaSummary(
        book=found.books.record.name or book,
        household=scope.household,
        number=run.number,
        kind=run.kind,
        planned=run.as_of,
        as_of=date_of(found.books.as_of),
        recorded_by=run.actor,
        approved_by=tuple(dict.fromkeys(a.actor for one in scope.orders for a in one.approvals)),
        plan_hash=run.plan_hash,
        engine_version=__version__,
        rules_version=RULES_VERSION,
        final_from=_final_from(lists),
        is_final=_is_final(source),
        lists=lists,
        remarks=tuple(_remarks(source)),
    )


def _final_from(lists: dict[str, list[Row]]) -> date | None:
    """The first day on which every sale that is executed is final; None where none is."""
    days = [date.fromisoformat(row["final_from"]) for row in lists["realized_lots.csv"]]
    return max(days, default=None)


def _is_final(source: PackSource) -> bool:
    is_done = all(one.state is OrderState.FILLED for one in source.scope.orders)
    final = STATUSES.index("final")
    return is_done and all(int(source.pieces.status[one.at]) == final for one in source.booked)


def _remarks(source: PackSource) -> Iterator[str]:
    """What a preparer has to look at."""
    waiting = [one for one in source.scope.orders if one.state is not OrderState.FILLED]
    if waiting:
        yield (
            f"{len(waiting)} of {len(source.scope.orders)} orders are signed and not executed in"
            " full: they are in no realized lot, and in the column (h) as ordered alone."
        )
    statuses = {STATUSES[int(source.pieces.status[one.at])] for one in source.booked}
    if PROVISIONAL in statuses:
        yield "A window of section 1091 is still open: see open_windows.csv; make the pack again."
    if "window_incomplete" in statuses:
        yield "The books begin within 30 days of a sale: purchases before are not known."
    if "basis_unknown" in statuses:
        yield "The basis of a lot that was sold is not known: it is in no total."
    for account in source.scope.accounts:
        if account.data_through is None:
            yield (
                f"Of {account.id} it is not stated how far its rows reach: they are taken to reach"
                " the day of the pack."
            )
    if source.found.breaks:
        yield "The fills differ from what was signed: see breaks.csv."
    profiles = {row.get("tax_return") for row in source.found.books.record.profiles}
    for name in dict.fromkeys(account.tax_return for account in source.scope.accounts):
        if name not in profiles and not source.found.books.record.tax_profile:
            yield f"The book has no tax profile of {name}: carryovers and tax are not reckoned."
    yield from source.effect.remarks


def _manifest(pack: CpaSummary) -> dict[str, Any]:
    return {
        "run": str(pack.number),
        "household": pack.household,
        "planned": pack.planned.isoformat(),
        "as_of": pack.as_of.isoformat(),
        "is_final": pack.is_final,
        "plan_hash": pack.plan_hash,
        "engine_version": pack.engine_version,
        "rule_version": pack.rules_version,
        "files": hashes_of(pack.lists),
    }


def _table(name: str, rows: Sequence[Mapping[str, str]]) -> Any:
    columns = tuple(LISTS[name].columns) or tuple(rows[0] if rows else ("id",))
    return text_table(columns, rows)
