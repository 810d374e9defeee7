"""Sub-lots in their places: the list of a position, the chain of a lot, the queue of a pool.

Every list is doubly linked through fields of ``Slot``, so that a sub-lot enters or leaves one in
constant time.  A position's list runs in order of acquisition, which is also the order of relief
under FIFO and the order in which a split is shared out.
"""

from typing import Final

from taxlots.book.heaps import enter, keep_turn, leave
from taxlots.book.kinds import CLOSED, DUAL_BASIS, HEAPS, TWO_BASES, UNUSED
from taxlots.book.tables import NONE, Book
from taxlots.law.s1012_basis import basis_of_part
from taxlots.law.s1091_wash_sale import window_end

LAST_SUB: Final = 1 << 30
"""The place of a lot's plain rest when its adjusted parts leave first."""


def new_slot(b: Book) -> int:
    """A blank sub-lot, reused from the free list where there is one."""
    tally = b.tally[0]
    at = tally.free_slot
    if at == NONE:
        at = tally.slots
        tally.slots = at + 1
    else:
        tally.free_slot = b.slots[at].next
    slot = b.slots[at]
    slot.flags = 0
    slot.sub = 0
    slot.previous = NONE
    slot.next = NONE
    slot.earlier_candidate = NONE
    slot.later_candidate = NONE
    slot.previous_of_lot = NONE
    slot.next_of_lot = NONE
    slot.row = NONE
    slot.wash_cents = 0
    slot.wash_open_cents = 0
    slot.loss_cents = 0
    slot.loss_open_cents = 0
    return at


def free_slot(b: Book, at: int) -> None:
    """Give back an empty sub-lot."""
    slot = b.slots[at]
    slot.quantity = 0
    slot.flags = 0
    tally = b.tally[0]
    slot.next = tally.free_slot
    tally.free_slot = at


def _precedes(b: Book, at: int, other: int) -> bool:
    first = b.slots[at]
    second = b.slots[other]
    return first.lot < second.lot or (first.lot == second.lot and first.sub < second.sub)


def link(b: Book, at: int, position: int, near: int) -> None:
    """Put a filled sub-lot into a position, in order; ``near`` is where to start looking."""
    after = near
    while after != NONE and _precedes(b, at, after):
        after = b.slots[after].previous
    following = b.positions[position].head if after == NONE else b.slots[after].next
    while following != NONE and not _precedes(b, at, following):
        after = following
        following = b.slots[following].next
    insert(b, at, position, after)


def link_in_turn(b: Book, at: int, position: int, arrival: int) -> None:
    """Put a filled sub-lot into a position, in order, as if it had come there at its old turn."""
    slot = b.slots[at]
    after = b.positions[position].tail
    while after != NONE:
        other = b.slots[after]
        is_same = other.lot == slot.lot and other.sub == slot.sub
        if not _precedes(b, at, after) and not (is_same and other.arrival > arrival):
            break
        after = other.previous
    insert(b, at, position, after)
    keep_turn(b, at, arrival)


def insert(b: Book, at: int, position: int, after: int) -> None:
    """Put a filled sub-lot into a position right after another (NONE: first)."""
    p = b.positions[position]
    slot = b.slots[at]
    slot.position = position
    tally = b.tally[0]
    tally.arrivals += 1
    slot.arrival = tally.arrivals
    following = p.head if after == NONE else b.slots[after].next
    slot.previous = after
    slot.next = following
    if after == NONE:
        p.head = at
    else:
        b.slots[after].next = at
    if following == NONE:
        p.tail = at
    else:
        b.slots[following].previous = at
    p.quantity += slot.quantity
    p.slots += 1
    lot = b.lots[slot.lot]
    slot.previous_of_lot = NONE
    slot.next_of_lot = lot.slot
    if lot.slot != NONE:
        b.slots[lot.slot].previous_of_lot = at
    lot.slot = at
    if p.flags & HEAPS:
        enter(b, position, at)
    if slot.flags & DUAL_BASIS:
        p.flags = p.flags | TWO_BASES


def unlink(b: Book, at: int) -> None:
    """Take a sub-lot out of its position and its lot's chain.  Its quantity must be counted off."""
    slot = b.slots[at]
    p = b.positions[slot.position]
    if p.flags & HEAPS:
        leave(b, at)
    if slot.previous == NONE:
        p.head = slot.next
    else:
        b.slots[slot.previous].next = slot.next
    if slot.next == NONE:
        p.tail = slot.previous
    else:
        b.slots[slot.next].previous = slot.previous
    p.slots -= 1
    if slot.previous_of_lot == NONE:
        b.lots[slot.lot].slot = slot.next_of_lot
    else:
        b.slots[slot.previous_of_lot].next_of_lot = slot.next_of_lot
    if slot.next_of_lot != NONE:
        b.slots[slot.next_of_lot].previous_of_lot = slot.previous_of_lot


def queue_candidate(b: Book, at: int, after: int) -> None:
    """Put an unused sub-lot into its pool's queue of candidates, right after another."""
    slot = b.slots[at]
    pool = b.pools[b.positions[slot.position].pool]
    following = pool.first_candidate if after == NONE else b.slots[after].later_candidate
    slot.earlier_candidate = after
    slot.later_candidate = following
    if after == NONE:
        pool.first_candidate = at
    else:
        b.slots[after].later_candidate = at
    if following == NONE:
        pool.last_candidate = at
    else:
        b.slots[following].earlier_candidate = at
    slot.flags = slot.flags | UNUSED
    pool.candidates += 1


