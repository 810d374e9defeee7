"""Splits: every position, waiting loss and counted sold share of a security is restated."""

from taxlots.book.heaps import forget
from taxlots.book.kinds import CLOSED, DUAL_BASIS, SHORT, SPLIT_CUT, SPLIT_ERASES, UNUSED
from taxlots.book.noting import fault
from taxlots.book.pools import form, settle
from taxlots.book.positions import free_slot, leave_candidates, unlink
from taxlots.book.tables import NONE, Book
from taxlots.domain.money import LIMIT, apportion, cut, is_whole


def split(b: Book, at: int) -> None:
    """Restate every position and every waiting loss of a security; nothing is realized."""
    e = b.events[at]
    detail = b.details[e.detail]
    position = e.position
    while position != NONE:
        p = b.positions[position]
        settle(b, position)
        split_position(b, at, position, detail.numerator, detail.denominator)
        form(b, position)
        split_waiting(b, position, detail.numerator, detail.denominator)
        split_closed(b, position, detail.numerator, detail.denominator)
        position = p.next_of_symbol


def split_position(b: Book, at: int, position: int, numerator: int, denominator: int) -> bool:
    """Restate the units of a position; False, and a fault, where nothing would be left."""
    p = b.positions[position]
    if p.quantity == 0:
        return True
    before = p.quantity
    after = cut(before, numerator, denominator)
    if not is_whole(before, numerator, denominator):
        fault(b, at, SPLIT_CUT, before, after)
    if after == 0:
        fault(b, at, SPLIT_ERASES, before, 0)
        return False
    seen = 0
    given = 0
    slot_at = p.head
    while slot_at != NONE:
        slot = b.slots[slot_at]
        following = slot.next
        seen += slot.quantity
        share = apportion(after, seen, before) - given
        given += share
        relieved = apportion(slot.whole_quantity - slot.quantity, numerator, denominator)
        slot.whole_quantity = share + relieved
        slot.quantity = share
        restate_key(b, slot_at, numerator, denominator)
        slot_at = following
    p.quantity = after
    if p.flags & SHORT:
        _restate_restarted(b, position, numerator, denominator)
    forget(b, position)
    _drop_empty(b, position)
    return True


def _restate_restarted(b: Book, position: int, numerator: int, denominator: int) -> None:
    """Units that short lots have reached are restated with them, once for each lot."""
    lot = NONE
    at = b.positions[position].head
    while at != NONE:
        if b.slots[at].lot != lot:
            lot = b.slots[at].lot
            b.lots[lot].restarted = apportion(b.lots[lot].restarted, numerator, denominator)
        at = b.slots[at].next


def _drop_empty(b: Book, position: int) -> None:
    """A sub-lot that a reverse split cuts to nothing leaves its basis to its neighbour."""
    at = b.positions[position].head
    while at != NONE:
        slot = b.slots[at]
        following = slot.next
        if slot.quantity == 0:
            heir = following if following != NONE else slot.previous
            bequeath(b, at, heir)
            if slot.flags & UNUSED:
                leave_candidates(b, at)
            unlink(b, at)
            free_slot(b, at)
        at = following


def bequeath(b: Book, at: int, heir: int) -> None:
    """Leave the cents of a sub-lot without units to another one."""
    source = b.slots[at]
    slot = b.slots[heir]
    loss = source.loss_open_cents if source.flags & DUAL_BASIS else source.open_cents
    slot.open_cents += source.open_cents
    slot.whole_cents += source.open_cents
    slot.wash_open_cents += source.wash_open_cents
    slot.wash_cents += source.wash_open_cents
    if slot.flags & DUAL_BASIS:
        slot.loss_open_cents += loss
        slot.loss_cents += loss


def restate_key(b: Book, slot_at: int, numerator: int, denominator: int) -> None:
    """Scale the ratio by which methods rank a sub-lot; exact unless it would not fit."""
    slot = b.slots[slot_at]
    cents = max(slot.key_cents, slot.key_loss_cents)
    if slot.key_quantity < LIMIT // numerator and cents < LIMIT // denominator:
        slot.key_quantity *= numerator
        slot.key_cents *= denominator
        slot.key_loss_cents *= denominator
    else:
        slot.key_quantity = apportion(slot.key_quantity, numerator, denominator)


def split_waiting(b: Book, position: int, numerator: int, denominator: int) -> None:
    """Restate the losses of a position that wait."""
    pool = b.pools[b.positions[position].pool]
    total = 0
    at = pool.first_wait
    while at != NONE:
        if b.waits[at].position == position:
            total += b.waits[at].whole - b.waits[at].matched
        at = b.waits[at].later
    if total == 0:
        return
    after = cut(total, numerator, denominator)
    seen = 0
    given = 0
    at = pool.first_wait
    while at != NONE:
        wait = b.waits[at]
        if wait.position == position:
            seen += wait.whole - wait.matched
            share = apportion(after, seen, total) - given
            given += share
            wait.matched = apportion(wait.matched, numerator, denominator)
            wait.whole = wait.matched + share
        at = wait.later


def split_closed(b: Book, position: int, numerator: int, denominator: int) -> None:
    """Sold shares that a literal reading still counts (D2) are converted too."""
    slot_at = b.pools[b.positions[position].pool].first_candidate
    while slot_at != NONE:
        slot = b.slots[slot_at]
        if slot.flags & CLOSED and slot.position == position:
            slot.quantity = apportion(slot.quantity, numerator, denominator)
        slot_at = slot.later_candidate
