"""The lists of a CPA pack, row by row as text cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from taxlots.book.results import STATUSES, Realized
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.form_8949 import ScheduleDLine
from taxlots.domain.harvest_run import Fill
from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.domain.order import closes_lots
from taxlots.law.s1091_wash_sale import window_end
from taxlots.plan.free_day import first_free_day
from taxlots.reports.audit_completeness import journal_rows
from taxlots.reports.books_files import result_tables
from taxlots.reports.form_8949_csv import row_cells
from taxlots.reports.inert import inert
from taxlots.workflows.restrictions import restrictions_in
from taxlots.workflows.run_effect import LineEffect, RunEffect
from taxlots.workflows.run_results import Row, RunResults, pieces_of, planned_of
from taxlots.workflows.run_scope import RunScope

PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class BookedPiece:
    """A piece of a lot that a fill closed, by its place among the realized pieces."""

    fill: Fill
    at: int


@dataclass(frozen=True, slots=True)
class PackSource:
    """What the lists are made from."""

    book: str
    found: RunResults
    scope: RunScope
    pieces: Realized
    booked: tuple[BookedPiece, ...]
    effect: RunEffect

    @property
    def fills(self) -> list[Fill]:
        """The fills of the household that are booked."""
        names = {one.order.client_order_id for one in self.scope.orders}
        return [f for f in self.found.fills if f.client_order_id in names and f.transaction_id]


def booked_pieces(found: RunResults, scope: RunScope) -> tuple[Realized, tuple[BookedPiece, ...]]:
    """Every realized piece of the books, and those that the sales of a run closed."""
    fills = [
        fill
        for one in scope.orders
        for fill in found.fills_of(one.order.client_order_id)
        if closes_lots(fill.side)
    ]
    pieces, places = pieces_of(found.books, [fill.transaction_id for fill in fills])
    return pieces, tuple(
        BookedPiece(fill, at) for fill in fills for at in places[fill.transaction_id]
    )


def lists_of(source: PackSource) -> dict[str, list[Row]]:
    """Every list by the name of its file; no cell is a formula to a spreadsheet."""
    lists: dict[str, Iterator[Row]] = {
        "realized_lots.csv": _realized(source),
        "journal.csv": _journal(source),
        "wash_sales.csv": _wash_sales(source),
        "open_windows.csv": _windows(source),
        "restrictions.csv": _restrictions(source),
        "schedule_d_effect.csv": map(_effect, source.effect.lines),
        "form_8949.csv": _forms(source),
        "confirmations.csv": _confirmations(source),
        "breaks.csv": _breaks(source),
    }
    return {
        name: [{column: inert(cell) for column, cell in row.items()} for row in rows]
        for name, rows in lists.items()
    }


def _realized(source: PackSource) -> Iterator[Row]:
    r, journal = source.pieces, source.found.books.journal
    ordered = {one.order.client_order_id: one.order.lot_id for one in source.scope.orders}
    for one in source.booked:
        at, fill = one.at, one.fill
        is_unknown = bool(r.is_unknown[at])
        yield {
            "client_order_id": fill.client_order_id,
            "sale_id": fill.transaction_id,
            "lot_id": journal.id(int(r.lot_row[at])),
            "account": fill.account,
            "symbol": fill.symbol,
            "ordered_lot_id": ordered[fill.client_order_id],
            "acquired_date": date_of(int(r.acquired[at])).isoformat(),
            "holding_period_date": date_of(int(r.holding_period[at])).isoformat(),
            "sold_date": date_of(int(r.sold[at])).isoformat(),
            "quantity": shares(int(r.quantity[at])),
            "proceeds": dollars(int(r.proceeds[at])),
            "cost_basis": "" if is_unknown else dollars(int(r.basis[at])),
            "wash_sale_loss_disallowed": dollars(int(r.disallowed[at])),
            "permanently_disallowed": dollars(int(r.permanent[at])),
            "gain": "" if is_unknown else dollars(int(r.gain[at])),
            "term": "LT" if r.is_long[at] else "ST",
            "status": STATUSES[int(r.status[at])],
            "final_from": first_free_day(int(r.sold[at])).isoformat(),
        }


def _journal(source: PackSource) -> Iterator[Row]:
    journal = source.found.books.journal
    wanted = {fill.transaction_id for fill in source.fills}
    rows = [row for row in range(len(journal)) if journal.id(row) in wanted]
    table = journal_rows(source.found.books, np.array(rows, np.int64))
    filled = [
        name for name in table.column_names if any(table.column(name).to_pylist())
    ] or table.column_names
    for row in table.select(filled).to_pylist():
        yield {name: str(cell or "") for name, cell in row.items()}


def _wash_sales(source: PackSource) -> Iterator[Row]:
    wanted = {fill.transaction_id for fill in source.fills}
    for row in result_tables(source.found.books)["wash_sales"].to_pylist():
        if row["sale_id"] in wanted or row["replacement_lot_id"] in wanted:
            yield {name: str(cell) for name, cell in row.items()}


def _windows(source: PackSource) -> Iterator[Row]:
    r, books = source.pieces, source.found.books
    for one in source.booked:
        at = one.at
        gain = int(r.gain[at])
        if r.is_unknown[at] or (gain >= 0 and not r.disallowed[at]):
            continue
        ends = window_end(int(r.sold[at]))
        missing = [
            f"{account.id}: {account.data_through}"
            for account in source.scope.accounts
            if account.data_through is not None and day_of(account.data_through) < ends
        ]
        is_open = STATUSES[int(r.status[at])] == PROVISIONAL
        yield {
            "sale_id": one.fill.transaction_id,
            "lot_id": books.journal.id(int(r.lot_row[at])),
            "account": one.fill.account,
            "symbol": one.fill.symbol,
            "sold_date": date_of(int(r.sold[at])).isoformat(),
            "window_to": date_of(ends).isoformat(),
            "final_from": first_free_day(int(r.sold[at])).isoformat(),
            "loss": dollars(max(0, -gain) if is_open else 0),
            "is_open": "yes" if is_open else "no",
            "rows_end": "; ".join(missing),
        }


def _restrictions(source: PackSource) -> Iterator[Row]:
    mine = {account.id for account in source.scope.accounts}
    for row in restrictions_in(source.book, source.found.books):
        if row["account"] in mine:
            yield row


def _effect(one: LineEffect) -> Row:
    def added(name: str) -> str:
        values = [getattr(line, name) for line in (one.without, one.ordered)]
        if all(value is None for value in values):
            return ""
        return dollars((values[1] or 0) - (values[0] or 0))

    return {
        "tax_return": one.tax_return,
        "year": str(one.year),
        "line": one.line,
        "text": one.text,
        "proceeds_effect": added("proceeds_cents"),
        "cost_basis_effect": added("basis_cents"),
        "adjustment_effect": added("adjustment_cents"),
        "gain_without": _gain(one.without),
        "gain_executed": _gain(one.executed),
        "gain_ordered": _gain(one.ordered),
        "gain_effect": added("gain_cents"),
    }


def _gain(line: ScheduleDLine) -> str:
    return dollars_if_known(line.gain_cents)


def _forms(source: PackSource) -> Iterator[Row]:
    mine = {account.tax_return for account in source.scope.accounts}
    for year, filed in source.effect.filed.items():
        for forms in filed.filing.returns:
            if forms.tax_return in mine:
                for cells in row_cells(forms, is_whole=False):
                    yield {"year": str(year), **cells}


def _confirmations(source: PackSource) -> Iterator[Row]:
    found = source.found
    gains: dict[str, int] = {}
    for piece in source.booked:
        if not source.pieces.is_unknown[piece.at]:
            name = piece.fill.client_order_id
            gains[name] = gains.get(name, 0) + int(source.pieces.gain[piece.at])
    for one in source.scope.orders:
        order, name = one.order, one.order.client_order_id
        planned = planned_of(one, found.lines["opportunities"])
        loss = planned.of(planned.loss_cents, order.quantity) if planned else None
        saved = planned.of(planned.saved_cents, order.quantity) if planned else None
        yield {
            "client_order_id": name,
            "account": order.account,
            "action": str(order.side),
            "symbol": order.symbol,
            "lot_id": order.lot_id,
            "planned": shares(one.planned),
            "signed": shares(order.quantity),
            "filled": shares(one.filled),
            "state": str(one.state),
            "approved_by": _listed(a.actor for a in one.approvals),
            "changed_by": _listed(o.actor for o in one.overrides),
            "planned_loss": dollars_if_known(loss),
            "booked_gain": dollars(gains[name]) if name in gains else "",
            "estimated_tax_saved": dollars_if_known(saved),
            "transactions": _listed(f.transaction_id for f in found.fills_of(name)),
            "breaks": _listed(str(b.kind) for b in found.breaks if b.client_order_id == name),
        }


def _breaks(source: PackSource) -> Iterator[Row]:
    names = {one.order.client_order_id for one in source.scope.orders}
    mine = {account.id for account in source.scope.accounts}
    for one in source.found.breaks:
        if one.client_order_id in names or one.account in mine:
            yield {
                "kind": str(one.kind),
                "client_order_id": one.client_order_id,
                "account": one.account,
                "symbol": one.symbol,
                "lot_id": one.lot_id,
                "planned": one.planned,
                "confirmed": one.confirmed,
                "detail": one.detail,
            }


def _listed(names: Iterator[str] | Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(names))
