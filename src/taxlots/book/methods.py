"""Relief methods: which sub-lot leaves next.

FIFO, LIFO, HIFO and LOFO are orders that never change; MINTAX depends on the price and on the day
of the sale.  Ties go to the earliest acquired (decision D13).
"""

from typing import Final

from taxlots.book.heaps import HIGH, LOW, top
from taxlots.book.kinds import DUAL_BASIS, FIFO, HIFO, INHERITED, LIFO, LOFO
from taxlots.book.tables import NONE, Book
from taxlots.domain.money import ratio_exceeds
from taxlots.law.s1222_term import is_long_term

SHORT_LOSS: Final = 1
LONG_LOSS: Final = 2
SHORT_ZERO: Final = 3
LONG_ZERO: Final = 4
LONG_GAIN: Final = 5
SHORT_GAIN: Final = 6


def next_by_method(b: Book, event: int, position: int, method: int) -> int:
    """The sub-lot that leaves next from a position that still holds something."""
    if method == FIFO:
        return b.positions[position].head
    if method == LIFO:
        return _first_of_last_lot(b, position)
    if method == HIFO:
        return top(b, HIGH, position)
    if method == LOFO:
        return top(b, LOW, position)
    return _least_tax_bucket(b, event, position)


def _first_of_last_lot(b: Book, position: int) -> int:
    at = b.positions[position].tail
    while True:
        before = b.slots[at].previous
        if before == NONE or b.slots[before].lot != b.slots[at].lot:
            return at
        at = before


def _least_tax_bucket(b: Book, event: int, position: int) -> int:
    """The first sub-lot in the six buckets that brokers call MinTax or Tax Lot Optimizer.

    Inside a bucket the greatest loss or the smallest gain per unit goes first, which is the
    highest ratio either way (investor.vanguard.com, "MinTax"; Schwab, "Tax Lot Optimizer").
    """
    best = NONE
    best_bucket = 0
    best_cents = 0
    best_quantity = 1
    at = b.positions[position].head
    while at != NONE:
        bucket = _bucket(b, event, at)
        slot = b.slots[at]
        cents = slot.key_cents
        quantity = slot.key_quantity
        if bucket <= LONG_LOSS and slot.flags & DUAL_BASIS:
            cents = slot.loss_cents
            quantity = slot.whole_quantity
        is_zero = bucket in (SHORT_ZERO, LONG_ZERO)
        if (
            best == NONE
            or bucket < best_bucket
            or (
                bucket == best_bucket
                and not is_zero
                and ratio_exceeds(cents, quantity, best_cents, best_quantity)
            )
        ):
            best = at
            best_bucket = bucket
            best_cents = cents
            best_quantity = quantity
        at = slot.next
    return best


def _bucket(b: Book, event: int, at: int) -> int:
    e = b.events[event]
    slot = b.slots[at]
    is_long = slot.flags & INHERITED or is_long_term(slot.holding_period, e.day)
    is_loss = ratio_exceeds(slot.key_cents, slot.key_quantity, e.cents, e.quantity)
    is_gain = ratio_exceeds(e.cents, e.quantity, slot.key_cents, slot.key_quantity)
    if slot.flags & DUAL_BASIS:
        is_loss = ratio_exceeds(slot.loss_cents, slot.whole_quantity, e.cents, e.quantity)
    if is_gain:
        return LONG_GAIN if is_long else SHORT_GAIN
    if is_loss:
        if slot.flags & DUAL_BASIS:
            is_long = is_long_term(slot.acquired, e.day)
        return LONG_LOSS if is_long else SHORT_LOSS
    return LONG_ZERO if is_long else SHORT_ZERO
