"""A security's sub-lots over several accounts, in order of acquisition.

The positions of a household's symbol are chained.  A walk keeps a cursor for each of them in
``order``, from ``base`` on, and always takes the earliest.
"""

from taxlots.book.kinds import OUTSIDE, SHORT, TAX_DEFERRED
from taxlots.book.tables import NONE, Book


def begin_walk(b: Book, position: int, base: int, side: int) -> int:
    """Set a cursor on each position of the symbol and of the same tax return; returns how many.

    ``side`` is ``SHORT`` for what is owed, 0 for what is held in taxable accounts.
    """
    count = 0
    at = b.positions[position].first_of_symbol
    while at != NONE:
        p = b.positions[at]
        is_same = p.tax_return == b.positions[position].tax_return
        if is_same and p.flags & (SHORT | OUTSIDE | TAX_DEFERRED) == side:
            b.order[base + count] = p.head
            count += 1
        at = p.next_of_symbol
    return count


def next_in_walk(b: Book, base: int, count: int) -> int:
    """The earliest sub-lot that the walk has not passed; NONE at its end."""
    best = NONE
    for i in range(count):
        at = b.order[base + i]
        if at != NONE and (best == NONE or _is_earlier(b, at, b.order[base + best])):
            best = i
    if best == NONE:
        return NONE
    at = b.order[base + best]
    b.order[base + best] = b.slots[at].next
    return at


def _is_earlier(b: Book, at: int, other: int) -> bool:
    first = b.slots[at]
    second = b.slots[other]
    if first.lot != second.lot:
        return first.lot < second.lot
    if first.sub != second.sub:
        return first.sub < second.sub
    return first.arrival < second.arrival
