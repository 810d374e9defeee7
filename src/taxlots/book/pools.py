"""Average basis: the pools of a position.  Treas. Reg. 1.1012-1(e).

While averaging is in force a sub-lot in a pool goes on keeping its own basis, which a timely
revocation restores; what a sale uses is the pool's.  What happens otherwise to the position
settles the pool first: its cents are spread over its sub-lots, and it forms again afterwards.
"""

from taxlots.book.heaps import forget
from taxlots.book.kinds import (
    AVERAGED,
    COVERED,
    DUAL_BASIS,
    NONCOVERED,
    PLAN,
    POOLED,
    TAX_DEFERRED,
    UNKNOWN_BASIS,
)
from taxlots.book.tables import NONE, Book
from taxlots.domain.money import apportion
from taxlots.law.s1012_average import average_basis, can_revoke


def is_averaged(b: Book, position: int) -> bool:
    """Whether the average basis method is in force for a position."""
    at = b.positions[position].average
    return at != NONE and b.averages[at].is_on != 0


def is_covered_lot(b: Book, slot_at: int) -> bool:
    """Whether a sub-lot is a covered security: by its row, else by the day of acquisition."""
    slot = b.slots[slot_at]
    if slot.flags & (COVERED | NONCOVERED):
        return slot.flags & COVERED != 0
    return slot.acquired >= b.positions[slot.position].covered_from


def is_covered_row(b: Book, row_at: int) -> bool:
    """Whether the lot of a realized piece is a covered security."""
    row = b.rows[row_at]
    if row.flags & (COVERED | NONCOVERED):
        return row.flags & COVERED != 0
    return row.acquired >= b.positions[row.position].covered_from


def enter_pool(b: Book, slot_at: int) -> None:
    """Let a sub-lot that came into its position join the pool, where it may."""
    slot = b.slots[slot_at]
    if not is_averaged(b, slot.position) or not _is_eligible(b, slot_at):
        return
    slot.flags = slot.flags | POOLED
    join_pool(b, slot_at, slot.quantity, slot.open_cents)


def _is_eligible(b: Book, slot_at: int) -> bool:
    slot = b.slots[slot_at]
    p = b.positions[slot.position]
    if p.flags & TAX_DEFERRED or slot.flags & (DUAL_BASIS | UNKNOWN_BASIS):
        return False
    return p.flags & AVERAGED != 0 or slot.flags & PLAN != 0


def join_pool(b: Book, slot_at: int, units: int, cents: int) -> None:
    """Add units and cents to the pool of a sub-lot."""
    average = b.averages[b.positions[b.slots[slot_at].position].average]
    if average.is_single or is_covered_lot(b, slot_at):
        average.units += units
        average.cents += cents
    else:
        average.other_units += units
        average.other_cents += cents


def leave_pool(b: Book, slot_at: int, units: int) -> int:
    """Take units of a pooled sub-lot out of its pool for a sale; returns their basis in cents."""
    average = b.averages[b.positions[b.slots[slot_at].position].average]
    to_cents = b.rules[0].average_to_cents
    average.elected = NONE
    if average.is_single or is_covered_lot(b, slot_at):
        basis = average_basis(average.cents, average.units, units, to_cents)
    else:
        basis = average_basis(average.other_cents, average.other_units, units, to_cents)
    join_pool(b, slot_at, -units, -basis)
    return basis


def elect(b: Book, position: int, day: int, is_single: int) -> None:
    """Start averaging; ``day`` is that of an election that can be revoked, NONE for a method."""
    at = b.positions[position].average
    if at == NONE:
        return
    settle(b, position)
    average = b.averages[at]
    average.is_on = 1
    average.elected = day
    average.is_single = is_single
    form(b, position)


def end(b: Book, position: int, day: int) -> None:
    """Stop averaging: own bases come back if the election can be revoked, else they are gone."""
    at = b.positions[position].average
    if at == NONE or not b.averages[at].is_on:
        return
    average = b.averages[at]
    if average.elected != NONE and can_revoke(average.elected, day):
        _dissolve(b, position)
    else:
        settle(b, position)
    average.is_on = 0
    average.elected = NONE
    average.is_single = 0


def settle(b: Book, position: int) -> None:
    """Spread the cents of each pool over its open sub-lots, each a whole again."""
    at = b.positions[position].average
    if at == NONE or not b.averages[at].is_on:
        return
    average = b.averages[at]
    units = average.units
    cents = average.cents
    other_units = average.other_units
    other_cents = average.other_cents
    seen = 0
    other_seen = 0
    slot_at = b.positions[position].head
    while slot_at != NONE:
        slot = b.slots[slot_at]
        if slot.flags & POOLED:
            if average.is_single or is_covered_lot(b, slot_at):
                share = apportion(cents, seen + slot.quantity, units) - apportion(
                    cents, seen, units
                )
                seen += slot.quantity
                _set_whole(b, slot_at, share)
            else:
                share = apportion(other_cents, other_seen + slot.quantity, other_units)
                share -= apportion(other_cents, other_seen, other_units)
                other_seen += slot.quantity
                _set_whole(b, slot_at, share)
        slot_at = slot.next
    average.elected = NONE
    _dissolve(b, position)
    forget(b, position)


def _set_whole(b: Book, slot_at: int, cents: int) -> None:
    slot = b.slots[slot_at]
    slot.wash_cents = slot.wash_open_cents
    slot.open_cents = cents
    slot.whole_cents = cents
    slot.whole_quantity = slot.quantity
    slot.key_cents = cents
    slot.key_quantity = slot.quantity


def _dissolve(b: Book, position: int) -> None:
    average = b.averages[b.positions[position].average]
    average.units = 0
    average.cents = 0
    average.other_units = 0
    average.other_cents = 0
    slot_at = b.positions[position].head
    while slot_at != NONE:
        b.slots[slot_at].flags = b.slots[slot_at].flags & ~POOLED
        slot_at = b.slots[slot_at].next


def form(b: Book, position: int) -> None:
    """Pool what a position holds, after an event that settled it."""
    if not is_averaged(b, position):
        return
    slot_at = b.positions[position].head
    while slot_at != NONE:
        if not b.slots[slot_at].flags & POOLED:
            enter_pool(b, slot_at)
        slot_at = b.slots[slot_at].next
