"""``readiness.csv`` of a harvest: the positions that were left alone, why, and what to do."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from taxlots.plan.readiness import NotReady, in_order
from taxlots.reports.inert import inert

READINESS_FILE: Final = "readiness.csv"
READINESS_COLUMNS: Final = (
    "household",
    "account",
    "symbol",
    "lots",
    "reason",
    "source",
    "remedy",
)


def readiness_rows(found: Sequence[NotReady]) -> list[dict[str, str]]:
    """A row of text cells for each position and reason."""
    return [{name: inert(str(getattr(one, name))) for name in READINESS_COLUMNS} for one in found]


def readiness_counts(found: Sequence[NotReady]) -> dict[str, Any]:
    """What the manifest says: positions that are not ready, and how many for each reason."""
    reasons = Counter(one.reason for one in found)
    return {
        "positions_not_ready": len({(one.account, one.symbol) for one in found}),
        "by_reason": {str(reason): reasons[reason] for reason in in_order(reasons)},
    }
