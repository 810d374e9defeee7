"""Events other than sales: lots that open, move, leave, split or change their basis."""

from taxlots.book.heaps import forget
from taxlots.book.kinds import (
    ACQUISITION,
    CLOSED,
    DUAL_BASIS,
    FIFO,
    NEGATIVE_BASIS,
    NO_CANDIDATE,
    NOTHING_TO_ADJUST,
    RETURN_DIFFERS,
    SPLIT_CUT,
    SPLIT_ERASES,
    TAX_DEFERRED,
    UNKNOWN_BASIS,
    UNSTATED,
    UNUSED,
)
from taxlots.book.noting import fault
from taxlots.book.positions import (
    LAST_SUB,
    detach,
    expire_candidates,
    free_slot,
    insert,
    leave_candidates,
    link,
    move,
    new_slot,
    queue_candidate,
    relieve,
    share_of_whole,
    unlink,
)
from taxlots.book.relief import first_of_lot, first_pick, held_of_lot, next_relief
from taxlots.book.tables import NONE, Book
from taxlots.book.wash import absorb_waiting_losses
from taxlots.domain.money import LIMIT, apportion, cut, is_whole


def open_lot(b: Book, at: int) -> None:
    """A lot comes in: from now on it is held, and, if acquired by purchase, a candidate."""
    e = b.events[at]
    flags = 0
    holding_period = e.day
    loss_cents = 0
    if e.detail != NONE:
        flags = b.details[e.detail].flags
        holding_period = b.details[e.detail].holding_period
        loss_cents = b.details[e.detail].loss_cents
    else:
        flags = ACQUISITION
    _enter(b, at, e.position, e.quantity, e.cents, flags, holding_period, loss_cents)


def _enter(
    b: Book,
    at: int,
    position: int,
    quantity: int,
    cents: int,
    flags: int,
    holding_period: int,
    loss_cents: int,
) -> None:
    """Open the next lot in a position with one plain sub-lot."""
    e = b.events[at]
    p = b.positions[position]
    tally = b.tally[0]
    number = tally.lots
    tally.lots += 1
    lot = b.lots[number]
    lot.event = at
    lot.slot = NONE
    lot.adjusted = 0
    lot.acquired = e.day
    slot_at = new_slot(b)
    slot = b.slots[slot_at]
    slot.lot = number
    slot.position = position
    slot.acquired = e.day
    slot.holding_period = holding_period
    slot.flags = flags
    slot.sub = LAST_SUB if b.rules[0].adjusted_first else 0
    slot.quantity = quantity
    slot.open_cents = cents
    slot.whole_quantity = quantity
    slot.whole_cents = cents
    slot.key_quantity = quantity
    slot.key_cents = cents
    if flags & DUAL_BASIS:
        slot.loss_cents = loss_cents
    link(b, slot_at, position, p.tail)
    if flags & ACQUISITION and not p.flags & NO_CANDIDATE:
        expire_candidates(b, p.pool, e.day)
        queue_candidate(b, slot_at, b.pools[p.pool].last_candidate)
        absorb_waiting_losses(b, slot_at, e.day)


def transfer(b: Book, at: int) -> None:
    """Lots move to another position of the household, by name or first in, first out."""
    e = b.events[at]
    target = b.details[e.detail].to_position
    pick, of_pick = first_pick(b, at)
    left = e.quantity
    while left > 0:
        source, units, pick, of_pick = next_relief(b, at, FIFO, pick, of_pick, left)
        move(b, source, units, target)
        left -= units


def depart(b: Book, at: int) -> None:
    """Lots leave the household's accounts with nothing realized."""
    e = b.events[at]
    p = b.positions[e.position]
    pick, of_pick = first_pick(b, at)
    left = e.quantity
    while left > 0:
        source, units, pick, of_pick = next_relief(b, at, FIFO, pick, of_pick, left)
        is_counted = not b.slots[source].flags & UNKNOWN_BASIS and not p.flags & TAX_DEFERRED
        basis = relieve(b, source, units)
        if is_counted:
            b.tally[0].departed_cents += basis
        if b.slots[source].quantity == 0:
            free_slot(b, source)
        left -= units


def distribute(b: Book, at: int) -> None:
    """An in-kind distribution: shares leave the IRA and open a taxable lot at their value.

    The holding period starts on that day, and a distribution is no purchase.
    """
    e = b.events[at]
    detail = b.details[e.detail]
    depart(b, at)
    _enter(b, at, detail.to_position, e.quantity, e.cents, detail.flags, e.day, 0)


