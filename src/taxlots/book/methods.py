"""Relief methods: which sub-lot leaves next.

FIFO, LIFO, HIFO and LOFO are orders that never change; the others depend on the price and on the
day of the sale.  Ties go to the earliest acquired (decision D13).
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
from taxlots.book.kinds import (
    DUAL_BASIS,
    FIFO,
    HIFO,
    IBKR_MLG,
    IBKR_MSG,
    INHERITED,
    LIFO,
    LOFO,
    LONG_TERM_FIRST,
    LOSS_FIRST,
    MINTAX,
    TWO_BASES,
)
from taxlots.book.tables import NONE, Book
from taxlots.domain.money import ratio_exceeds
from taxlots.law.s1222_term import is_long_term

SHORT_LOSS: Final = 1
LONG_LOSS: Final = 2
SHORT_ZERO: Final = 3
LONG_ZERO: Final = 4
LONG_GAIN: Final = 5
SHORT_GAIN: Final = 6

TURNS: Final = (
    (0, 1, 2, 3, 4, 5, 6),
    (0, 5, 6, 4, 2, 1, 3),
    (0, 2, 1, 3, 5, 6, 4),
    (0, 6, 5, 2, 4, 3, 1),
    (0, 1, 2, 5, 3, 4, 6),
    (0, 1, 1, 2, 2, 2, 2),
    (0, 2, 1, 2, 1, 1, 2),
)
"""The turn of each bucket: of MINTAX, IBKR_MLG, _MLL, _MSG, _MSL, LOSS_FIRST, LONG_TERM_FIRST.

A sale without gain or loss counts as the least gain of its term; MINTAX has buckets for it.
(investor.vanguard.com, "MinTax"; Schwab, "Tax Lot Optimizer"; ibkrguides.com, "Tax Optimizer".)
"""


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
    return _by_bucket(b, event, position, method)


def _first_of_last_lot(b: Book, position: int) -> int:
    at = b.positions[position].tail
    while True:
        before = b.slots[at].previous
        if before == NONE or b.slots[before].lot != b.slots[at].lot:
            return at
        at = before


def _by_bucket(b: Book, event: int, position: int, method: int) -> int:
    """The first sub-lot by buckets of term and outcome.

    Inside a bucket the methods that want losses, or small gains, take the highest ratio first;
    those that want gains, or small losses, the lowest.  Of one term that is also the order of the
    buckets.  So it is the first sub-lot by ratio of either term, whichever is in the earlier
    bucket; but a gift may have one ratio for gain and another for loss.
    """
    if b.positions[position].flags & TWO_BASES or has_few(b, TURN, position):
        return _first_of_all(b, event, position, method)
    if method == LOSS_FIRST:
        at = first(b, HIGH, position)
        return at if _bucket(b, event, at) <= LONG_LOSS else b.positions[position].head
    day = b.events[event].day
    heap = LOW if _wants_gain(method) else HIGH
    short = first_of_term(b, heap, position, SHORT_SIDE, day)
    long = first_of_term(b, heap, position, LONG_SIDE, day)
    if short == NONE:
        return long
    if long == NONE or _turn(b, event, short, method) < _turn(b, event, long, method):
        return short
    return long


def _first_of_all(b: Book, event: int, position: int, method: int) -> int:
    """The same, looking at every sub-lot in turn."""
    best = b.positions[position].head
    best_turn = _turn(b, event, best, method)
    at = b.slots[best].next
    while at != NONE:
        turn = _turn(b, event, at, method)
        if turn < best_turn or (turn == best_turn and _beats(b, event, method, at, best)):
            best = at
            best_turn = turn
        at = b.slots[at].next
    return best


def _turn(b: Book, event: int, at: int, method: int) -> int:
    return TURNS[method - MINTAX][_bucket(b, event, at)]


def _wants_gain(method: int) -> bool:
    return method in (IBKR_MLG, IBKR_MSG)


def _beats(b: Book, event: int, method: int, at: int, other: int) -> bool:
    """Whether a sub-lot goes before another one that stands in front of it, of the same turn."""
    bucket = 0 if method == LONG_TERM_FIRST else _bucket(b, event, at)
    if method == LOSS_FIRST and bucket > LONG_LOSS:
        return False
    if bucket in (SHORT_ZERO, LONG_ZERO):
        return is_earlier(b, at, other)
    cents, quantity = _ratio_in(b, bucket, at)
    other_cents, other_quantity = _ratio_in(b, bucket, other)
    if ratio_exceeds(cents, quantity, other_cents, other_quantity):
        return not _wants_gain(method)
    if ratio_exceeds(other_cents, other_quantity, cents, quantity):
        return _wants_gain(method)
    return is_earlier(b, at, other)


def _ratio_in(b: Book, bucket: int, at: int) -> tuple[int, int]:
    """The ratio that counts in a bucket: a gift's for loss in those of losses."""
    slot = b.slots[at]
    if bucket in (SHORT_LOSS, LONG_LOSS) and slot.flags & DUAL_BASIS:
        return slot.key_loss_cents, slot.key_quantity
    return slot.key_cents, slot.key_quantity


def _bucket(b: Book, event: int, at: int) -> int:
    e = b.events[event]
    slot = b.slots[at]
    is_long = slot.flags & INHERITED or is_long_term(slot.holding_period, e.day)
    is_loss = ratio_exceeds(slot.key_cents, slot.key_quantity, e.cents, e.quantity)
    is_gain = ratio_exceeds(e.cents, e.quantity, slot.key_cents, slot.key_quantity)
    if slot.flags & DUAL_BASIS:
        is_loss = ratio_exceeds(slot.key_loss_cents, slot.key_quantity, e.cents, e.quantity)
    if is_gain:
        return LONG_GAIN if is_long else SHORT_GAIN
    if is_loss:
        if slot.flags & DUAL_BASIS:
            is_long = is_long_term(slot.acquired, e.day)
        return LONG_LOSS if is_long else SHORT_LOSS
    return LONG_ZERO if is_long else SHORT_ZERO
