"""Scheduled events: purchases and payments that are known to come."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import date_value, scaled_value


class ScheduledKind(StrEnum):
    """What will happen, by the name that ``scheduled.csv`` gives it."""

    DIVIDEND = "dividend"
    RECURRING = "recurring"
    VEST = "vest"
    CONTRIBUTION = "contribution"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledEvent:
    """One row of ``scheduled.csv``: ``quantity`` in 1e-8 units, the amount in cents."""

    account: str
    symbol: str
    day: date
    kind: ScheduledKind
    quantity: int | None = None
    amount_cents: int | None = None


def read_scheduled(
    rows: Iterable[Mapping[str, str]],
    accounts: Collection[str],
    file_name: str = "scheduled.csv",
) -> tuple[list[ScheduledEvent], list[Problem]]:
    """The scheduled events of a book, and a problem for each cell that cannot be read.

    ``accounts`` are the ids that the book knows.  When there are problems, their rows are left
    out.
    """
    events = []
    problems = []
    for line, row in enumerate(rows, 2):
        event, bad = _event(row, accounts, f"{file_name}:{line}")
        problems += bad
        if event is not None:
            events.append(event)
    return events, problems


def _event(
    row: Mapping[str, str], accounts: Collection[str], where: str
) -> tuple[ScheduledEvent | None, list[Problem]]:
    problems = []
    account = row.get("account", "")
    if account not in accounts:
        problems.append(
            error(
                f"{where}:account",
                "UNKNOWN_ACCOUNT",
                f"There is no account {account!r}.",
                "Name an account of accounts.csv.",
            )
        )
    kind = row.get("kind", "")
    if kind not in set(ScheduledKind):
        problems.append(
            error(
                f"{where}:kind",
                "UNKNOWN_KIND",
                f"{kind!r} is no kind of scheduled event.",
                f"Use one of {', '.join(ScheduledKind)}.",
            )
        )
    day = date_value(row.get("date", ""))
    if day is None:
        problems.append(
            error(
                f"{where}:date",
                "BAD_DATE",
                f"{row.get('date', '')!r} is not a date.",
                "Write dates as YYYY-MM-DD.",
            )
        )
    numbers: dict[str, int | None] = {}
    for name, places in (("quantity", 8), ("amount", 2)):
        cell = row.get(name, "")
        numbers[name] = scaled_value(cell, places)
        if cell and (numbers[name] is None or (numbers[name] or 0) < 0):
            problems.append(
                error(
                    f"{where}:{name}",
                    "BAD_NUMBER",
                    f"{cell!r} is not a number of at most {places} decimals, without a sign.",
                    "Write it like 12.5, or leave it blank if it is not known.",
                )
            )
    if problems or day is None:
        return None, problems
    event = ScheduledEvent(
        account=account,
        symbol=row.get("symbol", ""),
        day=day,
        kind=ScheduledKind(kind),
        quantity=numbers["quantity"],
        amount_cents=numbers["amount"],
    )
    return event, []
