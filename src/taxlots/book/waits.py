"""Waiting losses: the queue of a pool, in order of sale.  Their records are reused."""

from taxlots.book.tables import NONE, Book
from taxlots.domain.money import apportion
from taxlots.law.s1091_wash_sale import window_end


def wait_of(b: Book, pool_at: int, row_at: int) -> int:
    """The waiting loss of a realized row; NONE if it does not wait."""
    at = b.pools[pool_at].first_wait
    while at != NONE and b.waits[at].row != row_at:
        at = b.waits[at].later
    return at


def split_wait(b: Book, slot_at: int, row_at: int, part_at: int, units: int) -> None:
    """A loss that still waits splits with its row."""
    pool_at = b.positions[b.slots[slot_at].position].pool
    pool = b.pools[pool_at]
    rest_at = wait_of(b, pool_at, row_at)
    if rest_at == NONE:
        return
    at = new_wait(b)
    part = b.waits[at]
    rest = b.waits[rest_at]
    quantity = b.slots[slot_at].quantity
    part.row = part_at
    part.day = rest.day
    part.position = rest.position
    part.lot = rest.lot
    part.holding_period = rest.holding_period
    part.flags = rest.flags
    part.whole = apportion(rest.whole, units, quantity)
    part.matched = apportion(rest.matched, units, quantity)
    part.loss_cents = apportion(rest.loss_cents, units, quantity)
    part.sold_units = apportion(rest.sold_units, units, quantity)
    part.matched_cents = apportion(rest.matched_cents, units, quantity)
    part.matched_sold_units = apportion(rest.matched_sold_units, units, quantity)
    rest.whole -= part.whole
    rest.matched -= part.matched
    rest.loss_cents -= part.loss_cents
    rest.sold_units -= part.sold_units
    rest.matched_cents -= part.matched_cents
    rest.matched_sold_units -= part.matched_sold_units
    part.later = rest_at
    part.earlier = rest.earlier
    if rest.earlier == NONE:
        pool.first_wait = at
    else:
        b.waits[rest.earlier].later = at
    rest.earlier = at
    pool.waits += 1


def new_wait(b: Book) -> int:
    """A record for a loss, reused from the free list where there is one."""
    tally = b.tally[0]
    at = tally.free_wait
    if at == NONE:
        at = tally.waits
        tally.waits = at + 1
    else:
        tally.free_wait = b.waits[at].later
    return at


def free_wait(b: Book, at: int) -> None:
    """Give back the record of a loss that waits no more."""
    tally = b.tally[0]
    b.waits[at].row = NONE
    b.waits[at].later = tally.free_wait
    tally.free_wait = at


def queue_wait(b: Book, pool_at: int, at: int, day: int) -> None:
    """Let what is left of a loss wait, behind those of sales of its day and before.

    ``day`` is today; a loss that the law dates later (worthlessness) stays behind later sales.
    """
    expire_waits(b, pool_at, day)
    pool = b.pools[pool_at]
    wait = b.waits[at]
    before = pool.last_wait
    while before != NONE and b.waits[before].day > wait.day:
        before = b.waits[before].earlier
    following = pool.first_wait if before == NONE else b.waits[before].later
    wait.earlier = before
    wait.later = following
    if before == NONE:
        pool.first_wait = at
    else:
        b.waits[before].later = at
    if following == NONE:
        pool.last_wait = at
    else:
        b.waits[following].earlier = at
    pool.waits += 1


def leave_waits(b: Book, pool_at: int, at: int) -> None:
    """Take a loss out of the queue."""
    pool = b.pools[pool_at]
    wait = b.waits[at]
    if wait.earlier == NONE:
        pool.first_wait = wait.later
    else:
        b.waits[wait.earlier].later = wait.later
    if wait.later == NONE:
        pool.last_wait = wait.earlier
    else:
        b.waits[wait.later].earlier = wait.earlier
    pool.waits -= 1
    free_wait(b, at)


def expire_waits(b: Book, pool_at: int, day: int) -> None:
    """Losses whose window has passed are final: they leave the queue."""
    pool = b.pools[pool_at]
    while pool.first_wait != NONE and window_end(b.waits[pool.first_wait].day) < day:
        leave_waits(b, pool_at, pool.first_wait)
