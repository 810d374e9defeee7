"""Closed years in an audit pack: what the opening balances tie to, and what was restated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from taxlots.book.checks import is_action, void_rows
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, scaled, shares
from taxlots.reports.audit_columns import OPENING_BASIS, OPENING_LOTS, RESTATED_YEARS
from taxlots.reports.rows import text_table
from taxlots.workflows.closed_years import closed_years_of, compare_closed

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.roll_forward import RollForward
    from taxlots.book.year_figures import YearTotal
    from taxlots.ledger.closed_year import ClosedYear
    from taxlots.workflows.closed_years import ComparedYear

NONE_CLOSED = "the last year was not closed: there is nothing to tie to"
INWARD = frozenset({Action.TRANSFER_IN, Action.INHERIT, Action.GIFT_IN})

Holding = tuple[str, str]
"""Account and symbol."""


def closed_of(scope: AuditScope, book: str, known_at: datetime | None) -> list[ComparedYear]:
    """The closed years of the scope's returns, each beside what the books say now."""
    if not closed_years_of(book, known_at):
        return []
    _, found = compare_closed(book, as_of=date_of(scope.books.as_of), known_at=known_at)
    return [one for one in found if one.closed.tax_return in scope.tax_returns]


def opening_table(
    scope: AuditScope, rolled: RollForward, closed: Iterable[ComparedYear], book: str
) -> pa.Table:
    """``opening_basis.csv``: what was held when the year began, against the last year as closed."""
    last = [one.closed for one in closed if one.closed.year == scope.year - 1]
    taxable = {account.id for account in scope.accounts if not account.kind.is_tax_deferred}
    frozen, names = _frozen(book, last, taxable)
    return_of = {account.id: account.tax_return for account in scope.accounts}
    held = _held(scope, rolled)
    found = []
    for account, symbol in sorted({*held, *frozen}):
        units, cents = held.get((account, symbol), (0, 0))
        was_units, was_cents = frozen.get((account, symbol), (0, 0))
        tied = names.get(return_of.get(account, ""), "")
        found.append(
            {
                "account": account,
                "symbol": symbol,
                "quantity": shares(units),
                "basis": dollars(cents),
                "closed_quantity": shares(was_units) if tied else "",
                "closed_basis": dollars(was_cents) if tied else "",
                "difference": dollars(cents - was_cents) if tied else "",
                "tied_to": tied or NONE_CLOSED,
            }
        )
    return text_table(tuple(OPENING_BASIS), found)


def _held(scope: AuditScope, rolled: RollForward) -> dict[Holding, tuple[int, int]]:
    """Units and basis by account and security when the year begins."""
    opening = rolled.cents["opening"]
    is_held = scope.is_mine & rolled.in_scope & ((rolled.opening_units != 0) | (opening != 0))
    places = scope.books.blueprint.places
    return {
        places[at][:2]: (int(rolled.opening_units[at]), int(opening[at]))
        for at in np.flatnonzero(is_held).tolist()
    }


def _frozen(
    book: str, closings: Iterable[ClosedYear], taxable: set[str]
) -> tuple[dict[Holding, tuple[int, int]], dict[str, str]]:
    """Units and basis of taxable accounts as closed, and what each return is tied to."""
    found: dict[Holding, tuple[int, int]] = defaultdict(lambda: (0, 0))
    names: dict[str, str] = {}
    for closed in closings:
        from taxlots.ledger.closed_year import closed_lines
        from taxlots.ledger.database import reading
        from taxlots.ledger.migrate import open_ledger

        names[closed.tax_return] = (
            f"{closed.year} as closed on {closed.known_at.date()} by {closed.actor}"
        )
        with reading(open_ledger(book)) as connection:
            lines = closed_lines(connection, closed.number).get("lots", [])
        for line in (one for one in lines if one["account"] in taxable):
            units, cents = found[line["account"], line["symbol"]]
            units += scaled(line["quantity"], 8) or 0
            cents += (scaled(line["cost_basis"], 2) or 0) if line["cost_basis"] else 0
            found[line["account"], line["symbol"]] = (units, cents)
    return dict(found), names


