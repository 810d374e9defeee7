"""Overrides of trades in a book: shown with those that have expired, recorded in a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from taxlots.book.record import Record
from taxlots.domain.money import dollars, shares
from taxlots.domain.problem import DataError, UsageError
from taxlots.domain.trade_override import (
    COLUMNS,
    FILE,
    TradeOverride,
    trade_overrides_from,
)
from taxlots.plan.trade_overrides import said_of
from taxlots.workflows.gather import gather, is_database
from taxlots.workflows.plan_page import PlanPage, listing

LISTED: Final = {
    "id": "id",
    "action": "action",
    "side": "side",
    "size": "size",
    "symbol": "symbol",
    "account": "account",
    "instead": "instead",
    "until": "until",
    "state": "state",
    "by": "by",
    "reason": "reason",
}
ANY: Final = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTradeOverride:
    """An override as somebody asks for it, in text; a blank name takes the next free one."""

    action: str
    symbol: str
    by: str
    reason: str
    id: str = ""
    household: str = ""
    account: str = ""
    side: str = ""
    quantity: str = ""
    amount: str = ""
    instead: str = ""
    until: date | None = None

    def cells(self, name: str) -> dict[str, str]:
        """Its row of ``overrides.csv``."""
        values = {column: getattr(self, column) for column in COLUMNS if column != "until"}
        until = "" if self.until is None else self.until.isoformat()
        return {column: (values | {"id": name, "until": until})[column] for column in COLUMNS}


def overrides_of(
    record: Record, household: str = "", *, is_narrowed: bool = False
) -> tuple[TradeOverride, ...]:
    """The overrides of a book.  Raises DataError where a row cannot be read.

    Where a household is named, those about others alone are left out.  Of a record that is narrowed
    to some households, rows about other accounts are left out unread.
    """
    rows: Sequence[Mapping[str, str]] = record.overrides
    if is_narrowed:
        accounts = {"", *(a.id for a in record.accounts)}
        households = {"", *(a.household for a in record.accounts)}
        rows = [
            row
            for row in rows
            if row.get("account", "") in accounts and row.get("household", "") in households
        ]
    found, problems = trade_overrides_from(rows, record.accounts)
    if problems:
        raise DataError(problems)
    if not household:
        return found
    mine = {"", *(a.id for a in record.accounts if a.household == household)}
    return tuple(one for one in found if one.account in mine and one.household in ("", household))


def list_overrides(
    book: str, *, as_of: date | None = None, known_at: datetime | None = None
) -> PlanPage:
    """Every override, and whether it holds on a day (default: the journal's last date)."""
    record, problems = gather(book, known_at=known_at)
    if record is None:
        raise DataError(problems)
    day = as_of or _last_day(record)
    overrides = overrides_of(record)
    rows = [_row(one, day) for one in overrides]
    because = tuple(
        f"{said_of(one)} has expired on {one.until}; it counts no more"
        for one in overrides
        if not one.holds_on(day)
    )
    return PlanPage(
        listings=(
            listing(f"Overrides of {record.name} on {day}", LISTED, rows, frozenset(LISTED)),
        ),
        json={
            "book": record.name,
            "as_of": day.isoformat(),
            "overrides": rows,
            "because": list(because),
        },
        because=because,
        problems=tuple(problems),
    )


def _row(one: TradeOverride, day: date) -> dict[str, str]:
    size = "" if one.quantity is None else shares(one.quantity)
    if one.amount_cents is not None:
        size = f"${dollars(one.amount_cents)}"
    return {
        "id": one.id,
        "action": one.action,
        "side": "" if one.side is None else one.side.lower(),
        "size": size,
        "symbol": one.symbol,
        "account": one.account or one.household or ANY,
        "instead": one.instead,
        "until": "" if one.until is None else one.until.isoformat(),
        "state": "holds" if one.holds_on(day) else "expired",
        "by": one.by,
        "reason": one.reason,
    }


def _last_day(record: Record) -> date:
    days = [str(day) for day in record.transactions.column("date").to_pylist()]
    return date.fromisoformat(max(days)) if days else date.max


def record_override(book: str, asked: AskedTradeOverride, *, now: datetime) -> TradeOverride:
    """Append an override to a database, or change one by its name; what it was is kept.

    Raises UsageError for a folder, with the line that belongs into its file, and DataError for
    what cannot be done so.
    """
    record, problems = gather(book)
    if record is None:
        raise DataError(problems)
    name = asked.id or _next_id(record)
    kept = [row for row in record.overrides if row.get("id") != name]
    cells = asked.cells(name)
    found, problems = trade_overrides_from([*kept, cells], record.accounts)
    last = f"{FILE}:{len(kept) + 2}"
    mine = [replace(one, where=_option(one.where)) for one in problems if _is_at(one.where, last)]
    if mine:
        raise DataError(mine)
    if not is_database(book):
        line = ",".join(_quoted(cells[column]) for column in COLUMNS)
        raise UsageError(
            f"{book} is a folder, which is only read; add this line to its {FILE} (its first line"
            f" is {','.join(COLUMNS)}): {line}"
        )
    _append(book, cells, asked.by, now)
    return next(one for one in found if one.id == name)


def lift_override(
    book: str, name: str, day: date, by: str, reason: str, *, now: datetime
) -> TradeOverride:
    """End an override on a day, by somebody, for a reason.  Raises UsageError without one."""
    record, problems = gather(book)
    if record is None:
        raise DataError(problems)
    row = next((row for row in record.overrides if row.get("id") == name), None)
    if row is None:
        known = ", ".join(row.get("id", "") for row in record.overrides) or "none"
        raise UsageError(f"there is no override {name!r}; the book has {known}")
    cells = {column: row.get(column, "") for column in COLUMNS}
    asked = AskedTradeOverride(**(cells | {"until": day, "by": by, "reason": reason}))  # type: ignore[arg-type]
    return record_override(book, asked, now=now)


def _append(book: str, cells: dict[str, str], by: str, now: datetime) -> None:
    from taxlots.ledger.batch import next_stamp
    from taxlots.ledger.canonical import Source
    from taxlots.ledger.database import writing
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.reference_rows import put_reference

    with writing(open_ledger(book)) as connection:
        stamp = next_stamp(connection, now, by)
        done = put_reference(connection, "overrides", [cells], Source("override-trade"), stamp)
    if done.problems:
        raise DataError(list(done.problems))


def _next_id(record: Record) -> str:
    taken = {row.get("id") for row in record.overrides}
    number = 1
    while f"o{number}" in taken:
        number += 1
    return f"o{number}"


def _is_at(where: str, line: str) -> bool:
    return where == line or where.startswith(f"{line}:")


def _option(where: str) -> str:
    return f"--{where.rpartition(':')[2]}"


def _quoted(cell: str) -> str:
    return f'"{cell}"' if set(cell) & set(',"') else cell
