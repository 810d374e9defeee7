"""Which units leave next: those that the order names, else those that the method says."""

from taxlots.book.methods import next_by_method
from taxlots.book.tables import NONE, Book


def first_of_lot(b: Book, lot: int, position: int) -> int:
    """The sub-lot of a lot that leaves first from a position; NONE where it holds none."""
    at = b.lots[lot].slot
    while at != NONE and b.slots[at].position != position:
        at = b.slots[at].next_of_lot
    if at == NONE:
        return NONE
    before = b.slots[at].previous
    while before != NONE and b.slots[before].lot == lot:
        at = before
        before = b.slots[at].previous
    return at


def held_of_lot(b: Book, lot: int, position: int) -> int:
    """How many units of a lot a position holds."""
    held = 0
    at = b.lots[lot].slot
    while at != NONE:
        if b.slots[at].position == position:
            held += b.slots[at].quantity
        at = b.slots[at].next_of_lot
    return held


def missing_pick(b: Book, event: int) -> int:
    """The first pick of an event that its position does not hold in full; NONE if all are."""
    e = b.events[event]
    if e.detail == NONE:
        return NONE
    detail = b.details[e.detail]
    for pick in range(detail.first_pick, detail.first_pick + detail.pick_count):
        if held_of_lot(b, b.picks[pick].lot, e.position) < b.picks[pick].quantity:
            return pick
    return NONE


def next_relief(
    b: Book, event: int, method: int, pick: int, of_pick: int, left: int
) -> tuple[int, int, int, int]:
    """The next sub-lot to relieve, how many of its units, and where the picks then stand.

    ``pick`` is the pick in work (NONE: by method) and ``of_pick`` what is left of it.
    """
    position = b.events[event].position
    if pick == NONE:
        at = next_by_method(b, event, position, method)
        return at, min(left, b.slots[at].quantity), NONE, 0
    while of_pick == 0:
        pick += 1
        of_pick = b.picks[pick].quantity
    at = first_of_lot(b, b.picks[pick].lot, position)
    units = min(of_pick, b.slots[at].quantity)
    return at, units, pick, of_pick - units


def first_pick(b: Book, event: int) -> tuple[int, int]:
    """Where the picks of an event start, and the quantity of the first; NONE without picks."""
    e = b.events[event]
    if e.detail == NONE or b.details[e.detail].pick_count == 0:
        return NONE, 0
    pick = b.details[e.detail].first_pick
    return pick, b.picks[pick].quantity
