"""Pairing heaps: the sub-lot of highest or lowest basis per unit, in O(log lots).

A position gets a heap when a method first asks for one; from then on every sub-lot that enters
the position enters the heap.  A sub-lot that is sold stays in it, empty, until it reaches the top
(Fredman, Sedgewick, Sleator and Tarjan, "The pairing heap", 1986).
"""

from typing import Final

from taxlots.book.kinds import HIGH_HEAP, LOW_HEAP
from taxlots.book.tables import NONE, Book, Branch
from taxlots.domain.money import ratio_exceeds

HIGH: Final = 0
LOW: Final = 1


def _branch(b: Book, heap: int, at: int) -> Branch:
    return b.high[at] if heap == HIGH else b.low[at]


def _goes_first(b: Book, heap: int, at: int, other: int) -> bool:
    """Whether ``at`` leaves before ``other``: by ratio, then the earliest acquired."""
    first = b.slots[at]
    second = b.slots[other]
    if ratio_exceeds(first.key_cents, first.key_quantity, second.key_cents, second.key_quantity):
        return heap == HIGH
    if ratio_exceeds(second.key_cents, second.key_quantity, first.key_cents, first.key_quantity):
        return heap == LOW
    if first.lot != second.lot:
        return first.lot < second.lot
    if first.sub != second.sub:
        return first.sub < second.sub
    return first.arrival < second.arrival


def _meld(b: Book, heap: int, one: int, two: int) -> int:
    if one == NONE:
        return two
    if two == NONE:
        return one
    if not _goes_first(b, heap, one, two):
        one, two = two, one
    parent = _branch(b, heap, one)
    _branch(b, heap, two).sibling = parent.child
    parent.child = two
    return one


def _root(b: Book, heap: int, position: int) -> int:
    p = b.positions[position]
    return p.high_root if heap == HIGH else p.low_root


def _set_root(b: Book, heap: int, position: int, at: int) -> None:
    p = b.positions[position]
    if heap == HIGH:
        p.high_root = at
    else:
        p.low_root = at


def push(b: Book, heap: int, position: int, at: int) -> None:
    """Add a sub-lot to a heap of its position."""
    branch = _branch(b, heap, at)
    branch.child = NONE
    branch.sibling = NONE
    b.slots[at].heap_places += 1
    _set_root(b, heap, position, _meld(b, heap, _root(b, heap, position), at))


def _pop(b: Book, heap: int, position: int) -> None:
    """Drop the top: meld its children in pairs, then the pairs from last to first."""
    child = _branch(b, heap, _root(b, heap, position)).child
    pairs = NONE
    while child != NONE:
        one = child
        two = _branch(b, heap, one).sibling
        if two == NONE:
            child = NONE
        else:
            child = _branch(b, heap, two).sibling
            _branch(b, heap, two).sibling = NONE
        _branch(b, heap, one).sibling = NONE
        pair = _meld(b, heap, one, two)
        _branch(b, heap, pair).sibling = pairs
        pairs = pair
    root = NONE
    while pairs != NONE:
        following = _branch(b, heap, pairs).sibling
        _branch(b, heap, pairs).sibling = NONE
        root = _meld(b, heap, root, pairs)
        pairs = following
    _set_root(b, heap, position, root)


def forget(b: Book, position: int) -> None:
    """Drop a position's heaps; the next sale that asks for one builds it anew.

    What was sold keeps the ratio that it had: after a split it would stand in the wrong place.
    """
    p = b.positions[position]
    p.flags = p.flags & ~(HIGH_HEAP | LOW_HEAP)
    p.high_root = NONE
    p.low_root = NONE
    at = p.head
    while at != NONE:
        b.slots[at].heap_places = 0
        at = b.slots[at].next


def top(b: Book, heap: int, position: int) -> int:
    """The open sub-lot that leaves first; the position must hold one."""
    p = b.positions[position]
    flag = HIGH_HEAP if heap == HIGH else LOW_HEAP
    if not p.flags & flag:
        p.flags = p.flags | flag
        at = p.head
        while at != NONE:
            push(b, heap, position, at)
            at = b.slots[at].next
    at = _root(b, heap, position)
    while b.slots[at].quantity == 0:
        _pop(b, heap, position)
        slot = b.slots[at]
        slot.heap_places -= 1
        if slot.heap_places == 0:
            slot.next = b.tally[0].free_slot
            b.tally[0].free_slot = at
        at = _root(b, heap, position)
    return at
