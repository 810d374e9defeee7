"""Pairing heaps: the sub-lot of highest or lowest basis per unit, in O(log lots).

A position gets a heap when a method first asks for one and there is something to gain by it; from
then on every sub-lot enters it with the position and leaves it with the position.  Each heap by
ratio has two sides: the sub-lots that were found to be long-term, and the others.  What was not
found long-term yet stands in a third heap by holding period, whose first ones change sides as the
days pass, each of them once.
(Fredman, Sedgewick, Sleator and Tarjan, "The pairing heap", 1986.)
"""

from typing import Final

from taxlots.book.kinds import HEAPS, HIGH_HEAP, INHERITED, LOW_HEAP, TURN_HEAP
from taxlots.book.tables import NONE, Book, Branch
from taxlots.domain.money import ratio_exceeds
from taxlots.law.s1222_term import is_long_term

HIGH: Final = 0
LOW: Final = 1
TURN: Final = 2
"""Not long-term yet, the earliest holding period first."""

SHORT_SIDE: Final = 0
LONG_SIDE: Final = 1

FEW: Final = 32
"""So many sub-lots are looked through sooner than a heap of them is kept."""


def enter(b: Book, position: int, at: int) -> None:
    """Add a sub-lot to the heaps that its position has."""
    flags = b.positions[position].flags
    slot = b.slots[at]
    slot.side = LONG_SIDE if slot.flags & INHERITED else SHORT_SIDE
    if flags & HIGH_HEAP:
        _push(b, HIGH, position, at)
    if flags & LOW_HEAP:
        _push(b, LOW, position, at)
    if flags & TURN_HEAP and slot.side == SHORT_SIDE:
        _push(b, TURN, position, at)


def leave(b: Book, at: int) -> None:
    """Take a sub-lot out of the heaps of its position."""
    slot = b.slots[at]
    flags = b.positions[slot.position].flags
    if flags & HIGH_HEAP:
        _remove(b, HIGH, at)
    if flags & LOW_HEAP:
        _remove(b, LOW, at)
    if flags & TURN_HEAP and slot.side == SHORT_SIDE:
        _remove(b, TURN, at)


def start_anew(b: Book, at: int, day: int) -> None:
    """Give a sub-lot in its place a new holding period, which heaps rank it by."""
    slot = b.slots[at]
    if b.positions[slot.position].flags & HEAPS:
        leave(b, at)
        slot.holding_period = day
        enter(b, slot.position, at)
    else:
        slot.holding_period = day


def forget(b: Book, position: int) -> None:
    """Drop a position's heaps, whose ratios have changed; they are built anew when asked for."""
    p = b.positions[position]
    p.flags = p.flags & ~HEAPS
    p.short_high_root = NONE
    p.short_low_root = NONE
    p.long_high_root = NONE
    p.long_low_root = NONE
    p.turn_root = NONE


def has_few(b: Book, heap: int, position: int) -> bool:
    """Whether a position is better looked through than put into a heap."""
    p = b.positions[position]
    return not p.flags & _flag(heap) and p.slots <= FEW


def first(b: Book, heap: int, position: int) -> int:
    """The sub-lot of highest or lowest ratio, of either term; the position must hold one."""
    if has_few(b, heap, position):
        best = b.positions[position].head
        at = b.slots[best].next
        while at != NONE:
            if _goes_first(b, heap, at, best):
                best = at
            at = b.slots[at].next
        return best
    _build(b, heap, position)
    one = _root(b, heap, SHORT_SIDE, position)
    two = _root(b, heap, LONG_SIDE, position)
    if one == NONE or (two != NONE and _goes_first(b, heap, two, one)):
        return two
    return one


def first_of_term(b: Book, heap: int, position: int, side: int, day: int) -> int:
    """The sub-lot of highest or lowest ratio that is short-term, or long-term, if sold on a day.

    NONE where there is none.  Days must not go backwards.
    """
    _build(b, heap, position)
    _build(b, TURN, position)
    at = _root(b, TURN, SHORT_SIDE, position)
    while at != NONE and is_long_term(b.slots[at].holding_period, day):
        leave(b, at)
        b.slots[at].side = LONG_SIDE
        if b.positions[position].flags & HIGH_HEAP:
            _push(b, HIGH, position, at)
        if b.positions[position].flags & LOW_HEAP:
            _push(b, LOW, position, at)
        at = _root(b, TURN, SHORT_SIDE, position)
    return _root(b, heap, side, position)


def _flag(heap: int) -> int:
    if heap == TURN:
        return TURN_HEAP
    return HIGH_HEAP if heap == HIGH else LOW_HEAP


