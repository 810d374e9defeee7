"""A sale: lots are relieved, gain or loss is measured by piece, losses look for replacements."""

from taxlots.book.actions import rebase
from taxlots.book.kinds import (
    AVERAGE_IN_FORCE,
    CLOSED,
    DUAL_BASIS,
    EXEMPT,
    EXPIRE,
    FIFO,
    POOLED,
    RIGHT,
    SELL,
    SHORTED,
    SURRENDER,
    TAX_DEFERRED,
    UNKNOWN_BASIS,
    UNUSED,
)
from taxlots.book.noting import fault
from taxlots.book.pools import is_averaged, is_covered_row, join_pool, leave_pool
from taxlots.book.positions import (
    free_slot,
    keep_own_ratio,
    loss_of_part,
    new_slot,
    queue_candidate,
    relieve,
    set_loss_basis,
    set_wash,
    wash_of_part,
)
from taxlots.book.relief import first_pick, next_relief
from taxlots.book.restarts import restart_before_sale
from taxlots.book.tables import NONE, Book
from taxlots.book.wash import test_loss
from taxlots.domain.money import apportion
from taxlots.law.s1001_gain import gain
from taxlots.law.s1015_gift import basis_on_sale
from taxlots.law.s1091_wash_sale import in_window


def sell(b: Book, at: int) -> None:
    """Relieve the lots of one sale, write a row for each piece, then test the losses.

    All pieces are relieved before any loss is tested: what the same order sells is not held
    after it (decision D1).
    """
    first_row = b.tally[0].rows
    in_order = relieve_all(b, at)
    test_losses(b, first_row, in_order)


def relieve_all(b: Book, at: int) -> bool:
    """Relieve the lots of one sale and write their rows; whether these are in order of rank."""
    e = b.events[at]
    p = b.positions[e.position]
    tally = b.tally[0]
    first_row = tally.rows
    realizes = not p.flags & TAX_DEFERRED
    in_order = True
    method = e.method if e.kind == SELL else FIFO
    pick, of_pick = first_pick(b, at)
    if is_averaged(b, e.position):
        if pick != NONE:
            fault(b, at, AVERAGE_IN_FORCE, 0, 0)
        method = FIFO
        pick = NONE
    left = e.quantity
    given = 0
    while left > 0:
        source, units, pick, of_pick = next_relief(b, at, method, pick, of_pick, left)
        if p.flags & SHORTED and realizes:
            of_pick += units
            source, units = restart_before_sale(b, source, units, _sold_day(b, at))
            of_pick -= units
        left -= units
        proceeds = apportion(e.cents, e.quantity - left, e.quantity) - given
        given += proceeds
        if realizes:
            if tally.rows > first_row and b.slots[source].lot < b.rows[tally.rows - 1].lot:
                in_order = False
            _realize(b, at, source, units, proceeds)
        else:
            keep_closed(b, at, source, units, NONE)
            _leave_deferred(b, at, source, units)
        if b.slots[source].quantity == 0:
            free_slot(b, source)
    return in_order


def _sold_day(b: Book, at: int) -> int:
    """The day on which the law puts a sale: that of its row, unless its terms say another."""
    e = b.events[at]
    return b.terms[b.details[e.detail].terms].sold if e.kind == SURRENDER else e.day


def _realize(b: Book, at: int, source: int, units: int, proceeds: int) -> None:
    """Write the row of one relieved piece."""
    e = b.events[at]
    slot = b.slots[source]
    row_at = new_row(b, at, source, units, proceeds)
    row = b.rows[row_at]
    row.sold = _sold_day(b, at)
    row.window = row.sold
    loss_cents = loss_of_part(b, source, units)
    wash_cents = wash_of_part(b, source, units)
    keep_closed(b, at, source, units, row_at)
    if slot.flags & POOLED:
        basis = leave_pool(b, source, units)
        relieve(b, source, units)
    else:
        basis = relieve(b, source, units)
    row.basis_cents = basis
    if row.flags & RIGHT and e.kind == EXPIRE:
        if _return_to_stock(b, at, row.lot, basis, loss_cents, wash_cents):
            row.basis_cents = 0
        else:
            row.nondeductible_cents = basis
    elif row.flags & DUAL_BASIS:
        row.basis_cents = basis_on_sale(proceeds, basis, loss_cents)
        row.gap_cents = basis - row.basis_cents
        if proceeds < loss_cents:
            row.holding_period = max(row.holding_period, row.acquired)


def _leave_deferred(b: Book, at: int, source: int, units: int) -> None:
    """Shares leave a tax-deferred account; only the basis of a right that lapses stays there."""
    slot = b.slots[source]
    lot = slot.lot
    lapses = slot.flags & RIGHT != 0 and b.events[at].kind == EXPIRE
    loss_cents = loss_of_part(b, source, units)
    wash_cents = wash_of_part(b, source, units)
    basis = relieve(b, source, units)
    if lapses:
        _return_to_stock(b, at, lot, basis, loss_cents, wash_cents)


