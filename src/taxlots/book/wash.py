"""Wash sales as a stream: a loss takes earlier purchases at once, then waits for later ones.

Each wash-sale party has, for each family of identical securities, a queue of candidates (unused
shares, in order of acquisition) and a queue of waiting losses (in order of sale).  A loss looks
through the first queue, a purchase through the second; what has left its window drops off the
front, so the work is linear in what happens.  26 USC 1091; ``law/s1091_wash_sale`` has the rule.
"""

from taxlots.book.kinds import (
    ACQUISITION,
    ADJUSTED,
    CLOSED,
    DUAL_BASIS,
    EARLIER_YEAR_RESTATED,
    HIGH_HEAP,
    INHERITED,
    JOINT,
    LOW_HEAP,
    NO_CANDIDATE,
    PERMANENT_DEFERRED,
    PERMANENT_RETURN,
    PERMANENT_SPOUSE,
    POOLED,
    REPLACEMENT,
    RESTATED,
    SHORT,
    STEPS_UP,
    TAX_DEFERRED,
    TESTED,
    UNUSED,
)
from taxlots.book.noting import fault
from taxlots.book.pools import join_pool
from taxlots.book.positions import (
    LAST_SUB,
    expire_candidates,
    free_slot,
    leave_candidates,
    link,
    new_slot,
    relieve,
    share_of_whole,
)
from taxlots.book.tables import NONE, Book
from taxlots.book.waits import (
    expire_waits,
    free_wait,
    leave_waits,
    new_wait,
    queue_wait,
    split_wait,
    wait_of,
)
from taxlots.domain.calendar import civil
from taxlots.domain.money import apportion
from taxlots.law.identical import replaces, share_group
from taxlots.law.s1091_wash_sale import (
    disallowed_part,
    in_window,
    is_permanent_in,
    replacement_basis,
    window_end,
)
from taxlots.law.s1223_tacking import tacked_day


def test_loss(b: Book, row_at: int) -> None:
    """Match one realized loss with the replacements acquired before it; let the rest wait."""
    row = b.rows[row_at]
    event = b.events[row.event]
    position = b.positions[row.position]
    row.flags = row.flags | TESTED
    at = new_wait(b)
    wait = b.waits[at]
    wait.row = row_at
    wait.day = row.window
    wait.position = row.position
    wait.lot = row.lot
    wait.holding_period = row.holding_period
    wait.flags = row.flags & INHERITED
    wait.whole = row.quantity * position.multiplier
    wait.matched = 0
    wait.matched_cents = 0
    wait.matched_sold_units = 0
    wait.loss_cents = row.basis_cents - row.proceeds_cents
    wait.sold_units = row.quantity
    pool_at = position.pool
    if row.window < event.day:
        _look_back(b, at)
        if wait.matched < wait.whole and window_end(row.window) >= event.day:
            queue_wait(b, pool_at, at, event.day)
        else:
            free_wait(b, at)
        return
    expire_candidates(b, pool_at, event.day)
    candidate = b.pools[pool_at].first_candidate
    while candidate != NONE and wait.matched < wait.whole:
        following = b.slots[candidate].later_candidate
        if _may_replace(b, candidate, at):
            _match(b, at, candidate)
        candidate = following
    if wait.matched < wait.whole:
        queue_wait(b, pool_at, at, event.day)
    else:
        free_wait(b, at)


def _look_back(b: Book, wait_at: int) -> None:
    """Match a loss of an earlier day with what is still held of the purchases around that day.

    A delivery closes a short sale that the law dates back (Treas. Reg. 1.1091-1(g)), however long
    the queue of candidates has gone on since.
    """
    wait = b.waits[wait_at]
    while wait.matched < wait.whole:
        best = NONE
        for at in range(len(b.positions)):
            p = b.positions[at]
            if p.pool != b.positions[wait.position].pool or p.flags & NO_CANDIDATE:
                continue
            slot_at = p.head
            while slot_at != NONE:
                if _could_have_replaced(b, slot_at, wait_at) and (
                    best == NONE or _is_earlier(b, slot_at, best)
                ):
                    best = slot_at
                slot_at = b.slots[slot_at].next
        if best == NONE:
            return
        _match(b, wait_at, best)


def _could_have_replaced(b: Book, slot_at: int, wait_at: int) -> bool:
    slot = b.slots[slot_at]
    if not slot.flags & ACQUISITION or slot.flags & REPLACEMENT:
        return False
    return _may_replace(b, slot_at, wait_at)


def _is_earlier(b: Book, slot_at: int, other: int) -> bool:
    one = b.slots[slot_at]
    two = b.slots[other]
    return one.lot < two.lot or (one.lot == two.lot and one.arrival < two.arrival)


def absorb_waiting_losses(b: Book, slot_at: int, day: int) -> None:
    """Let newly acquired shares replace the losses that wait for them, earliest loss first."""
    pool_at = b.positions[b.slots[slot_at].position].pool
    expire_waits(b, pool_at, day)
    at = b.pools[pool_at].first_wait
    while at != NONE and b.slots[slot_at].flags & UNUSED:
        following = b.waits[at].later
        if in_window(b.waits[at].day, day) and _is_identical(b, slot_at, at):
            _match(b, at, slot_at)
            if b.waits[at].matched == b.waits[at].whole:
                leave_waits(b, pool_at, at)
        at = following


