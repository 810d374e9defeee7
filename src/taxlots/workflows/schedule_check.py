"""Whether the schedule of a recorded rebalance is borne out by the books, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from taxlots.book.extension import extend
from taxlots.domain.account import taxed_returns
from taxlots.domain.money import dollars, scaled
from taxlots.domain.order import Side
from taxlots.domain.problem import DataError
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.selection import SaleRequest, outcomes_of, unused_ids
from taxlots.plan.several_sales import BookedSale, costs_after
from taxlots.plan.tax_cost import Outcome
from taxlots.plan.what_if import until_as_of, with_rows
from taxlots.reports.rebalance_files import sale_cells
from taxlots.workflows.guard import PreparedGuard
from taxlots.workflows.scheduled_books import years_through
from taxlots.workflows.verify import Check, failed, passed

Row = Mapping[str, str]


def schedule_checks(plan: Mapping[str, Any], prepared: PreparedGuard) -> list[Check]:
    """That the parts of each day come to the gains and taxes told, and to the cash of that day.

    ``plan`` is ``plan.json``; ``prepared`` has the book as it was known when it was made.
    """
    rows: list[Row] = plan["schedule"]["trades"]
    return [_days(rows, prepared), _cash_by_day(plan)]


def _days(rows: Sequence[Row], prepared: PreparedGuard) -> Check:
    """The parts booked again on their days, against the gains and taxes that were told."""
    if not rows:
        return passed("days", "the schedule trades nothing")
    try:
        booked = _booked(rows, prepared)
    except DataError:
        return failed("days", "the tax of a later year cannot be reckoned from the book")
    if booked is None:
        return failed("days", "the books refuse a part of the schedule")
    taxed = taxed_returns(prepared.guard.index.accounts.values())
    wrong = [
        f"{row['symbol']} in {row['account']} on {row['date']} ({name} {row[name]}, not {cell})"
        for row, sale in booked
        for name, cell in sale_cells(sale, is_taxed=row["account"] in taxed).items()
        if row[name] != cell
    ]
    if wrong:
        return failed("days", f"the books come to other figures: {', '.join(wrong[:3])}")
    count = len({row["date"] for row in rows})
    return passed("days", f"booked on {count} days, {len(booked)} sales come to their gains")


def _booked(rows: Sequence[Row], prepared: PreparedGuard) -> list[tuple[Row, BookedSale]] | None:
    """Each sale as the books have it after all parts; None where they refuse one."""
    books, index = prepared.books, prepared.guard.index
    names = unused_ids(books, len(rows), "scheduled")
    asked = [_journal_row(row, name) for row, name in zip(rows, names, strict=True)]
    days = [date.fromisoformat(row["date"]) for row in rows]
    record = with_rows(until_as_of(books), asked)
    after, _ = extend(books, record, as_of=max(days), settlement=settlement_day)
    if after is None:
        return None
    situation = index.situation
    years = years_through(books, index.accounts.values(), situation.years, situation.as_of, days)
    before: dict[tuple[str, int], list[Outcome]] = {}
    found = []
    for row, name, day in zip(rows, names, days, strict=True):
        if row["side"] != Side.SELL:
            continue
        account = index.accounts[row["account"]]
        key = account.tax_return, day.year
        outcomes = () if account.kind.is_tax_deferred else outcomes_of(after, name)
        costs = costs_after(before.setdefault(key, []), outcomes, years.get(key))
        request = SaleRequest(
            account=account.id,
            symbol=row["symbol"],
            quantity=scaled(row["quantity"], 8) or 0,
            price=0,
            day=row["date"],
        )
        sale = BookedSale(request=request, lots=row["lots"], outcomes=outcomes, costs=costs)
        found.append((row, sale))
    return found


def _journal_row(row: Row, name: str) -> dict[str, str]:
    same = {one: row[one] for one in ("date", "account", "symbol", "quantity", "amount", "lots")}
    return {"id": name, "time": "23:59:59", "action": row["side"], **same}


def _cash_by_day(plan: Mapping[str, Any]) -> Check:
    """The cash of each account after each day, which no day may overdraw."""
    before = {row["account"]: scaled(row["before"], 2) or 0 for row in plan["cash"]}
    wrong = list(_wrong_days(plan["schedule"], before))
    if wrong:
        return failed("daily", f"the parts do not lead to the cash that is told: {wrong[0]}")
    days = len({row["date"] for row in plan["schedule"]["cash"]})
    return passed("daily", f"no account owes money after any of {days} sessions")


def _wrong_days(schedule: Mapping[str, Any], before: Mapping[str, int]) -> Iterator[str]:
    for told in schedule["cash"]:
        name = told["account"]
        cents = before.get(name, 0) + sum(
            _moved(row)
            for row in schedule["trades"]
            if row["account"] == name and row["date"] <= told["date"]
        )
        if dollars(cents) != told["after"] or cents < min(0, before.get(name, 0)):
            yield f"{name} on {told['date']}"


def _moved(row: Row) -> int:
    cents, cost = scaled(row["amount"], 2) or 0, scaled(row["cost"], 2) or 0
    return (cents if row["side"] == Side.SELL else -cents) - cost
