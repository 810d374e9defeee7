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
from taxlots.workflows.explain_lot import id_of_lot, position_of_lot
from taxlots.workflows.family_history import FamilyHistory

SAME_LOT = ("Rev. Rul. 56-602",)
EACH_ONCE = ("Treas. Reg. 1.1091-1(e)",)

Passed = tuple[int, str, tuple[str, ...]]
"""The journal row of a lot, why it replaced nothing, and by which authority."""


def passed_over(
    books: Books, history: FamilyHistory, sale: int, piece: Row, left: int
) -> Iterator[Passed]:
    """The lots of the family acquired within the window that did not replace a piece's loss.

    ``left`` is what of the piece met no replacement, in 1e-8 units.
    """
    events = books.blueprint.tables["events"]
    sold = int(events["day"][sale])
    used = {m.lot for m in history.matches if m.loss_event == sale and m.loss_lot == piece.lot}
    opened = books.state.table("lots")["event"]
    mine = set(history.events.tolist())
    for lot in np.flatnonzero(opened != NONE).tolist():
        event = int(opened[lot])
        if event not in mine or lot in used or not in_window(sold, int(events["day"][event])):
            continue
        why, cites = _reason(books, history, sale, piece, lot, left)
        yield int(events["row"][event]), why, cites


def _reason(
    books: Books, history: FamilyHistory, sale: int, piece: Row, lot: int, left: int
) -> tuple[str, tuple[str, ...]]:
    rules = books.record.policy
    standing = _standing(books, sale, piece, lot)
    if standing is not None:
        return standing
    if not rules.count_older_than_sold and lot < piece.lot:
        return "it is older than the lot sold, and count_older_than_sold is false (D3)", ()
    if left <= 0:
        return "the whole loss had met its replacement", ()
    return _gone(books, history, sale, lot)


def _gone(books: Books, history: FamilyHistory, sale: int, lot: int) -> tuple[str, tuple[str, ...]]:
    """What became of a lot's shares before they could replace a loss."""
    others = [match.loss_event for match in history.matches if match.lot == lot]
    if others:
        events = books.blueprint.tables["events"]["row"]
        sales = ", ".join(dict.fromkeys(books.journal.id(int(events[e])) for e in others))
        return f"its shares replaced the loss of {sales}, and each serves once", EACH_ONCE
    sales_of_lot = sorted(row.event for row in history.rows if row.lot == lot)
    if sale in sales_of_lot:
        return "the same order sold it (held_after_sale, D1)", ()
    if sales_of_lot and sales_of_lot[0] < sale:
        return "it was sold before (sold_before_counts, D2)", ()
    return "none of its shares were held and unused", ()


def _standing(books: Books, sale: int, piece: Row, lot: int) -> tuple[str, tuple[str, ...]] | None:
    """Why a lot cannot replace the loss whatever is held of it; None if it can."""
    tables = books.blueprint.tables
    event = int(books.state.table("lots")["event"][lot])
    positions = tables["positions"]
    position = position_of_lot(books, event)
    own = int(tables["events"]["position"][sale])
    if lot == piece.lot:
        return f"it is the lot that was sold ({id_of_lot(books, lot)})", SAME_LOT
    detail = int(tables["events"]["detail"][event])
    flags = kinds.ACQUISITION if detail == NONE else int(tables["details"]["flags"][detail])
    if not flags & kinds.ACQUISITION:
        action = ACTIONS[books.journal.action[int(tables["events"]["row"][event])]]
        return f"{action} is no purchase or taxable exchange", authorities_of(in_window)
    if int(positions["pool"][position]) != int(positions["pool"][own]):
        return f"{books.blueprint.places[position][0]} belongs to another taxpayer", ()
    if int(positions["flags"][position]) & kinds.NO_CANDIDATE:
        return "purchases of a section 475 account do not count (D19)", ()
    places = books.blueprint.places
    day = int(tables["events"]["day"][sale])
    is_identical = books.identity.replaces(places[position][1], places[own][1], day)
    if not is_identical:
        return "it was not substantially identical on the day of the sale", authorities_of(replaces)
    return None
