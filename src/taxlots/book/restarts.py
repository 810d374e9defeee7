"""Holding periods that start anew because of a short sale.  26 USC 1233(b)."""

from taxlots.book.kinds import INHERITED, SHORT, UNUSED
from taxlots.book.positions import detach, insert, leave_candidates, queue_candidate
from taxlots.book.ranks import begin_walk, next_in_walk
from taxlots.book.tables import NONE, Book
from taxlots.law.s1233_short_sales import starts_anew


def split_off(b: Book, slot_at: int, units: int) -> int:
    """The first ``units`` of a sub-lot as one of its own, in its place; itself if that is all."""
    slot = b.slots[slot_at]
    if units == slot.quantity:
        return slot_at
    part = detach(b, slot_at, units, slot.position, True)
    if b.slots[part].flags & UNUSED:
        leave_candidates(b, part)
        queue_candidate(b, part, b.slots[slot_at].earlier_candidate)
    insert(b, part, slot.position, slot.previous)
    return part


def is_suspended(b: Book, slot_at: int, opened: int) -> bool:
    """Whether a sub-lot's period starts anew on account of a short sale of a day."""
    slot = b.slots[slot_at]
    return not slot.flags & INHERITED and starts_anew(slot.holding_period, opened)


def restart_before_sale(b: Book, slot_at: int, units: int, day: int) -> tuple[int, int]:
    """Give units about to be sold a new start where an open short sale stands against them.

    Returns the sub-lot to sell from and how many units, so that all of them are treated alike.
    """
    position = b.slots[slot_at].position
    count = begin_walk(b, position, 0, SHORT)
    if count == 0:
        return slot_at, units
    first = _first_short(b, position)
    skipped = b.positions[first].restarted
    short = next_in_walk(b, 0, count)
    while short != NONE and skipped >= b.slots[short].quantity:
        skipped -= b.slots[short].quantity
        short = next_in_walk(b, 0, count)
    if short == NONE or not is_suspended(b, slot_at, b.slots[short].acquired):
        return slot_at, units
    counted = min(units, b.slots[short].quantity - skipped)
    part = split_off(b, slot_at, counted)
    b.slots[part].holding_period = day
    b.positions[first].restarted += counted
    return part, counted


def restart_at_closing(
    b: Book, position: int, base: int, units: int, opened: int, day: int
) -> None:
    """Give held units a new start because ``units`` of a short sale opened on a day are closed."""
    first = _first_short(b, position)
    used = min(b.positions[first].restarted, units)
    b.positions[first].restarted -= used
    left = units - used
    count = begin_walk(b, position, base, 0)
    slot_at = next_in_walk(b, base, count)
    while left > 0 and slot_at != NONE:
        if is_suspended(b, slot_at, opened):
            part = split_off(b, slot_at, min(left, b.slots[slot_at].quantity))
            b.slots[part].holding_period = day
            left -= b.slots[part].quantity
        slot_at = next_in_walk(b, base, count)


def _first_short(b: Book, position: int) -> int:
    at = b.positions[position].first_of_symbol
    while b.positions[at].tax_return != b.positions[position].tax_return or not (
        b.positions[at].flags & SHORT
    ):
        at = b.positions[at].next_of_symbol
    return at
