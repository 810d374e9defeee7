"""Events other than sales: lots that open, move, leave, split or change their basis."""

from taxlots.book.heaps import keep_turn
from taxlots.book.kinds import (
    ACQUISITION,
    DUAL_BASIS,
    FIFO,
    NEEDS_ADJUSTMENT,
    NEGATIVE_BASIS,
    NO_CANDIDATE,
    NOTHING_TO_ADJUST,
    RETURN_DIFFERS,
    TAX_DEFERRED,
    UNKNOWN_BASIS,
    UNSTATED,
)
from taxlots.book.noting import fault
from taxlots.book.pools import enter_pool, form, is_covered_lot, settle
from taxlots.book.positions import (
    LAST_SUB,
    detach,
    expire_candidates,
    free_slot,
    insert,
    keep_own_ratio,
    link,
    link_in_turn,
    move,
    new_slot,
    queue_candidate,
    relieve,
    set_loss_basis,
    set_wash,
)
from taxlots.book.relief import first_of_lot, first_pick, held_of_lot, next_relief
from taxlots.book.tables import NONE, Book
from taxlots.book.wash import absorb_waiting_losses
from taxlots.domain.money import apportion


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
    number = new_lot(b, at)
    sub = LAST_SUB if b.rules[0].adjusted_first else 0
    slot_at = add_slot(b, number, position, quantity, cents, flags, holding_period, sub)
    if flags & DUAL_BASIS:
        set_loss_basis(b, slot_at, loss_cents)
        b.slots[slot_at].key_loss_cents = loss_cents
    stand_as_candidate(b, slot_at, b.events[at].day)


def new_lot(b: Book, at: int) -> int:
    """The number of the lot that an event opens; it has no sub-lots yet."""
    tally = b.tally[0]
    number = tally.lots
    tally.lots += 1
    lot = b.lots[number]
    lot.event = at
    lot.slot = NONE
    lot.adjusted = 0
    lot.restarted = 0
    lot.acquired = b.events[at].day
    return number


def add_slot(
    b: Book,
    lot: int,
    position: int,
    quantity: int,
    cents: int,
    flags: int,
    holding_period: int,
    sub: int,
) -> int:
    """Open a sub-lot of a new lot in a position, a whole of its own."""
    slot_at = new_slot(b)
    slot = b.slots[slot_at]
    slot.lot = lot
    slot.position = position
    slot.acquired = b.lots[lot].acquired
    slot.holding_period = holding_period
    slot.flags = flags
    slot.sub = sub
    slot.quantity = quantity
    slot.open_cents = cents
    slot.whole_quantity = quantity
    slot.whole_cents = cents
    slot.key_quantity = quantity
    slot.key_cents = cents
    link(b, slot_at, position, b.positions[position].tail)
    if b.positions[position].average != NONE:
        enter_pool(b, slot_at)
    return slot_at


def stand_as_candidate(b: Book, slot_at: int, day: int) -> None:
    """Shares acquired by purchase look for losses that wait, and then wait for losses to come."""
    slot = b.slots[slot_at]
    p = b.positions[slot.position]
    if not slot.flags & ACQUISITION or p.flags & NO_CANDIDATE:
        return
    if b.rules[0].covered_only and not is_covered_lot(b, slot_at):
        return
    expire_candidates(b, p.pool, day)
    queue_candidate(b, slot_at, b.pools[p.pool].last_candidate)
    absorb_waiting_losses(b, slot_at, day)


def transfer(b: Book, at: int) -> None:
    """Lots move to another position of the household, by name or first in, first out."""
    e = b.events[at]
    target = b.details[e.detail].to_position
    settle(b, e.position)
    pick, of_pick = first_pick(b, at)
    left = e.quantity
    while left > 0:
        source, units, pick, of_pick = next_relief(b, at, FIFO, pick, of_pick, left)
        move(b, source, units, target)
        left -= units
    form(b, e.position)
    form(b, target)


def depart(b: Book, at: int) -> None:
    """Lots leave the household's accounts with nothing realized."""
    e = b.events[at]
    p = b.positions[e.position]
    settle(b, e.position)
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
    form(b, e.position)


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
    form(b, detail.to_position)


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
    form(b, detail.to_position)


def adjust_basis(b: Book, at: int) -> None:
    """Spread a signed amount over the open units of named lots, or of the whole position."""
    e = b.events[at]
    settle(b, e.position)
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
    form(b, e.position)


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
            if b.slots[slot_at].flags & NEEDS_ADJUSTMENT:
                if not is_dry:
                    _supply(b, slot_at, share)
                elif b.slots[slot_at].open_cents + share < 0:
                    return False
            elif b.slots[slot_at].flags & UNKNOWN_BASIS:
                if not is_dry and not p.flags & TAX_DEFERRED:
                    b.tally[0].unbooked_cents += share
            elif not is_dry:
                rebase(b, slot_at, share)
            elif b.slots[slot_at].open_cents + share < 0:
                return False
        slot_at = following
    return True


def _supply(b: Book, slot_at: int, cents: int) -> None:
    """An adjustment makes the basis of a bond, a partnership or a trust known."""
    slot = b.slots[slot_at]
    if not b.positions[slot.position].flags & TAX_DEFERRED:
        b.tally[0].basis_in_cents += slot.open_cents
    slot.flags = slot.flags & ~(NEEDS_ADJUSTMENT | UNKNOWN_BASIS)
    rebase(b, slot_at, cents)


def rebase(b: Book, slot_at: int, cents: int) -> int:
    """Replace a sub-lot by one whose basis differs by ``cents``, a whole again; returns it."""
    position = b.slots[slot_at].position
    near = b.slots[slot_at].previous
    arrival = b.slots[slot_at].arrival
    units = b.slots[slot_at].quantity
    wash = b.slots[slot_at].wash_open_cents
    loss = b.slots[slot_at].loss_open_cents
    fresh = detach(b, slot_at, units, position, True)
    slot = b.slots[fresh]
    slot.open_cents += cents
    slot.whole_cents = slot.open_cents
    slot.whole_quantity = units
    set_wash(b, fresh, wash)
    if slot.flags & DUAL_BASIS:
        set_loss_basis(b, fresh, max(0, loss + cents))
    if cents != 0:
        keep_own_ratio(b, fresh)
    insert(b, fresh, position, near)
    keep_turn(b, fresh, arrival)
    return fresh


def rename(b: Book, at: int) -> None:
    """A security has another symbol from here on: lots, sold pieces and waiting losses go along."""
    e = b.events[at]
    target = b.details[e.detail].to_position
    settle(b, e.position)
    while b.positions[e.position].head != NONE:
        source = b.positions[e.position].head
        units = b.slots[source].quantity
        arrival = b.slots[source].arrival
        fresh = detach(b, source, units, target, True)
        link_in_turn(b, fresh, target, arrival)
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
    form(b, target)
