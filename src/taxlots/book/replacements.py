"""Shares that replace a loss: a part of a lot that carries it, in basis and holding period."""

from taxlots.book.kinds import (
    ADJUSTED,
    DUAL_BASIS,
    HEAPS,
    POOLED,
    REPLACEMENT,
    RESTARTED,
    SHORT,
    STEPS_UP,
    UNUSED,
)
from taxlots.book.pools import join_pool
from taxlots.book.positions import (
    LAST_SUB,
    free_slot,
    keep_own_ratio,
    leave_candidates,
    link,
    loss_of_part,
    new_slot,
    relieve,
    set_loss_basis,
    set_wash,
    wash_of_part,
)
from taxlots.book.tables import NONE, Book
from taxlots.law.s1091_wash_sale import (
    replacement_basis,
)
from taxlots.law.s1223_tacking import tacked_day


def use(b: Book, wait_at: int, slot_at: int, units: int, disallowed: int, rule: int) -> None:
    """Turn ``units`` of an unused sub-lot into a used one that carries the loss."""
    source = b.slots[slot_at]
    position = source.position
    near = source.previous
    b.lots[source.lot].adjusted += 1
    if _can_use_in_place(b, slot_at, units):
        if source.flags & UNUSED:
            leave_candidates(b, slot_at)
        set_loss_basis(b, slot_at, source.loss_open_cents)
        set_wash(b, slot_at, source.wash_open_cents)
        source.sub = b.lots[source.lot].adjusted
        source.whole_quantity = source.quantity
        source.whole_cents = source.open_cents
        used_at = slot_at
    else:
        used_at = _part_to_use(b, slot_at, units)
        if source.quantity > 0:
            near = slot_at
    used = b.slots[used_at]
    used.flags = used.flags | REPLACEMENT
    if rule == STEPS_UP:
        set_wash(b, used_at, used.wash_cents + disallowed)
        used.flags = used.flags | ADJUSTED
        if not b.positions[position].flags & SHORT:
            _step_up(b, used_at, position, wait_at, disallowed)
    if used_at != slot_at:
        link(b, used_at, position, near)


def _part_to_use(b: Book, slot_at: int, units: int) -> int:
    """Take units out of an unused sub-lot into one of their own, in no position yet."""
    source = b.slots[slot_at]
    unused_after = source.quantity - units
    used_at = new_slot(b)
    used = b.slots[used_at]
    used.lot = source.lot
    used.acquired = source.acquired
    used.holding_period = source.holding_period
    used.flags = source.flags & ~UNUSED
    used.sub = b.lots[source.lot].adjusted
    used.key_quantity = source.key_quantity
    used.key_cents = source.key_cents
    used.key_loss_cents = source.key_loss_cents
    used.quantity = units
    used.whole_quantity = units
    set_loss_basis(b, used_at, loss_of_part(b, slot_at, units))
    set_wash(b, used_at, wash_of_part(b, slot_at, units))
    basis = relieve(b, slot_at, units)
    used.whole_cents = basis
    used.open_cents = basis
    if unused_after == 0:
        free_slot(b, slot_at)
    else:
        source.whole_quantity = source.quantity
        source.whole_cents = source.open_cents
        source.loss_cents = source.loss_open_cents
        source.wash_cents = source.wash_open_cents
    return used_at


def _step_up(b: Book, used_at: int, position: int, wait_at: int, disallowed: int) -> None:
    """Let the loss join the basis and the holding period of the shares that replace it.

    A period that a short sale made start anew stays as it is (26 USC 1233(b)(2)); what was sold
    constructively is treated as acquired on that day (26 USC 1259(a)(2)(B)).
    """
    wait = b.waits[wait_at]
    used = b.slots[used_at]
    used.position = position
    if used.flags & POOLED:
        join_pool(b, used_at, 0, disallowed)
    if used.flags & DUAL_BASIS:
        set_loss_basis(b, used_at, replacement_basis(used.loss_cents, disallowed))
    basis = replacement_basis(used.open_cents, disallowed)
    used.open_cents = basis
    used.whole_cents = basis
    if not used.flags & RESTARTED:
        used.flags = used.flags | wait.flags
        start = max(used.acquired, used.holding_period)
        used.holding_period = tacked_day(start, wait.holding_period, wait.day)
    if disallowed != 0:
        keep_own_ratio(b, used_at)


def _can_use_in_place(b: Book, slot_at: int, units: int) -> bool:
    """Whether the sub-lot itself can become the used one: entire, in order, and in no heap."""
    slot = b.slots[slot_at]
    if units != slot.quantity or b.positions[slot.position].flags & HEAPS:
        return False
    if slot.sub != LAST_SUB:
        return False
    return slot.previous == NONE or b.slots[slot.previous].lot != slot.lot
