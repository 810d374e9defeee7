"""Short sales and written options: what is owed.

A short position has its own lots, at their proceeds, and its own queues for section 1091(e): short
lots are the candidates there, and losses on closing look for them.
"""

from taxlots.book.actions import add_slot, new_lot, stand_as_candidate
from taxlots.book.constructive import deem_sold, long_backed_units
from taxlots.book.kinds import (
    ACQUISITION,
    CONSTRUCTIVE,
    DUAL_BASIS,
    FIFO,
    INHERITED,
    LONG_BACKED,
    LONG_TERM,
    OVERSOLD,
    SHORT,
    SHORT_OPEN,
    SHORT_TERM,
    SHORTED,
    TAX_DEFERRED,
    UNSTATED,
)
from taxlots.book.noting import fault
from taxlots.book.pools import form, settle
from taxlots.book.positions import LAST_SUB, free_slot, loss_of_part, relieve, wash_of_part
from taxlots.book.relief import first_pick, next_relief
from taxlots.book.restarts import is_suspended, restart_at_closing, unspent
from taxlots.book.sale import keep_closed, new_row, test_losses
from taxlots.book.tables import NONE, Book
from taxlots.domain.money import apportion
from taxlots.law.s1015_gift import basis_on_sale
from taxlots.law.s1233_short_sales import is_complete_when_opened, starts_anew


def is_short_open(b: Book, at: int) -> bool:
    """Whether an action meets a short position that it cannot convert; a fault is noted."""
    e = b.events[at]
    position = b.positions[e.position].first_of_symbol
    while position != NONE:
        p = b.positions[position]
        is_same = p.account == b.positions[e.position].account
        if is_same and p.flags & SHORT and p.quantity > 0:
            fault(b, at, SHORT_OPEN, p.quantity, 0)
            return True
        position = p.next_of_symbol
    return False


def open_short(b: Book, at: int) -> None:
    """Open a short lot; what is held against it is sold constructively, or backs it long-term."""
    e = b.events[at]
    p = b.positions[e.position]
    backed = 0
    if p.flags & SHORTED:
        if b.details[e.detail].flags & CONSTRUCTIVE:
            deem_sold(b, at)
        backed = min(e.quantity, long_backed_units(b, e.position, e.day))
    lot = new_lot(b, at)
    sub = LAST_SUB if b.rules[0].adjusted_first else 0
    cents = apportion(e.cents, backed, e.quantity)
    flags = ACQUISITION
    if backed > 0:
        first = add_slot(b, lot, e.position, backed, cents, flags | LONG_BACKED, e.day, sub)
        stand_as_candidate(b, first, e.day)
    if backed < e.quantity:
        rest = add_slot(b, lot, e.position, e.quantity - backed, e.cents - cents, flags, e.day, sub)
        stand_as_candidate(b, rest, e.day)


def cover(b: Book, at: int) -> None:
    """Buy back what is owed: a row for each part of a short lot, then the losses are tested.

    A loss is realized when the shares are delivered (Rev. Rul. 2002-44).
    """
    e = b.events[at]
    if b.positions[e.position].flags & TAX_DEFERRED:
        _forget_owed(b, at)
        return
    tally = b.tally[0]
    first_row = tally.rows
    position = e.position
    settled = b.details[e.detail].acquired
    pick, of_pick = first_pick(b, at)
    left = e.quantity
    given = 0
    while left > 0:
        source, units, pick, of_pick = next_relief(b, at, FIFO, pick, of_pick, left)
        left -= units
        cost = apportion(e.cents, e.quantity - left, e.quantity) - given
        given += cost
        slot = b.slots[source]
        lot = slot.lot
        row_at = new_row(b, at, source, units, 0)
        row = b.rows[row_at]
        keep_closed(b, at, source, units, row_at)
        row.acquired = e.day
        row.holding_period = e.day
        row.basis_cents = cost + wash_of_part(b, source, units)
        row.proceeds_cents = relieve(b, source, units)
        is_loss = row.basis_cents > row.proceeds_cents
        is_long = is_loss and row.flags & LONG_BACKED != 0
        row.flags = row.flags | (LONG_TERM if is_long else SHORT_TERM)
        if is_loss and settled != UNSTATED:
            row.sold = settled
        if slot.quantity == 0:
            free_slot(b, source)
        if b.positions[position].flags & SHORTED:
            restart_at_closing(b, position, 0, lot, unspent(b, lot, units), e.day)
    tally.basis_in_cents += e.cents
    test_losses(b, first_row, pick == NONE)


