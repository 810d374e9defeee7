"""Rows of ``restrictions.csv``, alike whatever plan they are of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from taxlots.domain.restriction import Restriction
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.inert import inert

RESTRICTION_COLUMNS: Final = COLUMNS["restrictions.csv"]


def restriction_row(restriction: Restriction) -> dict[str, str]:
    """One row of ``restrictions.csv``, not inert yet."""
    return {
        "household": restriction.household,
        "account": restriction.account,
        "symbol": restriction.symbol,
        "restriction": str(restriction.kind),
        "until": restriction.until.isoformat(),
        "force": str(restriction.force),
        "origin": str(restriction.origin),
        "because": ";".join(restriction.because),
        "note": restriction.note,
    }


def restriction_rows(restrictions: Iterable[Restriction]) -> list[dict[str, str]]:
    """The rows of ``restrictions.csv``: inert text cells in the order of its columns."""
    rows = map(restriction_row, restrictions)
    return [{name: inert(row[name]) for name in RESTRICTION_COLUMNS} for row in rows]
