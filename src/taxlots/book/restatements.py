"""Losses that join shares which are sold already, under the literal readings of D1 and D2."""

from taxlots.book.kinds import (
    ADJUSTED,
    EARLIER_YEAR_RESTATED,
    INHERITED,
    REPLACEMENT,
    RESTARTED,
    RESTATED,
    SHORT,
    STEPS_UP,
)
from taxlots.book.noting import fault
from taxlots.book.positions import (
    free_slot,
    leave_candidates,
)
from taxlots.book.tables import NONE, Book
from taxlots.book.waits import (
    split_wait,
    wait_of,
)
from taxlots.domain.calendar import civil
from taxlots.domain.money import apportion
from taxlots.law.s1091_wash_sale import (
    replacement_basis,
)
from taxlots.law.s1223_tacking import tacked_day


def restate(b: Book, wait_at: int, slot_at: int, units: int, disallowed: int, rule: int) -> None:
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
        if restated.flags & RESTARTED:
            return
        restated.flags = restated.flags | wait.flags
        start = max(restated.acquired, restated.holding_period)
        restated.holding_period = tacked_day(start, wait.holding_period, wait.day)
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
    part.against = row.against
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
