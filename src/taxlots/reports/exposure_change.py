"""What trades do to exposures as text: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from taxlots.plan.exposure.compensation import Compensation
from taxlots.reports.plan_figures import figure, listing, money
from taxlots.reports.terminal import Listing

COLUMNS: Final = {
    "exposure": "exposure",
    "before": "before",
    "change": "change",
    "after": "after",
}
COMPENSATED: Final = {"compensated": "compensated"}
TEXTS: Final = frozenset({"exposure"})


@dataclass(frozen=True, slots=True)
class ChangeSaid:
    """Exposures before trades, what the trades change, and contracts against that.

    ``unknown`` names what is traded and lacks a measure.
    """

    before: Mapping[str, float]
    change: Mapping[str, float]
    compensation: Compensation | None
    unknown: tuple[str, ...]


def change_rows(said: ChangeSaid) -> list[dict[str, str]]:
    """A row an exposure: before, change, after, and after the contracts."""
    rows = []
    for name, change in said.change.items():
        after = said.before[name] + change
        row = {
            "exposure": name,
            "before": money(said.before[name]),
            "change": money(change),
            "after": money(after),
        }
        if said.compensation is not None:
            left = said.compensation.residual.get(name, change)
            row["compensated"] = money(said.before[name] + left)
        rows.append(row)
    return rows


def change_listing(said: ChangeSaid) -> Listing:
    """The table of what trades change."""
    columns = COLUMNS if said.compensation is None else COLUMNS | COMPENSATED
    return listing("What the trades change", columns, change_rows(said), TEXTS)


def change_sentences(said: ChangeSaid) -> tuple[str, ...]:
    """The contracts, and what is not known of the trades."""
    told = []
    if said.compensation is not None:
        contracts = ", ".join(
            f"{figure(count, 0)} {name}" for name, count in said.compensation.trades.items()
        )
        told.append(
            f"Compensate with {contracts}" if contracts else "No whole contract comes closer"
        )
    if said.unknown:
        told.append(
            f"Of the trades, {', '.join(said.unknown)} lack a measure, which counts for none"
        )
    return tuple(told)


def change_json(said: ChangeSaid | None) -> dict[str, Any] | None:
    """The trades' part of what ``taxlots exposure --json`` prints; null without trades."""
    if said is None:
        return None
    trades = {} if said.compensation is None else said.compensation.trades
    return {
        "exposures": change_rows(said),
        "contracts": {name: figure(count, 0) for name, count in trades.items()},
        "not_known": list(said.unknown),
    }
