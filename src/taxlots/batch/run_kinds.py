"""Kinds of runs over all partitions: what each counts, and what its reasons sum to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HARVEST: Final = "harvest"
REBALANCE: Final = "rebalance"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKind:
    """One kind of plan for all households.

    ``counts`` is what every entry counts, and the manifest sums.  ``reasons`` is the entry's key
    of counts by reason; these sum to the counts of ``reasons_of``, each of them.
    """

    name: str
    counts: tuple[str, ...]
    reasons: str
    reasons_of: tuple[str, ...]


KINDS: Final = {
    kind.name: kind
    for kind in (
        RunKind(
            name=HARVEST,
            counts=(
                "households",
                "households_failed",
                "accounts",
                "transactions",
                "lots",
                "verdicts",
                "harvested",
                "orders",
            ),
            reasons="verdicts_by_reason",
            reasons_of=("lots", "verdicts"),
        ),
        RunKind(
            name=REBALANCE,
            counts=(
                "households",
                "households_done",
                "households_failed",
                "households_without_targets",
                "households_with_nothing",
                "accounts",
                "transactions",
                "trades",
                "orders",
                "later_orders",
            ),
            reasons="households_by_reason",
            reasons_of=("households",),
        ),
    )
}
"""By name."""
