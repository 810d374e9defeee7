"""What the reader of an audit pack has to know before relying on its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from taxlots.domain.money import dollars
from taxlots.reports.audit_identification import ASSUMED, LATE
from taxlots.workflows.audit_closed import NONE_CLOSED, says
from taxlots.workflows.gather import is_database
from taxlots.workflows.verify import Outcome

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.workflows.audit_lists import Gathered


def remarks_of(found: Gathered, tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """Sentences, the gravest first."""
    yield from _failures(found, tables)
    yield from _closings(found)
    yield from _choices(tables)
    yield from _uncertain(tables)
    yield from _untold(found)


def _failures(found: Gathered, tables: Mapping[str, pa.Table]) -> Iterator[str]:
    failed = [
        row["check"]
        for row in tables["recomputation.csv"].to_pylist()
        if row["outcome"] == Outcome.FAILS
    ]
    if failed:
        yield f"THE BOOKS DO NOT HOLD: {', '.join(failed)} (recomputation.csv)"
    if found.rolled.residual[found.scope.is_mine].any():
        yield "THE BOOKS DO NOT HOLD: basis does not roll forward (roll_forward.csv)"
    off = [row for row in tables["control_totals.csv"].to_pylist() if row["difference"] != "0.00"]
    if off:
        yield "sales of the journal and realized pieces differ (control_totals.csv)"
    unknown = int(found.scope.pieces.is_unknown[found.scope.mine].sum())
    if unknown:
        yield f"the basis of {unknown} pieces is unknown: no total of gain contains them"


def _closings(found: Gathered) -> Iterator[str]:
    for one in found.closed:
        yield f"{one.closed.year} on {one.closed.tax_return}: {says(one)}"
    if any(one.closed.year == found.scope.year - 1 for one in found.closed):
        return
    why = "" if is_database(found.book) else "; a folder remembers no closing"
    yield f"{NONE_CLOSED} (opening_basis.csv){why}"


def _choices(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    outcomes = tables["identifications.csv"].column("outcome").to_pylist()
    if assumed := outcomes.count(ASSUMED):
        yield f"{assumed} sales name lots without saying when; they count as named in time"
    if late := outcomes.count(LATE):
        yield f"{late} sales name lots too late, so that the standing method holds"
    if rows := tables["overrides.csv"].num_rows:
        yield f"set by hand, taken back or changed later: {rows} (overrides.csv)"


def _untold(found: Gathered) -> Iterator[str]:
    if found.explained.untold:
        yield (
            f"{found.explained.untold} of {found.explained.table.num_rows} sales of sample.csv are"
            " in explanations.txt alone; `taxlots explain` tells the story of each"
        )


def _uncertain(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    for row in tables["uncertain_positions.csv"].to_pylist():
        if row["change"] not in ("", dollars(0)):
            name = row["decision"] or row["key"]
            yield (
                f"{name} is uncertain: {row['key']} = {row['other_value']} would change the year's"
                f" gain by {row['change']}"
            )