def arrive(b: Book, at: int) -> None:
    """A transferred lot reaches its account, with what it replaced on its way."""
    e = b.events[at]
    detail = b.details[e.detail]
    lot = detail.lot
    source = e.position
    total = held_of_lot(b, lot, source)
    seen = 0
    given = 0
    while held_of_lot(b, lot, source) > 0:
        slot_at = first_of_lot(b, lot, source)
        units = b.slots[slot_at].quantity
        seen += units
        arrived = move(b, slot_at, units, detail.to_position)
        exact = apportion(e.quantity, seen, total) - given
        given += exact
        if exact != units:
            slot = b.slots[arrived]
            b.positions[detail.to_position].quantity += exact - units
            slot.whole_quantity += exact - units
            slot.quantity = exact


def come_back(b: Book, at: int) -> None:
    """Lots of a linked TRANSFER_OUT arrive: first those of the stated date, then FIFO.

    Our lots, basis and standing go on; what the row says otherwise is told as a difference.
    """
    e = b.events[at]
    detail = b.details[e.detail]
    left = e.quantity
    basis = 0
    slot_at = b.positions[e.position].head
    while slot_at != NONE and left > 0:
        following = b.slots[slot_at].next
        if b.slots[slot_at].acquired == detail.acquired:
            units = min(left, b.slots[slot_at].quantity)
            left -= units
            basis += b.slots[move(b, slot_at, units, detail.to_position)].open_cents
        slot_at = following
    is_other_date = left > 0 and detail.acquired != UNSTATED
    while left > 0:
        slot_at = b.positions[e.position].head
        units = min(left, b.slots[slot_at].quantity)
        left -= units
        basis += b.slots[move(b, slot_at, units, detail.to_position)].open_cents
    if is_other_date or (e.cents != UNSTATED and e.cents != basis):
        fault(b, at, RETURN_DIFFERS, e.cents, basis)


def split(b: Book, at: int) -> None:
    """Restate every position and every waiting loss of a security; nothing is realized."""
    e = b.events[at]
    detail = b.details[e.detail]
    position = e.position
    while position != NONE:
        p = b.positions[position]
        _split_position(b, at, position)
        _split_waiting(b, position, detail.numerator, detail.denominator)
        _split_closed(b, position, detail.numerator, detail.denominator)
        position = p.next_of_symbol


def _split_position(b: Book, at: int, position: int) -> None:
    detail = b.details[b.events[at].detail]
    p = b.positions[position]
    if p.quantity == 0:
        return
    before = p.quantity
    after = cut(before, detail.numerator, detail.denominator)
    if not is_whole(before, detail.numerator, detail.denominator):
        fault(b, at, SPLIT_CUT, before, after)
    if after == 0:
        fault(b, at, SPLIT_ERASES, before, 0)
        return
    seen = 0
    given = 0
    slot_at = p.head
    while slot_at != NONE:
        slot = b.slots[slot_at]
        following = slot.next
        seen += slot.quantity
        share = apportion(after, seen, before) - given
        given += share
        relieved = apportion(
            slot.whole_quantity - slot.quantity, detail.numerator, detail.denominator
        )
        slot.whole_quantity = share + relieved
        slot.quantity = share
        _restate_key(b, slot_at, detail.numerator, detail.denominator)
        slot_at = following
    p.quantity = after
    forget(b, position)
    _drop_empty(b, position)


def _drop_empty(b: Book, position: int) -> None:
    """A sub-lot that a reverse split cuts to nothing leaves its basis to its neighbour."""
    at = b.positions[position].head
    while at != NONE:
        slot = b.slots[at]
        following = slot.next
        if slot.quantity == 0:
            heir = b.slots[following if following != NONE else slot.previous]
            heir.open_cents += slot.open_cents
            heir.whole_cents += slot.open_cents
            if slot.flags & UNUSED:
                leave_candidates(b, at)
            unlink(b, at)
            free_slot(b, at)
        at = following


def _restate_key(b: Book, slot_at: int, numerator: int, denominator: int) -> None:
    """Scale the ratio by which methods rank a sub-lot; exact unless it would not fit."""
    slot = b.slots[slot_at]
    if slot.key_quantity < LIMIT // numerator and slot.key_cents < LIMIT // denominator:
        slot.key_quantity *= numerator
        slot.key_cents *= denominator
    else:
        slot.key_quantity = apportion(slot.key_quantity, numerator, denominator)


