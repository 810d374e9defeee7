"""The rows that became known between two moments, and what they are to the books before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from taxlots.book.record import Record
from taxlots.domain.action import Action
from taxlots.reports.restated import Arrival, ArrivedRow
from taxlots.workflows.restated_causes import Candidate

if TYPE_CHECKING:
    from taxlots.ledger.origin import Origin
    from taxlots.ledger.reference_rows import RecordedChange

EARLIEST: Final = date(1900, 1, 1)

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The rows that arrived, and which of them stand for a row that was taken back.

    ``successors`` maps the id that a VOID takes back to that of the corrected row.
    """

    candidates: tuple[Candidate, ...]
    successors: Mapping[str, str]


def arrivals(
    before: Record,
    after: Record,
    origins: Mapping[int, Origin],
    changes: Sequence[RecordedChange],
) -> Arrivals:
    """Every row of the journal that ``after`` has and ``before`` has not, and reference changes.

    ``origins`` are by the journal's sequence.
    """
    known = before.transactions.num_rows
    rows: list[Row] = [
        {name: str(cell or "") for name, cell in row.items()}
        for row in after.transactions.to_pylist()
    ]
    by_id = {row["id"]: row for row in rows}
    last_day = _last_days(rows[:known])
    moments = [
        "" if (origin := origins.get(at)) is None else origin.recorded_at
        for at in range(known + 1, len(rows) + 1)
    ]
    successors = _successors(list(zip(rows[known:], moments, strict=True)), by_id)
    corrected = set(successors.values())
    found = []
    for sequence, row in enumerate(rows[known:], known + 1):
        kind = _kind(row, last_day, is_correction=row["id"] in corrected)
        taken_back = by_id.get(row.get("note", ""), {}) if kind is Arrival.VOID else {}
        found.append(
            Candidate(
                row=_arrived(row, kind, origins.get(sequence), taken_back),
                names=frozenset({row["id"], *_stands_for(taken_back, successors)}),
                places=_places(row) | _places(taken_back),
                first_day=_first_day(taken_back or row),
            )
        )
    return Arrivals(
        candidates=(*found, *(_changed(change) for change in changes)), successors=successors
    )


def _stands_for(taken_back: Row, successors: Mapping[str, str]) -> set[str]:
    """The ids that a VOID bears on: the row that it takes back, and the one in its place."""
    old = taken_back.get("id", "")
    return {name for name in (old, successors.get(old, "")) if name}


def _arrived(row: Row, kind: Arrival, origin: Origin | None, taken_back: Row) -> ArrivedRow:
    line = "" if origin is None or origin.line is None else f":{origin.line}"
    told = taken_back or row
    return ArrivedRow(
        id=row["id"],
        kind=kind,
        recorded_at="" if origin is None else origin.recorded_at,
        day=row["date"],
        account=row["account"] or told.get("account", ""),
        symbol=row["symbol"] or told.get("symbol", ""),
        action=row["action"],
        quantity=row.get("quantity", ""),
        amount=row.get("amount", ""),
        voids=taken_back.get("id", ""),
        where="" if origin is None else f"{origin.file}{line}",
    )


def _changed(change: RecordedChange) -> Candidate:
    """A change of accounts, securities or settings: it can bear on everything."""
    what = "changed" if change.row_before and change.row_after else "added"
    row = ArrivedRow(
        id=f"{change.table}:{' '.join(change.key)}".rstrip(":"),
        kind=Arrival.REFERENCE,
        recorded_at=change.recorded_at,
        day="",
        account=change.key[0] if change.table == "account" else "",
        symbol=change.key[0] if change.table == "security" else "",
        action=what if change.row_after else "removed",
        quantity="",
        amount="",
        voids="",
        where=f"reference_change:{change.sequence}",
    )
    return Candidate(row=row, names=frozenset(), places=frozenset(), first_day=EARLIEST)


def _kind(row: Row, last_day: Mapping[str, str], *, is_correction: bool) -> Arrival:
    """A row is late if its day is not after what was known of its account, or else of the book."""
    if row["action"] == Action.VOID:
        return Arrival.VOID
    if is_correction:
        return Arrival.CORRECTED
    last = last_day.get(row["account"]) or max(last_day.values(), default="")
    return Arrival.LATE if row["date"] <= last else Arrival.NEW


def _last_days(rows: Sequence[Row]) -> dict[str, str]:
    """The last day that the journal knew of each account."""
    last: dict[str, str] = {}
    for row in rows:
        if row["action"] != Action.VOID:
            last[row["account"]] = max(last.get(row["account"], ""), row["date"])
    return last


def _successors(arrived: Sequence[tuple[Row, str]], by_id: Mapping[str, Row]) -> dict[str, str]:
    """The corrected row of each row that was taken back.

    They came at one moment, and are of one account, symbol and action; of several, the first
    stands for the first.
    """
    voided: dict[tuple[str, ...], list[str]] = defaultdict(list)
    new: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row, moment in arrived:
        old = by_id.get(row.get("note", "")) if row["action"] == Action.VOID else None
        told, names = (row, new) if old is None else (old, voided)
        if told["action"] != Action.VOID:
            names[moment, told["account"], told["symbol"], told["action"]].append(told["id"])
    return {
        old: name
        for key, olds in voided.items()
        if len(olds) == len(new[key])
        for old, name in zip(olds, new[key], strict=True)
    }


def _places(row: Row) -> frozenset[tuple[str, str]]:
    accounts = {row.get("account", ""), row.get("to_account", "") or row.get("account", "")}
    symbols = {row.get("symbol", ""), row.get("to_symbol", "")} - {""}
    return frozenset((account, symbol) for account in accounts for symbol in symbols)


def _first_day(row: Row) -> date:
    """The day of a row, or the earlier one on which the lot that it brings in was acquired."""
    days = [day for day in (row.get("date", ""), row.get("acquired_date", "")) if day]
    try:
        return min(date.fromisoformat(day) for day in days)
    except ValueError:
        return EARLIEST
