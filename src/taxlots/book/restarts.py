"""Holding periods that start anew because of a short sale.  26 USC 1233(b)."""

from taxlots.book.heaps import keep_turn, start_anew
from taxlots.book.kinds import INHERITED, RESTARTED, SHORT, UNUSED
from taxlots.book.positions import detach, insert, leave_candidates, queue_candidate
from taxlots.book.ranks import begin_walk, next_in_walk
from taxlots.book.tables import NONE, Book
from taxlots.law.s1233_short_sales import starts_anew


def split_off(b: Book, slot_at: int, units: int) -> int:
    """The first ``units`` of a sub-lot as one of its own, in its place; itself if that is all.

    They came here when the rest did, and stand before it.
    """
    slot = b.slots[slot_at]
    if units == slot.quantity:
        return slot_at
    part = detach(b, slot_at, units, slot.position, True)
    if b.slots[part].flags & UNUSED:
        leave_candidates(b, part)
        queue_candidate(b, part, b.slots[slot_at].earlier_candidate)
    insert(b, part, slot.position, slot.previous)
    keep_turn(b, part, slot.arrival)
    return part


def is_suspended(b: Book, slot_at: int, opened: int) -> bool:
    """Whether a short sale opened on a day can make a sub-lot's period start anew.

    It cannot where the sub-lot was long-term on that day, nor where its period has started anew
    since: what one short sale reached, another one does not.
    """
    slot = b.slots[slot_at]
    if slot.flags & RESTARTED and slot.holding_period >= opened:
        return False
    if slot.acquired > opened:
        return True
    return not slot.flags & INHERITED and starts_anew(slot.holding_period, opened)


def _restart(b: Book, slot_at: int, units: int, day: int) -> int:
    """Let the period of the first units of a sub-lot start anew; returns their sub-lot."""
    part = split_off(b, slot_at, units)
    slot = b.slots[part]
    slot.flags = slot.flags & ~INHERITED | RESTARTED
    start_anew(b, part, day)
    return part


def restart_before_sale(b: Book, slot_at: int, units: int, day: int) -> tuple[int, int]:
    """Give units about to be sold a new start where an open short sale reaches them.

    Short sales reach the units that they suspend in order of acquisition, sold now or not, each
    unit once.  Returns the sub-lot to sell from and how many units, so that all of them are
    treated alike.
    """
    position = b.slots[slot_at].position
    shorts = _rooms(b, position)
    base = 2 * shorts
    count = begin_walk(b, position, base, 0)
    at = next_in_walk(b, base, count)
    while at != NONE and at != slot_at and shorts > 0:
        _reach(b, at, b.slots[at].quantity, shorts)
        at = next_in_walk(b, base, count)
    total = 0
    for i in range(shorts):
        if is_suspended(b, slot_at, b.slots[b.order[2 * i]].acquired):
            reached = min(units - total, b.order[2 * i + 1])
            b.lots[b.slots[b.order[2 * i]].lot].restarted += reached
            total += reached
    if total == 0:
        return slot_at, units
    return _restart(b, slot_at, total, day), total


def _rooms(b: Book, position: int) -> int:
    """List the open short sub-lots and the units that each can reach, from ``order[0]`` on."""
    shorts = 0
    counted = NONE
    left = 0
    at = b.positions[position].first_of_symbol
    while at != NONE:
        shorts += b.positions[at].slots if b.positions[at].flags & SHORT else 0
        at = b.positions[at].next_of_symbol
    base = 2 * shorts
    count = begin_walk(b, position, base, SHORT)
    number = 0
    short = next_in_walk(b, base, count)
    while short != NONE:
        slot = b.slots[short]
        if slot.lot != counted:
            counted = slot.lot
            left = b.lots[slot.lot].restarted
        spent = min(left, slot.quantity)
        left -= spent
        b.order[2 * number] = short
        b.order[2 * number + 1] = slot.quantity - spent
        number += 1
        short = next_in_walk(b, base, count)
    return number


def _reach(b: Book, slot_at: int, units: int, shorts: int) -> None:
    """Let the short sales reach the units of a sub-lot, first opened first."""
    for i in range(shorts):
        if units > 0 and is_suspended(b, slot_at, b.slots[b.order[2 * i]].acquired):
            reached = min(units, b.order[2 * i + 1])
            b.order[2 * i + 1] -= reached
            units -= reached


def unspent(b: Book, lot: int, units: int) -> int:
    """Of units of a short lot that are closed, those that reached nothing that was sold."""
    used = min(b.lots[lot].restarted, units)
    b.lots[lot].restarted -= used
    return units - used


def restart_at_closing(b: Book, position: int, base: int, lot: int, units: int, day: int) -> None:
    """Give held units a new start because so many units of a short lot are closed."""
    opened = b.lots[lot].acquired
    left = units
    count = begin_walk(b, position, base, 0)
    slot_at = next_in_walk(b, base, count)
    while left > 0 and slot_at != NONE:
        if is_suspended(b, slot_at, opened):
            reached = min(left, b.slots[slot_at].quantity)
            _restart(b, slot_at, reached, day)
            left -= reached
        slot_at = next_in_walk(b, base, count)
