"""What a recorded run does to the forms of its years: Schedule D without it and with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.record import LINES, Record
from taxlots.domain.calendar import date_of
from taxlots.domain.form_8949 import ScheduleD, ScheduleDLine
from taxlots.domain.money import shares
from taxlots.domain.order import closes_lots
from taxlots.domain.problem import DataError, Severity
from taxlots.market_data.prices import price_history
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.plan.what_if import with_rows
from taxlots.workflows.form_8949 import FiledYear, filled_in
from taxlots.workflows.form_8949_reported import reported_by_broker_view
from taxlots.workflows.replay import replay_record
from taxlots.workflows.run_results import RunResults


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEffect:
    """One line of Schedule D of a return: without the run, as executed, and as ordered."""

    tax_return: str
    year: int
    line: str
    text: str
    without: ScheduleDLine
    executed: ScheduleDLine
    ordered: ScheduleDLine


@dataclass(frozen=True, slots=True)
class RunEffect:
    """Every line that has an entry, the forms as executed by year, and what is not reckoned."""

    lines: tuple[LineEffect, ...]
    filed: Mapping[int, FiledYear]
    remarks: tuple[str, ...]


def run_effect(
    found: RunResults, orders: Sequence[ReviewedOrder], tax_returns: Collection[str]
) -> RunEffect:
    """What some orders of a run do to Schedule D of some returns.

    What is executed is as booked; what is ordered is taken to be traded on its session, or on the
    day of the plan, at the closes of the plan.  Forms that cannot be filled in are told in the
    remarks.
    """
    names = [f.transaction_id for one in orders for f in found.fills_of(one.order.client_order_id)]
    days = [f.day for one in orders for f in found.fills_of(one.order.client_order_id)]
    remarks: list[str] = []
    rows = list(_ordered(found, orders, remarks))
    ordered = [date.fromisoformat(row["date"]) for row in rows]
    years = sorted({day.year for day in (*days, *ordered)})
    record = found.books.record
    last = date_of(found.books.as_of)
    end = max([last, *ordered])
    lines: list[LineEffect] = []
    filed: dict[int, FiledYear] = {}
    for year in years:
        # Of a year that the books have not reached, what is ordered says how far to book.
        upto = last if year <= last.year else end
        with_it = _filed(record, year, upto, remarks)
        without = _filed(_without(record, names), year, upto, remarks) if names else with_it
        more = _filed(with_rows(record, rows), year, end, remarks) if rows else with_it
        if with_it is not None:
            filed[year] = with_it
        if with_it is not None and without is not None:
            lines += _lines(without, with_it, more or with_it, tax_returns)
    return RunEffect(tuple(lines), filed, tuple(dict.fromkeys(remarks)))


def _filed(record: Record, year: int, as_of: date, remarks: list[str]) -> FiledYear | None:
    """The forms of a year of a record; None, with a remark, where they cannot be filled in."""
    try:
        taxpayer = replay_record(record, as_of)
        broker = replay_record(record, as_of, "broker")
        return filled_in(reported_by_broker_view(taxpayer, broker, year))
    except DataError as failure:
        errors = [p for p in failure.problems if p.severity is Severity.ERROR]
        remarks += [f"The forms of {year} are not reckoned: {p.message}" for p in errors[:3]]
        return None


def _lines(
    without: FiledYear, executed: FiledYear, ordered: FiledYear, tax_returns: Collection[str]
) -> Iterable[LineEffect]:
    schedules = [
        {forms.tax_return: forms.schedule_d for forms in filed.filing.returns}
        for filed in (without, executed, ordered)
    ]
    for name in executed.filing.returns:
        if name.tax_return in tax_returns:
            yield from _of_return(*(one[name.tax_return] for one in schedules))


def _of_return(without: ScheduleD, executed: ScheduleD, ordered: ScheduleD) -> Iterable[LineEffect]:
    for before, after, planned in zip(without.lines, executed.lines, ordered.lines, strict=True):
        if any(_has_entry(line) for line in (before, after, planned)):
            yield LineEffect(
                tax_return=executed.tax_return,
                year=executed.year,
                line=after.line,
                text=after.text,
                without=before,
                executed=after,
                ordered=planned,
            )


def _has_entry(line: ScheduleDLine) -> bool:
    return bool(line.gain_cents or line.proceeds_cents)


def _ordered(
    found: RunResults, orders: Sequence[ReviewedOrder], remarks: list[str]
) -> Iterable[dict[str, str]]:
    """What is signed and not executed, as rows of the journal; a remark where there is no close."""
    history, _ = price_history(found.books.record.prices)
    for number, one in enumerate(orders, 1):
        order = one.order
        if order.is_contract:
            remarks.append(f"{order.symbol} is a contract: what is ordered of it is not reckoned.")
            continue
        left = order.quantity - one.filled
        quote = history.last_close(order.symbol, found.run.as_of)
        if left <= 0:
            continue
        if quote is None:
            remarks.append(f"{order.symbol} has no close on {found.run.as_of}: not as ordered.")
            continue
        is_lot = closes_lots(order.side) and order.lot_id
        yield {
            "id": f"ordered-{number}",
            "date": (order.session or found.run.as_of).isoformat(),
            "account": order.account,
            "symbol": order.symbol,
            "action": str(order.side),
            "quantity": shares(left),
            "price": shares(quote.close),
            "lots": f"{order.lot_id}:{shares(left)}" if is_lot else "",
            "order_id": order.client_order_id,
        }


def _without(record: Record, names: Sequence[str]) -> Record:
    """The record without some transactions."""
    table = record.transactions
    ids = table.column("id").cast(pa.string())
    kept = pc.invert(pc.is_in(ids, value_set=pa.array(names, pa.string())))
    shorter = table.filter(kept)
    metadata = dict(table.schema.metadata or {})
    stated = metadata.get(LINES.encode(), b"").split()
    lines = stated or [str(record.first_line + row).encode() for row in range(len(table))]
    metadata[LINES.encode()] = b" ".join(
        line for line, keep in zip(lines, kept.to_pylist(), strict=True) if keep
    )
    return replace(record, transactions=shorter.replace_schema_metadata(metadata))