def _may_replace(b: Book, slot_at: int, wait_at: int) -> bool:
    """Whether a queued candidate may replace a loss of this moment (decisions D1 to D4)."""
    slot = b.slots[slot_at]
    wait = b.waits[wait_at]
    rules = b.rules[0]
    if slot.lot == wait.lot or not in_window(wait.day, slot.acquired):
        return False
    if not rules.count_older_than_sold and slot.lot < wait.lot:
        return False
    if slot.flags & CLOSED:
        if slot.row != NONE and b.rows[slot.row].event == b.rows[wait.row].event:
            if rules.held_after_sale or slot.lot < wait.lot:
                return False
        elif not rules.sold_before_counts:
            return False
    return _is_identical(b, slot_at, wait_at)


def _is_identical(b: Book, slot_at: int, wait_at: int) -> bool:
    acquired = b.positions[b.slots[slot_at].position]
    if not b.pools[acquired.pool].is_mixed:
        return True
    wait = b.waits[wait_at]
    sold = b.positions[wait.position]
    if acquired.flags & SHORT:
        return share_group(b.kinships, b.memberships, acquired.security, sold.security, wait.day)
    return replaces(b.kinships, b.memberships, acquired.security, sold.security, wait.day)


def _match(b: Book, wait_at: int, slot_at: int) -> None:
    """Disallow as much of the loss as the sub-lot's unused shares replace."""
    wait = b.waits[wait_at]
    slot = b.slots[slot_at]
    multiplier = b.positions[slot.position].multiplier
    needed = wait.whole - wait.matched
    capacity = slot.quantity * multiplier
    if capacity <= needed:
        equivalents = capacity
        units = slot.quantity
    else:
        equivalents = needed
        units = -(-needed // multiplier)
    wait.matched += equivalents
    disallowed = disallowed_part(wait.loss_cents, wait.whole, wait.matched_cents, wait.matched)
    wait.matched_cents += disallowed
    sold_units = apportion(wait.sold_units, wait.matched, wait.whole) - wait.matched_sold_units
    wait.matched_sold_units += sold_units
    rule = _outcome(b, wait.position, slot.position)
    row = b.rows[wait.row]
    row.disallowed_cents += disallowed
    if rule != STEPS_UP:
        row.permanent_cents += disallowed
    tally = b.tally[0]
    match = b.matches[tally.matches]
    tally.matches += 1
    match.row = wait.row
    match.lot = slot.lot
    match.position = slot.position
    match.rule = rule
    match.quantity = sold_units
    match.disallowed_cents = disallowed
    if slot.flags & CLOSED:
        _restate(b, wait_at, slot_at, units, disallowed, rule)
    else:
        _use(b, wait_at, slot_at, units, disallowed, rule)


def _outcome(b: Book, loss_position: int, replacement_position: int) -> int:
    """Whether the disallowed loss joins the basis of its replacement, or why it is gone."""
    sold = b.positions[loss_position]
    acquired = b.positions[replacement_position]
    if is_permanent_in(acquired.flags & TAX_DEFERRED != 0):
        return PERMANENT_DEFERRED
    if sold.tax_return != acquired.tax_return:
        return PERMANENT_RETURN
    if (
        not b.rules[0].spouse_basis_step_up
        and sold.owner != acquired.owner
        and sold.owner != JOINT
        and acquired.owner != JOINT
    ):
        return PERMANENT_SPOUSE
    return STEPS_UP


def _use(b: Book, wait_at: int, slot_at: int, units: int, disallowed: int, rule: int) -> None:
    """Turn ``units`` of an unused sub-lot into a used one that carries the loss."""
    source = b.slots[slot_at]
    position = source.position
    near = source.previous
    b.lots[source.lot].adjusted += 1
    if _can_use_in_place(b, slot_at, units):
        if source.flags & UNUSED:
            leave_candidates(b, slot_at)
        source.loss_cents = share_of_whole(b, slot_at, source.loss_cents, units)
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
        used.wash_cents = disallowed
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
    used.quantity = units
    used.whole_quantity = units
    used.loss_cents = share_of_whole(b, slot_at, source.loss_cents, units)
    rest = share_of_whole(b, slot_at, source.loss_cents, source.quantity) - used.loss_cents
    basis = relieve(b, slot_at, units)
    used.whole_cents = basis
    used.open_cents = basis
    if unused_after == 0:
        free_slot(b, slot_at)
    else:
        source.whole_quantity = source.quantity
        source.whole_cents = source.open_cents
        source.loss_cents = rest
    return used_at


def _step_up(b: Book, used_at: int, position: int, wait_at: int, disallowed: int) -> None:
    """Let the loss join the basis and the holding period of the shares that replace it.

    A period that a short sale made start anew stays as it is (26 USC 1233(b)(2)).
    """
    wait = b.waits[wait_at]
    used = b.slots[used_at]
    used.position = position
    if used.flags & POOLED:
        join_pool(b, used_at, 0, disallowed)
    if used.flags & DUAL_BASIS:
        used.loss_cents = replacement_basis(used.loss_cents, disallowed)
    basis = replacement_basis(used.open_cents, disallowed)
    used.open_cents = basis
    used.whole_cents = basis
    if used.holding_period <= used.acquired:
        used.flags = used.flags | wait.flags
        used.holding_period = tacked_day(used.acquired, wait.holding_period, wait.day)
    if disallowed != 0:
        used.key_quantity = used.whole_quantity
        used.key_cents = basis


def _can_use_in_place(b: Book, slot_at: int, units: int) -> bool:
    """Whether the sub-lot itself can become the used one: entire, in order, and in no heap."""
    slot = b.slots[slot_at]
    if units != slot.quantity or b.positions[slot.position].flags & (HIGH_HEAP | LOW_HEAP):
        return False
    if slot.sub != LAST_SUB:
        return False
    return slot.previous == NONE or b.slots[slot.previous].lot != slot.lot


def _restate(b: Book, wait_at: int, slot_at: int, units: int, disallowed: int, rule: int) -> None:
    """Add a loss to shares that are sold already (literal D1 or D2) and restate their row."""
    wait = b.waits[wait_at]
    slot = b.slots[slot_at]
    slot_pool = b.positions[slot.position].pool
    is_owed = b.positions[slot.position].flags & SHORT != 0
    row_at = slot.row
    if row_at == NONE:
        _use_up_closed(b, slot_at, units)
        return
    if units < slot.quantity:
        row_at = _split_row(b, slot_at, units)
    else:
        leave_candidates(b, slot_at)
        free_slot(b, slot_at)
    restated = b.rows[row_at]
    if civil(restated.sold)[0] < civil(wait.day)[0]:
        fault(b, restated.event, EARLIER_YEAR_RESTATED, 0, 0)
    restated.flags = restated.flags | REPLACEMENT | RESTATED
    if rule == STEPS_UP:
        restated.basis_cents = replacement_basis(restated.basis_cents, disallowed)
        restated.flags = restated.flags | ADJUSTED
        if is_owed:
            return
        restated.flags = restated.flags | wait.flags
        restated.holding_period = tacked_day(restated.acquired, wait.holding_period, wait.day)
        own = wait_of(b, slot_pool, row_at)
        if own != NONE:
            b.waits[own].holding_period = restated.holding_period
            b.waits[own].flags = restated.flags & INHERITED


def _split_row(b: Book, slot_at: int, units: int) -> int:
    """Split the row of a sold piece in two and return the row of the first ``units``."""
    slot = b.slots[slot_at]
    row = b.rows[slot.row]
    tally = b.tally[0]
    part_at = tally.rows
    tally.rows += 1
    part = b.rows[part_at]
    part.event = row.event
    part.lot = row.lot
    part.position = row.position
    part.acquired = row.acquired
    part.holding_period = row.holding_period
    part.flags = row.flags
    part.sold = row.sold
    part.window = row.window
    part.quantity = apportion(row.quantity, units, slot.quantity)
    part.proceeds_cents = apportion(row.proceeds_cents, units, slot.quantity)
    part.basis_cents = apportion(row.basis_cents, units, slot.quantity)
    part.disallowed_cents = apportion(row.disallowed_cents, units, slot.quantity)
    part.permanent_cents = apportion(row.permanent_cents, units, slot.quantity)
    part.gap_cents = apportion(row.gap_cents, units, slot.quantity)
    part.nondeductible_cents = apportion(row.nondeductible_cents, units, slot.quantity)
    row.quantity -= part.quantity
    row.proceeds_cents -= part.proceeds_cents
    row.basis_cents -= part.basis_cents
    row.disallowed_cents -= part.disallowed_cents
    row.permanent_cents -= part.permanent_cents
    row.gap_cents -= part.gap_cents
    row.nondeductible_cents -= part.nondeductible_cents
    split_wait(b, slot_at, slot.row, part_at, units)
    slot.quantity -= units
    _schedule(b, part_at, slot.row)
    return part_at


def _use_up_closed(b: Book, slot_at: int, units: int) -> None:
    """Shares that a tax-deferred account sold have no row to restate."""
    slot = b.slots[slot_at]
    slot.quantity -= units
    if slot.quantity == 0:
        leave_candidates(b, slot_at)
        free_slot(b, slot_at)


def _schedule(b: Book, part: int, rest: int) -> None:
    """Let the part of a piece that became a replacement be tested right before its rest.

    Nothing to do where the piece was sold by an earlier order (D2).
    """
    tally = b.tally[0]
    at = tally.piece + 1
    while at < tally.pieces and b.order[at] != rest:
        at += 1
    if at >= tally.pieces:
        return
    for later in range(tally.pieces, at, -1):
        b.order[later] = b.order[later - 1]
    b.order[at] = part
    tally.pieces += 1
