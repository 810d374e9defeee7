"""What an event is about to take out of lots, by a dry run of its relief alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from taxlots.book import kinds
from taxlots.book.pools import is_averaged, is_covered_lot, leave_pool, settle
from taxlots.book.positions import free_slot, loss_of_part, relieve, wash_of_part
from taxlots.book.relief import first_pick, next_relief
from taxlots.book.restarts import restart_before_sale
from taxlots.book.state import State
from taxlots.book.tables import NONE, Book
from taxlots.book.terms import cash_cents, new_units, value_cents
from taxlots.workflows.family_record import Relieved

SELLING: Final = frozenset({kinds.SELL, kinds.SURRENDER, kinds.EXPIRE})
OPTIONS_LEAVE: Final = frozenset({kinds.OPTION_LEG, kinds.OPEN_BY_OPTION})
RELIEVING: Final = SELLING | OPTIONS_LEAVE | {kinds.COVER, kinds.DELIVER}
"""Events that take units out of lots and say what became of each."""


def relieved_by(state: State, at: int) -> list[Relieved]:
    """What the next event takes out, in order of relief; nothing where nothing is held."""
    book = state.fork().book
    kind = book.events[at].kind
    if kind == kinds.SURRENDER:
        _size_surrender(book, at)
    elif kind == kinds.EXPIRE:
        _size_expiry(book, at)
    event = book.events[at]
    if not 0 < event.quantity <= book.positions[event.position].quantity:
        return []
    if book.positions[event.position].flags & kinds.SHORT or kind in OPTIONS_LEAVE:
        return _contracts(book, at)
    return _delivered(book, at) if kind == kinds.DELIVER else _sold(book, at)


def pool_of(book: Book, slot_at: int) -> tuple[int, int]:
    """The average-basis pool that a sub-lot is in: cents and units."""
    average = book.averages[book.positions[book.slots[slot_at].position].average]
    if average.is_single or is_covered_lot(book, slot_at):
        return average.cents, average.units
    return average.other_cents, average.other_units


def _size_surrender(book: Book, at: int) -> None:
    """Everything that is held, for what the terms pay."""
    event = book.events[at]
    detail = book.details[event.detail]
    terms = book.terms[detail.terms]
    if event.quantity == 0:
        event.quantity = book.positions[event.position].quantity
    event.cents = cash_cents(terms, event.quantity)
    if detail.to_position != NONE:
        event.cents += value_cents(terms, new_units(book, at, event.quantity))


def _size_expiry(book: Book, at: int) -> None:
    """What is held lapses, else what was written."""
    event = book.events[at]
    written = book.details[event.detail].to_position
    if book.positions[event.position].quantity == 0 and written != NONE:
        event.position = written
    if event.quantity == 0:
        event.quantity = book.positions[event.position].quantity


def _sold(book: Book, at: int) -> list[Relieved]:
    event = book.events[at]
    position = book.positions[event.position]
    realizes = not position.flags & kinds.TAX_DEFERRED
    method = event.method if event.kind == kinds.SELL else kinds.FIFO
    pick, of_pick = first_pick(book, at)
    if is_averaged(book, event.position):
        method, pick = kinds.FIFO, NONE
    left = event.quantity
    taken = []
    while left > 0:
        source, units, pick, of_pick = next_relief(book, at, method, pick, of_pick, left)
        if position.flags & kinds.SHORTED and realizes:
            of_pick += units
            source, units = restart_before_sale(book, source, units, event.day)
            of_pick -= units
        left -= units
        taken.append(_take(book, source, units, is_sale=realizes))
    return taken


def _contracts(book: Book, at: int) -> list[Relieved]:
    """Short lots that are closed, or options that are exercised or assigned."""
    event = book.events[at]
    is_written = book.positions[event.position].flags & kinds.SHORT
    by_row = event.kind in (kinds.COVER, kinds.EXPIRE)
    method = kinds.FIFO
    pick, of_pick = first_pick(book, at) if by_row else (NONE, 0)
    if event.kind == kinds.OPEN_BY_OPTION and not is_written:
        pick, of_pick = first_pick(book, at)
        method = event.method
    left = event.quantity
    taken = []
    while left > 0:
        source, units, pick, of_pick = next_relief(book, at, method, pick, of_pick, left)
        left -= units
        taken.append(_take(book, source, units))
    return taken


def _delivered(book: Book, at: int) -> list[Relieved]:
    """Long parts, each with the short part that it closes."""
    event = book.events[at]
    short = book.details[event.detail].to_position
    settle(book, event.position)
    pick, of_pick = first_pick(book, at)
    left = event.quantity
    taken = []
    while left > 0:
        source, units, pick, of_pick = next_relief(book, at, kinds.FIFO, pick, of_pick, left)
        against = book.positions[short].head
        of_pick += units
        units = min(units, book.slots[against].quantity)
        of_pick -= units
        left -= units
        owed = _take(book, against, units)
        taken.append(
            replace(
                _take(book, source, units),
                against=owed.lot,
                opened=owed.acquired,
                owed_cents=owed.basis,
                owed_wash=owed.wash,
                is_long_backed=owed.is_long_backed,
            )
        )
    return taken


def _take(book: Book, source: int, units: int, *, is_sale: bool = False) -> Relieved:
    """Relieve units of a sub-lot and say where they stood in it."""
    slot = replace(book.slots[source])
    wash = wash_of_part(book, source, units)
    loss = loss_of_part(book, source, units)
    pool = None
    if slot.flags & kinds.POOLED and is_sale:
        pool = pool_of(book, source)
        basis = leave_pool(book, source, units)
        relieve(book, source, units)
    else:
        basis = relieve(book, source, units)
    if book.slots[source].quantity == 0:
        free_slot(book, source)
    return Relieved(
        lot=slot.lot,
        sub=slot.sub,
        quantity=units,
        basis=basis,
        wash=wash,
        loss_basis=loss if slot.flags & kinds.DUAL_BASIS else basis,
        holding_period=slot.holding_period,
        acquired=slot.acquired,
        whole_quantity=slot.whole_quantity,
        whole_cents=slot.whole_cents,
        relieved_before=slot.whole_quantity - slot.quantity,
        pool=pool,
        is_long_backed=bool(slot.flags & kinds.LONG_BACKED),
    )