def _forget_owed(b: Book, at: int) -> None:
    """In a tax-deferred account nothing is realized when written options are closed."""
    e = b.events[at]
    left = e.quantity
    while left > 0:
        source = b.positions[e.position].head
        units = min(left, b.slots[source].quantity)
        left -= units
        keep_closed(b, at, source, units, NONE)
        relieve(b, source, units)
        if b.slots[source].quantity == 0:
            free_slot(b, source)


def deliver(b: Book, at: int) -> None:
    """Close short lots with shares that are held, part against part.

    Periods start anew only when all is delivered, by units and opening days kept in ``order``.
    """
    e = b.events[at]
    short = b.details[e.detail].to_position
    owed = b.positions[short].quantity
    if owed < e.quantity:
        fault(b, at, OVERSOLD, e.quantity, owed)
        return
    settle(b, e.position)
    first_row = b.tally[0].rows
    pick, of_pick = first_pick(b, at)
    left = e.quantity
    parts = 0
    while left > 0:
        source, units, pick, of_pick = next_relief(b, at, FIFO, pick, of_pick, left)
        against = b.positions[short].head
        of_pick += units
        units = min(units, b.slots[against].quantity)
        of_pick -= units
        left -= units
        lot = b.slots[against].lot
        reaching = unspent(b, lot, units)
        b.order[2 * parts] = 0 if is_suspended(b, source, b.lots[lot].acquired) else reaching
        b.order[2 * parts + 1] = lot
        parts += 1
        _deliver_part(b, at, source, against, units)
    for part in range(parts if b.positions[e.position].flags & SHORTED else 0):
        lot = b.order[2 * part + 1]
        restart_at_closing(b, e.position, 2 * parts, lot, b.order[2 * part], e.day)
    form(b, e.position)
    test_losses(b, first_row, False)


def _deliver_part(b: Book, at: int, source: int, against: int, units: int) -> None:
    """Write the row of a long part that closes a short part."""
    opened = b.slots[against].acquired
    is_backed = b.slots[against].flags & LONG_BACKED != 0
    row_at = new_row(b, at, source, units, 0)
    row = b.rows[row_at]
    loss_cents = loss_of_part(b, source, units)
    deferred = wash_of_part(b, against, units)
    keep_closed(b, at, against, units, row_at)
    proceeds = relieve(b, against, units)
    if b.slots[against].quantity == 0:
        free_slot(b, against)
    basis = relieve(b, source, units)
    if b.slots[source].quantity == 0:
        free_slot(b, source)
    basis += deferred
    if row.flags & DUAL_BASIS:
        used = basis_on_sale(proceeds, basis, loss_cents + deferred)
        row.gap_cents = basis - used
        if proceeds < loss_cents + deferred:
            row.holding_period = max(row.holding_period, row.acquired)
        basis = used
    row.proceeds_cents = proceeds
    row.basis_cents = basis
    row.against = b.slots[against].lot
    was_long = row.acquired <= opened and (
        row.flags & INHERITED != 0 or not starts_anew(row.holding_period, opened)
    )
    is_loss = row.basis_cents > proceeds
    row.flags = row.flags | (LONG_TERM if was_long or (is_loss and is_backed) else SHORT_TERM)
    if is_complete_when_opened(row.acquired, opened):
        row.window = opened
    else:
        row.position = b.slots[against].position
