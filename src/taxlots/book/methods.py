"""Relief methods: which sub-lot leaves next.

FIFO, LIFO, HIFO and LOFO are orders that never change; MINTAX depends on the price and on the day
of the sale.  Ties go to the earliest acquired (decision D13).
"""

from typing import Final

from taxlots.book.heaps import (
    HIGH,
    LONG_SIDE,
    LOW,
    SHORT_SIDE,
    TURN,
    first,
    first_of_term,
    has_few,
    is_earlier,
)
from taxlots.book.kinds import DUAL_BASIS, FIFO, HIFO, INHERITED, LIFO, LOFO, TWO_BASES
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
        return first(b, HIGH, position)
    if method == LOFO:
        return first(b, LOW, position)
    return _least_tax(b, event, position)


def _first_of_last_lot(b: Book, position: int) -> int:
    at = b.positions[position].tail
    while True:
        before = b.slots[at].previous
        if before == NONE or b.slots[before].lot != b.slots[at].lot:
            return at
        at = before


def _least_tax(b: Book, event: int, position: int) -> int:
    """The first sub-lot in the six buckets that brokers call MinTax or Tax Lot Optimizer.

    Inside a bucket the greatest loss or the smallest gain per unit goes first, which is the
    highest ratio either way (investor.vanguard.com, "MinTax"; Schwab, "Tax Lot Optimizer").  So it
    is the sub-lot of highest ratio of either term, whichever is in the lower bucket; but a gift may
    have one ratio for gain and another for loss.
    """
    if b.positions[position].flags & TWO_BASES or has_few(b, TURN, position):
        return _least_tax_of_all(b, event, position)
    day = b.events[event].day
    short = first_of_term(b, HIGH, position, SHORT_SIDE, day)
    long = first_of_term(b, HIGH, position, LONG_SIDE, day)
    if short == NONE:
        return long
    if long == NONE or _bucket(b, event, short) < _bucket(b, event, long):
        return short
    return long


def _least_tax_of_all(b: Book, event: int, position: int) -> int:
    """The same, looking at every sub-lot in turn."""
    best = b.positions[position].head
    best_bucket = _bucket(b, event, best)
    at = b.slots[best].next
    while at != NONE:
        bucket = _bucket(b, event, at)
        if bucket < best_bucket or (bucket == best_bucket and _beats(b, bucket, at, best)):
            best = at
            best_bucket = bucket
        at = b.slots[at].next
    return best


def _beats(b: Book, bucket: int, at: int, other: int) -> bool:
    """Whether a sub-lot goes before another of its bucket."""
    if bucket in (SHORT_ZERO, LONG_ZERO):
        return is_earlier(b, at, other)
    cents, quantity = _ratio_in(b, bucket, at)
    other_cents, other_quantity = _ratio_in(b, bucket, other)
    if ratio_exceeds(cents, quantity, other_cents, other_quantity):
        return True
    if ratio_exceeds(other_cents, other_quantity, cents, quantity):
        return False
    return is_earlier(b, at, other)


def _ratio_in(b: Book, bucket: int, at: int) -> tuple[int, int]:
    """The ratio that counts in a bucket: a gift's for loss in those of losses."""
    slot = b.slots[at]
    if bucket <= LONG_LOSS and slot.flags & DUAL_BASIS:
        return slot.loss_cents, slot.whole_quantity
    return slot.key_cents, slot.key_quantity


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
