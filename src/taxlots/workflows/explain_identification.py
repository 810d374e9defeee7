"""Which lots a sale closes, and who said so.  Treas. Reg. 1.1012-1(c)."""

from __future__ import annotations

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.identification import METHOD_OF_CODE
from taxlots.book.journal import ACTION_CODE
from taxlots.book.tables import NONE
from taxlots.domain.action import Action
from taxlots.domain.method import ReliefMethod
from taxlots.reports import explain_average_wording as average
from taxlots.reports import explain_wording as wording
from taxlots.reports.explained import CitedRow, Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_disposition import Sale


def identification_step(sale: Sale) -> Step:
    """How the lots of a sale were chosen: named in time, or by a method, and whose."""
    books, evidence, row = sale.books, sale.evidence, sale.row
    tables = books.blueprint.tables
    event = tables["events"][sale.event]
    detail = int(event["detail"])
    fills = books.fills.get(row, [row])
    named = "; ".join(filter(None, (evidence.cell(fill, "lots") for fill in fills)))
    if any(one.pool is not None for one in sale.relieved):
        origin, rows = _average_origin(sale)
        return average.average_order_step(named, rows[0] if rows else sale.cited("sale"), origin)
    if detail != NONE and int(tables["details"]["pick_count"][detail]):
        return wording.named_step(
            named,
            evidence.cell(row, "identified_at"),
            evidence.cell(row, "confirmation"),
            evidence.row(row, "sale"),
        )
    if sale.is_closing:
        return wording.opening_order_step(evidence.row(row, "sale"))
    if sale.kind != kinds.SELL:
        why = f"{sale.action} takes lots in this order, whatever the account's method"
        return wording.method_step(METHOD_OF_CODE[kinds.FIFO], why, (sale.cited("sale"),))
    method = METHOD_OF_CODE.get(int(event["method"]), METHOD_OF_CODE[kinds.FIFO])
    origin, rows = _origin(books, evidence, row, sale.account)
    return wording.method_step(method, origin, rows, late_lots=named)


def _origin(
    books: Books, evidence: Evidence, row: int, account: str
) -> tuple[str, tuple[CitedRow, ...]]:
    """Whose the method is: the order's, a SET_METHOD row's, or the account's."""
    if evidence.cell(row, "method"):
        return "the order names it", (evidence.row(row, "sale"),)
    setting = _standing(books, row)
    if setting is not None:
        cited = evidence.row(setting, "method")
        symbol = books.journal.symbol_of(setting)
        scope = f"{symbol} in {cited.account}" if symbol else cited.account
        return f"{cited.id} set it for {scope} on {cited.day}", (cited,)
    return f"it is the method of {account} in accounts.csv", ()


def _standing(books: Books, row: int) -> int | None:
    """The SET_METHOD row that a sale falls under: the last for its symbol, else its account."""
    settings = _earlier(books, row, Action.SET_METHOD)
    for symbol in (books.journal.symbol_of(row), ""):
        chosen = [one for one in settings if books.journal.symbol_of(one) == symbol]
        if chosen:
            return chosen[-1]
    return None


def _earlier(books: Books, row: int, action: Action) -> list[int]:
    """The rows of an action of the same account that are booked before a row, in order."""
    journal = books.journal
    rows = books.bookings.row
    (place,) = np.flatnonzero(rows == row)[:1]
    is_meant = journal.action[rows[:place]] == ACTION_CODE[action]
    mine = journal.account.values[rows[:place]] == journal.account.values[row]
    return [int(one) for one in rows[:place][is_meant & mine]]


def _average_origin(sale: Sale) -> tuple[str, tuple[CitedRow, ...]]:
    """What brought averaging into force: an election, a SET_METHOD row, or the account's method."""
    books, evidence = sale.books, sale.evidence
    symbol = sale.units.symbol
    elections = [
        one
        for one in _earlier(books, sale.row, Action.ELECT_AVERAGE)
        if books.journal.symbol_of(one) == symbol
    ]
    if elections:
        cited = evidence.row(elections[-1], "method")
        return f"{cited.id} elected it on {cited.day}", (cited,)
    setting = _standing(books, sale.row)
    if setting is not None and evidence.cell(setting, "method") == ReliefMethod.AVERAGE:
        cited = evidence.row(setting, "method")
        return f"{cited.id} set it on {cited.day}", (cited,)
    return f"it is the method of {sale.account} in accounts.csv", ()
