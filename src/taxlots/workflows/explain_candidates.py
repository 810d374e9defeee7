"""Lots that came in within a loss's window and replaced nothing of it, and why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.journal import ACTIONS
from taxlots.book.tables import NONE, Row
from taxlots.law.cites import authorities_of
from taxlots.law.identical import replaces
from taxlots.law.s1091_wash_sale import in_window
from taxlots.workflows.explain_disposition import Sale
from taxlots.workflows.explain_lookup import (
    account_of,
    day_of_event,
    event_of_lot,
    id_of_lot,
    is_owed,
    position_of_lot,
    row_of_event,
    symbol_of,
)

SAME_LOT = ("Rev. Rul. 56-602",)
EACH_ONCE = ("Treas. Reg. 1.1091-1(e)",)

ALWAYS_ACQUIRED = (kinds.OPEN_BY_OPTION, kinds.OPEN_SHORT)
"""Events that open an acquisition of their queue whatever their row says."""

Passed = tuple[int, str, tuple[str, ...]]
"""The journal row of a lot, why it replaced nothing, and by which authority."""


def passed_over(sale: Sale, piece: Row, left: int) -> Iterator[Passed]:
    """The lots of the family acquired within the window that did not replace a piece's loss.

    ``left`` is what of the piece met no replacement, in 1e-8 units.  Short lots are looked at for
    a loss on closing, lots that are held for any other.
    """
    books, history = sale.books, sale.history
    used = {
        m.lot for m in history.matches if m.loss_event == sale.event and m.loss_lot == piece.lot
    }
    is_short = is_owed(books, piece.position)
    opened = books.state.table("lots")["event"]
    mine = set(history.events.tolist())
    for lot in np.flatnonzero(opened != NONE).tolist():
        event = int(opened[lot])
        is_there = event in mine and lot not in used
        if not is_there or not in_window(piece.window, day_of_event(books, event)):
            continue
        if is_owed(books, position_of_lot(books, event)) != is_short:
            continue
        if symbol_of(books, position_of_lot(books, event)) in _unrelated(sale, piece):
            continue
        why, cites = _reason(sale, piece, lot, left)
        yield row_of_event(books, event), why, cites


def _unrelated(sale: Sale, piece: Row) -> set[str]:
    """Symbols of the family's history that are no relatives of the security, or its options.

    A corporate action or an exercise joins their events; it makes no security identical.
    """
    books = sale.books
    pools = books.blueprint.tables["positions"]["pool"]
    mine = symbol_of(books, piece.position)
    related = {
        symbol
        for at, (_, symbol, _) in enumerate(books.blueprint.places)
        if int(pools[at]) == int(pools[piece.position])
    }
    return {symbol for _, symbol, _ in books.blueprint.places} - related - {mine}


def _reason(sale: Sale, piece: Row, lot: int, left: int) -> tuple[str, tuple[str, ...]]:
    rules = sale.books.record.policy
    standing = _standing(sale.books, piece, lot)
    if standing is not None:
        return standing
    if not rules.count_older_than_sold and lot < piece.lot:
        return "it is older than the lot sold, and count_older_than_sold is false (D3)", ()
    if left <= 0:
        return "the whole loss had met its replacement", ()
    return _gone(sale, lot)


def _gone(sale: Sale, lot: int) -> tuple[str, tuple[str, ...]]:
    """What became of a lot's shares before they could replace a loss."""
    books, history = sale.books, sale.history
    others = [match.loss_event for match in history.matches if match.lot == lot]
    if others:
        ids = [books.journal.id(row_of_event(books, event)) for event in others]
        sales = ", ".join(dict.fromkeys(ids))
        return f"its shares replaced the loss of {sales}, and each serves once", EACH_ONCE
    sales_of_lot = sorted(row.event for row in history.rows if row.lot == lot)
    if sale.event in sales_of_lot:
        return "the same order sold it (held_after_sale, D1)", ()
    if sales_of_lot and sales_of_lot[0] < sale.event:
        return "it was sold before (sold_before_counts, D2)", ()
    return "none of its shares were held and unused", ()


def _standing(books: Books, piece: Row, lot: int) -> tuple[str, tuple[str, ...]] | None:
    """Why a lot cannot replace the loss whatever is held of it; None if it can."""
    positions = books.blueprint.tables["positions"]
    event = event_of_lot(books, lot)
    position = position_of_lot(books, event)
    if lot == piece.lot:
        return f"it is the lot that was sold ({id_of_lot(books, lot)})", SAME_LOT
    if not _is_acquisition(books, event):
        action = ACTIONS[books.journal.action[row_of_event(books, event)]]
        return f"{action} is no purchase or taxable exchange", authorities_of(in_window)
    if int(positions["pool"][position]) != int(positions["pool"][piece.position]):
        return f"{account_of(books, position)} belongs to another taxpayer", ()
    if int(positions["flags"][position]) & kinds.NO_CANDIDATE:
        return "purchases of a section 475 account do not count (D19)", ()
    acquired, sold = symbol_of(books, position), symbol_of(books, piece.position)
    if not books.identity.replaces(acquired, sold, piece.window):
        return "it was not substantially identical on the day of the sale", authorities_of(replaces)
    return None


def _is_acquisition(books: Books, event: int) -> bool:
    """Whether an event acquires by purchase or taxable exchange."""
    tables = books.blueprint.tables
    detail = int(tables["events"]["detail"][event])
    if detail == NONE or int(tables["events"]["kind"][event]) in ALWAYS_ACQUIRED:
        return True
    return bool(int(tables["details"]["flags"][detail]) & kinds.ACQUISITION)