def _return_to_stock(
    b: Book, at: int, lot: int, basis: int, loss_cents: int, wash_cents: int
) -> bool:
    """A right that lapses never had a basis: it goes back to the stock of its lot.

    False where that has left the account: the loss is not allowed (Treas. Reg. 1.307-1(a)).
    """
    stock = NONE
    slot_at = b.lots[lot].slot
    while slot_at != NONE:
        is_stock = b.slots[slot_at].position == b.details[b.events[at].detail].to_position
        if is_stock and (stock == NONE or _stands_before(b, slot_at, stock)):
            stock = slot_at
        slot_at = b.slots[slot_at].next_of_lot
    if stock == NONE:
        return False
    if basis == 0:
        return True
    if b.slots[stock].flags & POOLED:
        join_pool(b, stock, 0, basis)
    whole = rebase(b, stock, basis)
    set_wash(b, whole, b.slots[whole].wash_cents + wash_cents)
    if b.slots[whole].flags & DUAL_BASIS:
        set_loss_basis(b, whole, b.slots[whole].loss_cents + loss_cents - basis)
        keep_own_ratio(b, whole)
    return True


def _stands_before(b: Book, at: int, other: int) -> bool:
    first = b.slots[at]
    second = b.slots[other]
    return first.sub < second.sub or (first.sub == second.sub and first.arrival < second.arrival)


def new_row(b: Book, at: int, source: int, units: int, proceeds: int) -> int:
    """A realized row for units of a sub-lot, on the day of the event; its basis is still 0."""
    e = b.events[at]
    slot = b.slots[source]
    tally = b.tally[0]
    row_at = tally.rows
    tally.rows += 1
    row = b.rows[row_at]
    row.event = at
    row.lot = slot.lot
    row.position = slot.position
    row.acquired = slot.acquired
    row.holding_period = slot.holding_period
    row.flags = slot.flags & ~UNUSED
    row.sold = e.day
    row.window = e.day
    row.against = NONE
    row.quantity = units
    row.proceeds_cents = proceeds
    row.basis_cents = 0
    row.disallowed_cents = 0
    row.permanent_cents = 0
    row.gap_cents = 0
    row.nondeductible_cents = 0
    return row_at


def keep_closed(b: Book, at: int, source: int, units: int, row: int) -> None:
    """Under the literal readings D1 and D2, keep sold shares in the queue of candidates.

    Of one lot, what was sold stands before what is held.
    """
    rules = b.rules[0]
    if rules.held_after_sale and not rules.sold_before_counts:
        return
    if not b.slots[source].flags & UNUSED or not in_window(
        b.events[at].day, b.slots[source].acquired
    ):
        return
    closed = new_slot(b)
    slot = b.slots[closed]
    slot.lot = b.slots[source].lot
    slot.position = b.slots[source].position
    slot.acquired = b.slots[source].acquired
    slot.holding_period = b.slots[source].holding_period
    slot.flags = CLOSED
    slot.quantity = units
    slot.row = row
    slot.sold_by = at
    before = b.slots[source].earlier_candidate
    while before != NONE and _is_held_part(b, before, slot.lot):
        before = b.slots[before].earlier_candidate
    queue_candidate(b, closed, before)


def _is_held_part(b: Book, at: int, lot: int) -> bool:
    return b.slots[at].lot == lot and not b.slots[at].flags & CLOSED


def test_losses(b: Book, first_row: int, in_order: bool) -> None:
    """Test the losses of one sale in the order in which their lots were acquired."""
    tally = b.tally[0]
    count = tally.rows - first_row
    has_loss = False
    for i in range(first_row, tally.rows):
        if _is_loss(b, i):
            has_loss = True
    if not has_loss:
        return
    for i in range(count):
        b.order[i] = first_row + i
    if not in_order:
        _sort_by_lot(b, count)
    tally.pieces = count
    tally.piece = 0
    while tally.piece < tally.pieces:
        row_at = b.order[tally.piece]
        if _is_loss(b, row_at):
            test_loss(b, row_at)
        tally.piece += 1
    tally.pieces = 0


def _is_loss(b: Book, row_at: int) -> bool:
    """Whether a realized piece is a loss that section 1091 can reach."""
    row = b.rows[row_at]
    if row.flags & UNKNOWN_BASIS or row.nondeductible_cents != 0:
        return False
    if b.positions[row.position].flags & EXEMPT:
        return False
    if b.rules[0].covered_only and not is_covered_row(b, row_at):
        return False
    return gain(row.proceeds_cents, row.basis_cents) < 0


def _sort_by_lot(b: Book, count: int) -> None:
    """Order the first ``count`` entries by lot, then row: a heapsort in place."""
    for start in range(count // 2 - 1, -1, -1):
        _sift(b, start, count)
    for end in range(count - 1, 0, -1):
        b.order[0], b.order[end] = b.order[end], b.order[0]
        _sift(b, 0, end)


def _sift(b: Book, start: int, end: int) -> None:
    root = start
    while 2 * root + 1 < end:
        child = 2 * root + 1
        if child + 1 < end and _is_later(b, b.order[child + 1], b.order[child]):
            child += 1
        if not _is_later(b, b.order[child], b.order[root]):
            return
        b.order[root], b.order[child] = b.order[child], b.order[root]
        root = child


def _is_later(b: Book, row: int, other: int) -> bool:
    one = b.rows[row]
    two = b.rows[other]
    return one.lot > two.lot or (one.lot == two.lot and row > other)