def _build(b: Book, heap: int, position: int) -> None:
    """Put every sub-lot of a position into a heap that it does not have yet."""
    p = b.positions[position]
    flag = _flag(heap)
    if p.flags & flag:
        return
    is_first = not p.flags & HEAPS
    p.flags = p.flags | flag
    at = p.head
    while at != NONE:
        slot = b.slots[at]
        if is_first:
            slot.side = LONG_SIDE if slot.flags & INHERITED else SHORT_SIDE
        if heap != TURN or slot.side == SHORT_SIDE:
            _push(b, heap, position, at)
        at = slot.next


def _goes_first(b: Book, heap: int, at: int, other: int) -> bool:
    """Whether ``at`` leaves before ``other``: by ratio, then the earliest acquired."""
    one = b.slots[at]
    two = b.slots[other]
    if heap == TURN:
        return one.holding_period < two.holding_period
    if ratio_exceeds(one.key_cents, one.key_quantity, two.key_cents, two.key_quantity):
        return heap == HIGH
    if ratio_exceeds(two.key_cents, two.key_quantity, one.key_cents, one.key_quantity):
        return heap == LOW
    return is_earlier(b, at, other)


def is_earlier(b: Book, at: int, other: int) -> bool:
    """Whether a sub-lot goes before another of the same ratio (decisions D12 and D13).

    Parts of one arrival were cut off where they stood and stand side by side: the position's list
    tells which of them comes first.
    """
    one = b.slots[at]
    two = b.slots[other]
    if one.lot != two.lot:
        return one.lot < two.lot
    if one.sub != two.sub:
        return one.sub < two.sub
    if one.arrival != two.arrival:
        return one.arrival < two.arrival
    following = one.next
    while following != NONE and following != other:
        part = b.slots[following]
        if part.lot != one.lot or part.sub != one.sub or part.arrival != one.arrival:
            return False
        following = part.next
    return following == other


def keep_turn(b: Book, at: int, arrival: int) -> None:
    """Let a sub-lot that was put in the place of another one have its turn."""
    leave(b, at)
    b.slots[at].arrival = arrival
    enter(b, b.slots[at].position, at)


def _branch(b: Book, heap: int, at: int) -> Branch:
    if heap == TURN:
        return b.turns[at]
    return b.high[at] if heap == HIGH else b.low[at]


def _root(b: Book, heap: int, side: int, position: int) -> int:
    p = b.positions[position]
    if heap == TURN:
        return p.turn_root
    if side == LONG_SIDE:
        return p.long_high_root if heap == HIGH else p.long_low_root
    return p.short_high_root if heap == HIGH else p.short_low_root


def _set_root(b: Book, heap: int, side: int, position: int, at: int) -> None:
    p = b.positions[position]
    if heap == TURN:
        p.turn_root = at
    elif side == LONG_SIDE:
        if heap == HIGH:
            p.long_high_root = at
        else:
            p.long_low_root = at
    elif heap == HIGH:
        p.short_high_root = at
    else:
        p.short_low_root = at


def _push(b: Book, heap: int, position: int, at: int) -> None:
    branch = _branch(b, heap, at)
    branch.child = NONE
    branch.sibling = NONE
    branch.previous = NONE
    side = b.slots[at].side
    root = _root(b, heap, side, position)
    _set_root(b, heap, side, position, _meld(b, heap, root, at))


def _remove(b: Book, heap: int, at: int) -> None:
    """Take a sub-lot out, wherever it stands; its children become one heap and join the rest."""
    side = b.slots[at].side
    position = b.slots[at].position
    branch = _branch(b, heap, at)
    orphans = _melded(b, heap, branch.child)
    if branch.previous == NONE:
        _set_root(b, heap, side, position, orphans)
        return
    before = _branch(b, heap, branch.previous)
    if before.child == at:
        before.child = branch.sibling
    else:
        before.sibling = branch.sibling
    if branch.sibling != NONE:
        _branch(b, heap, branch.sibling).previous = branch.previous
    root = _root(b, heap, side, position)
    _set_root(b, heap, side, position, _meld(b, heap, root, orphans))


def _meld(b: Book, heap: int, one: int, two: int) -> int:
    """Make one heap of two; returns its first sub-lot."""
    if one == NONE:
        return two
    if two == NONE:
        return one
    if not _goes_first(b, heap, one, two):
        one, two = two, one
    parent = _branch(b, heap, one)
    child = _branch(b, heap, two)
    child.sibling = parent.child
    child.previous = one
    if parent.child != NONE:
        _branch(b, heap, parent.child).previous = two
    parent.child = two
    return one


def _melded(b: Book, heap: int, child: int) -> int:
    """Make one heap of a row of siblings: meld them in pairs, then the pairs from last to first."""
    pairs = NONE
    while child != NONE:
        one = child
        two = _branch(b, heap, one).sibling
        child = NONE
        if two != NONE:
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
    if root != NONE:
        _branch(b, heap, root).previous = NONE
    return root