def opening_lot_table(scope: AuditScope) -> pa.Table:
    """``opening_lots.csv``: lots whose basis and dates are stated, not bought in the book."""
    journal, pieces = scope.books.journal, scope.pieces
    mask = is_action(journal, set(INWARD)) & ~void_rows(journal)
    mask &= journal.day["date"][0] <= min(scope.last_day, scope.books.as_of)
    own = {account.id for account in scope.accounts}
    sold: dict[int, int] = defaultdict(int)
    lots, units = pieces.lot_row[scope.mine], pieces.quantity[scope.mine]
    for lot, quantity in zip(lots.tolist(), units.tolist(), strict=True):
        sold[lot] += quantity
    cost, number = journal.number["cost_basis"], journal.number["quantity"].values
    acquired, is_blank = journal.day["acquired_date"]
    found = [
        {
            "id": journal.id(row),
            "where": journal.where(row),
            "date": date_of(int(journal.day["date"][0][row])).isoformat(),
            "account": journal.account_of(row),
            "symbol": journal.symbol_of(row),
            "quantity": shares(int(number[row])),
            "acquired_date": "" if is_blank[row] else date_of(int(acquired[row])).isoformat(),
            "cost_basis": "" if cost.is_blank[row] else dollars(int(cost.values[row])),
            "basis_status": journal.cell("basis_status", row),
            "covered": journal.cell("covered", row),
            "origin": journal.cell("origin", row),
            "note": journal.cell("note", row),
            "sold_in_year": shares(sold[row]),
        }
        for row in scope.rows(mask).tolist()
        if journal.account_of(row) in own
    ]
    return text_table(tuple(OPENING_LOTS), found)


def restated_table(closed: Iterable[ComparedYear]) -> pa.Table:
    """``restated_years.csv``: each closed year by box and term, as closed and as booked now."""
    return text_table(tuple(RESTATED_YEARS), [row for one in closed for row in _restated(one)])


def _restated(one: ComparedYear) -> Iterator[dict[str, str]]:
    closed = one.closed
    was = {(total.box, total.is_long): total for total in closed.totals}
    now = {(total.box, total.is_long): total for total in one.totals}
    for box, is_long in sorted({*was, *now}):
        before, after = was.get((box, is_long)), now.get((box, is_long))
        yield {
            "tax_return": closed.tax_return,
            "year": str(closed.year),
            "closed_at": closed.recorded_at,
            "closed_by": closed.actor,
            "box": box,
            "term": "LT" if is_long else "ST",
            "closed_proceeds": _amount(before, "proceeds_cents"),
            "proceeds": _amount(after, "proceeds_cents"),
            "closed_basis": _amount(before, "basis_cents"),
            "basis": _amount(after, "basis_cents"),
            "closed_disallowed": _amount(before, "disallowed_cents"),
            "disallowed": _amount(after, "disallowed_cents"),
            "closed_gain": _amount(before, "gain_cents"),
            "gain": _amount(after, "gain_cents"),
            "difference": dollars(_cents(after, "gain_cents") - _cents(before, "gain_cents")),
            "says": says(one),
        }


def says(one: ComparedYear) -> str:
    """Whether a closed year was restated, and what that means for the return."""
    if not one.changes:
        return "as closed: nothing to amend"
    if not one.is_restated:
        return (
            "what was realized is as closed, nothing to amend; the lots carried into the next year"
            " have changed"
        )
    before, after = one.gain_cents
    if before == after:
        return "restated within the year, with the same gain in all: compare by box and term"
    return f"restated: the gain was {dollars(before)} and is {dollars(after)}; amend the return"


def _cents(total: YearTotal | None, name: str) -> int:
    return 0 if total is None else int(getattr(total, name))


def _amount(total: YearTotal | None, name: str) -> str:
    return dollars(_cents(total, name))
