"""What is held when a short sale is entered into: 26 USC 1259 and 1233(d)."""

from taxlots.book.actions import rebase
from taxlots.book.heaps import start_anew
from taxlots.book.kinds import (
    CONSTRUCTIVE,
    DUAL_BASIS,
    INHERITED,
    LONG_BACKED,
    RESTARTED,
    SHORT,
    UNKNOWN_BASIS,
)
from taxlots.book.pools import form, settle
from taxlots.book.positions import set_loss_basis, set_wash
from taxlots.book.ranks import begin_walk, next_in_walk
from taxlots.book.restarts import split_off
from taxlots.book.sale import new_row
from taxlots.book.tables import NONE, Book
from taxlots.domain.money import apportion
from taxlots.law.s1233_short_sales import backs_long_term
from taxlots.law.s1259_constructive_sales import deemed_gain


def deem_sold(b: Book, at: int) -> None:
    """Realize the gain of what is held against new short units, as if sold at their price.

    Units against which older short lots stand are passed over.
    """
    e = b.events[at]
    _settle_all(b, e.position)
    passed = _owed(b, e.position, 0)
    count = begin_walk(b, e.position, 0, 0)
    slot_at = next_in_walk(b, 0, count)
    seen = 0
    while slot_at != NONE and seen < e.quantity:
        skipped = min(passed, b.slots[slot_at].quantity)
        passed -= skipped
        units = min(b.slots[slot_at].quantity - skipped, e.quantity - seen)
        if units > 0:
            value = apportion(e.cents, seen + units, e.quantity) - apportion(
                e.cents, seen, e.quantity
            )
            seen += units
            _deem_part_sold(b, at, slot_at, skipped, units, value)
        slot_at = next_in_walk(b, 0, count)
    _form_all(b, e.position)


def _deem_part_sold(b: Book, at: int, slot_at: int, skipped: int, units: int, value: int) -> None:
    """Realize a part of a sub-lot, behind the units that are passed over, if it appreciated."""
    if b.slots[slot_at].flags & UNKNOWN_BASIS:
        return
    basis = _basis_behind(b, slot_at, skipped, units)
    if deemed_gain(value, basis) == 0:
        return
    if skipped > 0:
        split_off(b, slot_at, skipped)
    part = split_off(b, slot_at, units)
    row = b.rows[new_row(b, at, part, units, value)]
    row.flags = row.flags & ~DUAL_BASIS | CONSTRUCTIVE
    row.basis_cents = basis
    b.tally[0].basis_in_cents += value
    anew = rebase(b, part, value - basis)
    slot = b.slots[anew]
    set_wash(b, anew, 0)
    set_loss_basis(b, anew, 0)
    slot.flags = slot.flags & ~(DUAL_BASIS | INHERITED | RESTARTED)
    start_anew(b, anew, b.events[at].day)


def _basis_behind(b: Book, slot_at: int, skipped: int, units: int) -> int:
    """Basis of units of a sub-lot behind those that are passed over; all stay where they are."""
    slot = b.slots[slot_at]
    first = slot.whole_quantity - slot.quantity + skipped
    return apportion(slot.whole_cents, first + units, slot.whole_quantity) - apportion(
        slot.whole_cents, first, slot.whole_quantity
    )


def long_backed_units(b: Book, position: int, day: int) -> int:
    """Units held long-term on a day that do not back another open short lot."""
    backing = 0
    count = begin_walk(b, position, 0, 0)
    slot_at = next_in_walk(b, 0, count)
    while slot_at != NONE:
        slot = b.slots[slot_at]
        if slot.flags & INHERITED or backs_long_term(slot.holding_period, day):
            backing += slot.quantity
        slot_at = next_in_walk(b, 0, count)
    return max(0, backing - _owed(b, position, LONG_BACKED))


def _owed(b: Book, position: int, flags: int) -> int:
    """Open short units of the symbol and tax return; those alone that bear the flags."""
    owed = 0
    count = begin_walk(b, position, 0, SHORT)
    slot_at = next_in_walk(b, 0, count)
    while slot_at != NONE:
        if b.slots[slot_at].flags & flags == flags:
            owed += b.slots[slot_at].quantity
        slot_at = next_in_walk(b, 0, count)
    return owed


def _settle_all(b: Book, position: int) -> None:
    at = b.positions[position].first_of_symbol
    while at != NONE:
        if b.positions[at].tax_return == b.positions[position].tax_return:
            settle(b, at)
        at = b.positions[at].next_of_symbol


def _form_all(b: Book, position: int) -> None:
    at = b.positions[position].first_of_symbol
    while at != NONE:
        form(b, at)
        at = b.positions[at].next_of_symbol