def leave_candidates(b: Book, at: int) -> None:
    """Take a sub-lot out of the queue of candidates."""
    slot = b.slots[at]
    pool = b.pools[b.positions[slot.position].pool]
    if slot.earlier_candidate == NONE:
        pool.first_candidate = slot.later_candidate
    else:
        b.slots[slot.earlier_candidate].later_candidate = slot.later_candidate
    if slot.later_candidate == NONE:
        pool.last_candidate = slot.earlier_candidate
    else:
        b.slots[slot.later_candidate].earlier_candidate = slot.earlier_candidate
    slot.flags = slot.flags & ~UNUSED
    pool.candidates -= 1


def expire_candidates(b: Book, pool_at: int, day: int) -> None:
    """Drop the candidates whose window has passed by ``day``."""
    pool = b.pools[pool_at]
    while pool.first_candidate != NONE:
        at = pool.first_candidate
        if window_end(b.slots[at].acquired) >= day:
            return
        leave_candidates(b, at)
        if b.slots[at].flags & CLOSED:
            free_slot(b, at)


def wash_of_part(b: Book, at: int, units: int) -> int:
    """The deferred loss that the next ``units`` of a sub-lot take along."""
    slot = b.slots[at]
    if slot.wash_cents == 0:
        return 0
    return basis_of_part(
        slot.wash_cents, slot.whole_quantity, slot.wash_open_cents, slot.quantity, units
    )


def loss_of_part(b: Book, at: int, units: int) -> int:
    """The basis for loss that the next ``units`` of a gift take along."""
    slot = b.slots[at]
    if slot.loss_cents == 0:
        return 0
    return basis_of_part(
        slot.loss_cents, slot.whole_quantity, slot.loss_open_cents, slot.quantity, units
    )


def set_wash(b: Book, at: int, cents: int) -> None:
    """Let a sub-lot, a whole by now, have so much deferred loss inside its basis."""
    b.slots[at].wash_cents = cents
    b.slots[at].wash_open_cents = cents


def set_loss_basis(b: Book, at: int, cents: int) -> None:
    """Let a gift, a whole by now, have another basis for loss."""
    b.slots[at].loss_cents = cents
    b.slots[at].loss_open_cents = cents


def keep_own_ratio(b: Book, at: int) -> None:
    """Let methods rank a sub-lot, a whole by now, by its own ratios from here on."""
    slot = b.slots[at]
    slot.key_quantity = slot.whole_quantity
    slot.key_cents = slot.whole_cents
    slot.key_loss_cents = slot.loss_cents


def relieve(b: Book, at: int, units: int) -> int:
    """Take ``units`` out of a sub-lot and return their basis in cents.

    An emptied sub-lot leaves its lists; its fields can be read until the next ``new_slot``.
    """
    slot = b.slots[at]
    basis = basis_of_part(
        slot.whole_cents, slot.whole_quantity, slot.open_cents, slot.quantity, units
    )
    if slot.wash_cents != 0:
        slot.wash_open_cents -= wash_of_part(b, at, units)
    if slot.loss_cents != 0:
        slot.loss_open_cents -= loss_of_part(b, at, units)
    slot.quantity -= units
    slot.open_cents -= basis
    b.positions[slot.position].quantity -= units
    if slot.quantity == 0:
        if slot.flags & UNUSED:
            leave_candidates(b, at)
        unlink(b, at)
    return basis


def _last_of_lot(b: Book, at: int) -> int:
    """The last part of a candidate's lot in the queue: what moves stands behind what stayed."""
    last = at
    following = b.slots[last].later_candidate
    while following != NONE and b.slots[following].lot == b.slots[at].lot:
        last = following
        following = b.slots[last].later_candidate
    return last


def detach(b: Book, at: int, units: int, target: int, keeps_turn: bool) -> int:
    """Take ``units`` out of a sub-lot into one of their own, destined for another position.

    A sub-lot that leaves entire keeps its whole; a part of one becomes a whole of its own.  The
    new sub-lot stands in the queue of candidates with its lot, in the old one's turn if it keeps
    that, else last; it is in no position yet.
    """
    source = b.slots[at]
    entire = units == source.quantity
    fresh = new_slot(b)
    slot = b.slots[fresh]
    slot.lot = source.lot
    slot.position = target
    slot.acquired = source.acquired
    slot.holding_period = source.holding_period
    slot.flags = source.flags & ~UNUSED
    slot.sub = source.sub
    slot.key_quantity = source.key_quantity
    slot.key_cents = source.key_cents
    slot.key_loss_cents = source.key_loss_cents
    slot.quantity = units
    slot.wash_cents = source.wash_cents
    slot.wash_open_cents = source.wash_open_cents
    slot.loss_cents = source.loss_cents
    slot.loss_open_cents = source.loss_open_cents
    slot.whole_quantity = source.whole_quantity
    slot.whole_cents = source.whole_cents
    if not entire:
        set_wash(b, fresh, wash_of_part(b, at, units))
        set_loss_basis(b, fresh, loss_of_part(b, at, units))
    same_pool = b.positions[source.position].pool == b.positions[target].pool
    if source.flags & UNUSED and same_pool:
        queue_candidate(b, fresh, at if keeps_turn else _last_of_lot(b, at))
    slot.open_cents = relieve(b, at, units)
    if entire:
        free_slot(b, at)
    else:
        slot.whole_quantity = units
        slot.whole_cents = slot.open_cents
    return fresh


def move(b: Book, at: int, units: int, target: int) -> int:
    """Move ``units`` of a sub-lot to another position and return the sub-lot that holds them."""
    fresh = detach(b, at, units, target, False)
    link(b, fresh, target, b.positions[target].tail)
    return fresh