def _split_waiting(b: Book, position: int, numerator: int, denominator: int) -> None:
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


def _split_closed(b: Book, position: int, numerator: int, denominator: int) -> None:
    """Sold shares that a literal reading still counts (D2) are converted too."""
    slot_at = b.pools[b.positions[position].pool].first_candidate
    while slot_at != NONE:
        slot = b.slots[slot_at]
        if slot.flags & CLOSED and slot.position == position:
            slot.quantity = apportion(slot.quantity, numerator, denominator)
        slot_at = slot.later_candidate


def adjust_basis(b: Book, at: int) -> None:
    """Spread a signed amount over the open units of named lots, or of the whole position."""
    e = b.events[at]
    total = 0
    slot_at = b.positions[e.position].head
    while slot_at != NONE:
        if _is_named(b, at, slot_at):
            total += b.slots[slot_at].quantity
        slot_at = b.slots[slot_at].next
    if total == 0:
        fault(b, at, NOTHING_TO_ADJUST, 0, 0)
    elif not _spread_over(b, at, total, True):
        fault(b, at, NEGATIVE_BASIS, e.cents, 0)
    else:
        _spread_over(b, at, total, False)


def _is_named(b: Book, event: int, slot_at: int) -> bool:
    detail = b.details[b.events[event].detail]
    for pick in range(detail.first_pick, detail.first_pick + detail.pick_count):
        if b.picks[pick].lot == b.slots[slot_at].lot:
            return True
    return detail.pick_count == 0


def _spread_over(b: Book, at: int, total: int, is_dry: bool) -> bool:
    """Give each named sub-lot its share; dry, only tell whether no basis falls below zero.

    A basis that nobody knows stays unknown, whatever falls on it.
    """
    e = b.events[at]
    p = b.positions[e.position]
    seen = 0
    given = 0
    slot_at = p.head
    while slot_at != NONE:
        following = b.slots[slot_at].next
        if _is_named(b, at, slot_at):
            seen += b.slots[slot_at].quantity
            share = apportion(e.cents, seen, total) - given
            given += share
            if b.slots[slot_at].flags & UNKNOWN_BASIS:
                if not is_dry and not p.flags & TAX_DEFERRED:
                    b.tally[0].unbooked_cents += share
            elif not is_dry:
                _rebase(b, slot_at, share)
            elif b.slots[slot_at].open_cents + share < 0:
                return False
        slot_at = following
    return True


def _rebase(b: Book, slot_at: int, cents: int) -> None:
    """Replace a sub-lot by one with another basis, which is a whole again."""
    position = b.slots[slot_at].position
    near = b.slots[slot_at].previous
    units = b.slots[slot_at].quantity
    wash = share_of_whole(b, slot_at, b.slots[slot_at].wash_cents, units)
    loss = share_of_whole(b, slot_at, b.slots[slot_at].loss_cents, units)
    fresh = detach(b, slot_at, units, position, True)
    slot = b.slots[fresh]
    slot.open_cents += cents
    slot.whole_cents = slot.open_cents
    slot.whole_quantity = units
    slot.wash_cents = wash
    if slot.flags & DUAL_BASIS:
        slot.loss_cents = max(0, loss + cents)
    if cents != 0:
        slot.key_cents = slot.whole_cents
        slot.key_quantity = units
    insert(b, fresh, position, near)


def rename(b: Book, at: int) -> None:
    """A security has another symbol from here on: lots, sold pieces and waiting losses go along."""
    e = b.events[at]
    target = b.details[e.detail].to_position
    while b.positions[e.position].head != NONE:
        source = b.positions[e.position].head
        units = b.slots[source].quantity
        fresh = detach(b, source, units, target, True)
        link(b, fresh, target, b.positions[target].tail)
    pool = b.pools[b.positions[e.position].pool]
    closed = pool.first_candidate
    while closed != NONE:
        if b.slots[closed].position == e.position:
            b.slots[closed].position = target
        closed = b.slots[closed].later_candidate
    wait_at = pool.first_wait
    while wait_at != NONE:
        if b.waits[wait_at].position == e.position:
            b.waits[wait_at].position = target
        wait_at = b.waits[wait_at].later
