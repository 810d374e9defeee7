"""Wash sales as a stream: a loss takes earlier purchases at once, then waits for later ones.

Each wash-sale party has, for each family of identical securities, a queue of candidates (unused
shares, in order of acquisition) and a queue of waiting losses (in order of sale).  A loss looks
through the first queue, a purchase through the second; what has left its window drops off the
front, so the work is linear in what happens.  26 USC 1091; ``law/s1091_wash_sale`` has the rule.
"""

from taxlots.book.kinds import (
    ACQUISITION,
    CLOSED,
    INHERITED,
    JOINT,
    NO_CANDIDATE,
    PERMANENT_DEFERRED,
    PERMANENT_RETURN,
    PERMANENT_SPOUSE,
    REPLACEMENT,
    SHORT,
    STEPS_UP,
    TAX_DEFERRED,
    TESTED,
    UNUSED,
    WRITTEN,
)
from taxlots.book.positions import (
    expire_candidates,
)
from taxlots.book.replacements import use
from taxlots.book.restatements import restate
from taxlots.book.tables import NONE, Book
from taxlots.book.waits import (
    expire_waits,
    free_wait,
    leave_waits,
    new_wait,
    queue_wait,
)
from taxlots.domain.money import apportion
from taxlots.law.identical import replaces, share_group
from taxlots.law.s1091_wash_sale import (
    disallowed_part,
    in_window,
    is_permanent_in,
    window_end,
)


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
    if row.against != NONE and position.flags & SHORT:
        wait.lot = row.against
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
        if _is_one_order(b, slot.sold_by, b.rows[wait.row].event):
            if rules.held_after_sale or not _is_to_be_tested(b, slot_at, wait.lot):
                return False
        elif not rules.sold_before_counts:
            return False
    return _is_identical(b, slot_at, wait_at)


def _is_to_be_tested(b: Book, slot_at: int, lot: int) -> bool:
    """Whether a piece of the order in work stands behind the one that is tested, of a lot."""
    slot = b.slots[slot_at]
    if slot.row == NONE or b.rows[slot.row].against == NONE:
        return slot.lot > lot
    tally = b.tally[0]
    piece = tally.piece + 1
    while piece < tally.pieces and b.order[piece] != slot.row:
        piece += 1
    return piece < tally.pieces


def _is_one_order(b: Book, event: int, other: int) -> bool:
    """Whether one journal row makes two sales, in one account or in several."""
    return b.events[event].row == b.events[other].row


def _is_identical(b: Book, slot_at: int, wait_at: int) -> bool:
    acquired = b.positions[b.slots[slot_at].position]
    if not b.pools[acquired.pool].is_mixed:
        return True
    wait = b.waits[wait_at]
    sold = b.positions[wait.position]
    if (acquired.flags | sold.flags) & WRITTEN:
        return acquired.security == sold.security
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
        restate(b, wait_at, slot_at, units, disallowed, rule)
    else:
        use(b, wait_at, slot_at, units, disallowed, rule)


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
