"""Which lots a sale closes, and who said so.  Treas. Reg. 1.1012-1(c)."""

from __future__ import annotations

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.identification import METHOD_CODE
from taxlots.book.journal import ACTION_CODE
from taxlots.book.tables import NONE
from taxlots.domain.action import Action
from taxlots.reports import explain_wording as wording
from taxlots.reports.explained import CitedRow, Step
from taxlots.workflows.evidence import Evidence

METHODS = {code: method for method, code in METHOD_CODE.items()}


def identification_step(books: Books, evidence: Evidence, event: int) -> Step:
    """How the lots of a sale were chosen: named in time, or by a method, and whose."""
    tables = books.blueprint.tables
    sale = tables["events"][event]
    row = int(sale["row"])
    detail = int(sale["detail"])
    named = "; ".join(filter(None, (evidence.cell(f, "lots") for f in _fills(books, row))))
    if detail != NONE and int(tables["details"]["pick_count"][detail]):
        return wording.named_step(
            named,
            evidence.cell(row, "identified_at"),
            evidence.cell(row, "confirmation"),
            evidence.row(row, "sale"),
        )
    origin, rows = _origin(books, evidence, row)
    method = METHODS.get(int(sale["method"]), METHODS[kinds.FIFO])
    return wording.method_step(method, origin, rows, late_lots=named)


def _fills(books: Books, row: int) -> list[int]:
    return books.fills.get(row, [row])


def _origin(books: Books, evidence: Evidence, row: int) -> tuple[str, tuple[CitedRow, ...]]:
    """Whose the method is: the order's, a SET_METHOD row's, or the account's."""
    if evidence.cell(row, "method"):
        return "the order names it", (evidence.row(row, "sale"),)
    setting = _standing(books, row)
    if setting is not None:
        cited = evidence.row(setting, "method")
        symbol = books.journal.symbol_of(setting)
        scope = f"{symbol} in {cited.account}" if symbol else cited.account
        return f"{cited.id} set it for {scope} on {cited.day}", (cited,)
    return f"it is the method of {books.journal.account_of(row)} in accounts.csv", ()


def _standing(books: Books, row: int) -> int | None:
    """The SET_METHOD row that a sale falls under: the last for its symbol, else its account."""
    journal = books.journal
    rows = books.bookings.row
    (place,) = np.flatnonzero(rows == row)[:1]
    is_setting = journal.action[rows[:place]] == ACTION_CODE[Action.SET_METHOD]
    mine = journal.account.values[rows[:place]] == journal.account.values[row]
    settings = [int(one) for one in rows[:place][is_setting & mine]]
    for symbol in (journal.symbol_of(row), ""):
        chosen = [one for one in settings if journal.symbol_of(one) == symbol]
        if chosen:
            return chosen[-1]
    return None
