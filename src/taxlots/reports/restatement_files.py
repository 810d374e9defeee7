"""The files of a restatement, and the same as rows of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from taxlots.domain.money import dollars
from taxlots.domain.problem import Problem
from taxlots.reports.books_files import problem_table
from taxlots.reports.folders import FAILURE, MANIFEST
from taxlots.reports.restated import Arrival, Extent, Restatement
from taxlots.reports.rows import text_table
from taxlots.version import __version__

ARRIVED: Final = (
    "id",
    "kind",
    "recorded_at",
    "date",
    "account",
    "symbol",
    "action",
    "quantity",
    "amount",
    "voids",
    "where",
)
CHANGES: Final = (
    "result",
    "extent",
    "household",
    "account",
    "symbol",
    "sale_id",
    "lot_id",
    "replacement_lot_id",
    "date",
    "figure",
    "before",
    "after",
    "difference",
    "because",
)
SUMMARY: Final = ("tax_return", "year", "term", "gain_before", "gain_after", "difference")
FORMS: Final = (
    "account",
    "custodian",
    "symbol",
    "sold",
    "acquired",
    "before_at",
    "after_at",
    "figure",
    "before",
    "after",
    "difference",
)

Rows = list[dict[str, str]]


def restatement_rows(found: Restatement) -> dict[str, Rows]:
    """Every row of each file, without the files' suffix."""
    return {
        "summary": [
            {
                "tax_return": one.tax_return,
                "year": one.year,
                "term": one.term,
                "gain_before": dollars(one.before_cents),
                "gain_after": dollars(one.after_cents),
                "difference": str(one.after_cents - one.before_cents),
            }
            for one in found.years
        ],
        "arrived": [_dated(asdict(one)) for one in found.arrived],
        "changes": [
            _dated(asdict(one)) | {"because": ";".join(one.because)} for one in found.changes
        ],
        "custodian_changes": [asdict(one) for one in found.forms],
    }


def restatement_files(found: Restatement, problems: Sequence[Problem]) -> dict[str, Any]:
    """The files of a restatement by name: tables, problems and a manifest."""
    columns = {
        "summary": SUMMARY,
        "arrived": ARRIVED,
        "changes": CHANGES,
        "custodian_changes": FORMS,
    }
    rows = restatement_rows(found)
    return {
        **{f"{name}.csv": text_table(columns[name], rows[name]) for name in columns},
        FAILURE: problem_table(list(problems)),
        MANIFEST: manifest_of(found),
    }


def manifest_of(found: Restatement) -> dict[str, Any]:
    """The two moments, the day that was booked, and how much arrived and changed."""
    return {
        "book": found.book,
        "engine_version": __version__,
        "from": found.since,
        "to": found.until,
        "as_of": found.as_of.isoformat(),
        "arrived": {kind.value: sum(one.kind is kind for one in found.arrived) for kind in Arrival},
        "changes": {
            extent.value: sum(one.extent is extent for one in found.changes) for extent in Extent
        },
        "custodian_changes": len(found.forms),
    }


def _dated(cells: dict[str, Any]) -> dict[str, str]:
    """The cells of a row, with its day under the name of the files."""
    return {("date" if name == "day" else name): str(cell) for name, cell in cells.items()}
