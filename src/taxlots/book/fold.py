"""The fold: every event of the journal, in booking order, through one loop.

It never looks ahead.  It can be taken up again where it stopped, when events were added or a
table needed room, and it can run on a copy to answer "what if".  The tables are in
``book.tables``; what the loop calls is in ``sale``, ``wash``, ``actions`` and ``law``.
"""

from taxlots.book.actions import (
    adjust_basis,
    arrive,
    come_back,
    depart,
    distribute,
    open_lot,
    rename,
    split,
    transfer,
)
from taxlots.book.kinds import (
    ADJUST,
    ARRIVE,
    DEPART,
    DISTRIBUTE,
    LOT_NOT_HELD,
    OPEN,
    OPEN_OUTSIDE,
    OVERSOLD,
    RENAME,
    RETURN,
    SELL,
    SPLIT,
    TRANSFER,
)
from taxlots.book.noting import fault
from taxlots.book.relief import missing_pick
from taxlots.book.sale import sell
from taxlots.book.tables import NONE, Book


def fold(b: Book, start: int, stop: int) -> int:
    """Book the events from ``start`` up to ``stop``.

    Returns ``stop``, or an earlier event that needs more room than the tables have (see
    ``room_needed``): grow them and call again from there.
    """
    tally = b.tally[0]
    at = start
    while at < stop:
        needed = room_needed(b, at)
        if tally.room < needed:
            tally.room = room_left(b)
            if tally.room < needed:
                return at
        tally.room -= needed
        kind = b.events[at].kind
        if kind in (OPEN, OPEN_OUTSIDE):
            open_lot(b, at)
        elif kind == SPLIT:
            split(b, at)
        elif kind == ADJUST:
            adjust_basis(b, at)
        elif kind == RENAME:
            rename(b, at)
        elif kind == ARRIVE:
            arrive(b, at)
        elif _is_held(b, at):
            _take_out(b, at, kind)
        elif kind == DISTRIBUTE:
            _skip_lot(b)
        at += 1
    return at


def _take_out(b: Book, at: int, kind: int) -> None:
    """Book an event that takes units out of its position, which holds them."""
    if kind == SELL:
        sell(b, at)
    elif kind == TRANSFER:
        transfer(b, at)
    elif kind == DEPART:
        depart(b, at)
    elif kind == DISTRIBUTE:
        distribute(b, at)
    elif kind == RETURN:
        come_back(b, at)


def _skip_lot(b: Book) -> None:
    """Leave out the number of a lot that is not opened, so that those after it keep theirs."""
    tally = b.tally[0]
    b.lots[tally.lots].slot = NONE
    b.lots[tally.lots].event = NONE
    tally.lots += 1


def _is_held(b: Book, at: int) -> bool:
    """Whether the position holds what the event takes out; if not, the event is a fault."""
    e = b.events[at]
    held = b.positions[e.position].quantity
    if held < e.quantity:
        fault(b, at, OVERSOLD, e.quantity, held)
        return False
    pick = missing_pick(b, at)
    if pick != NONE:
        fault(b, at, LOT_NOT_HELD, b.picks[pick].quantity, b.picks[pick].lot)
        return False
    return True


def room_needed(b: Book, at: int) -> int:
    """How many records an event may add to any table, at the very most."""
    e = b.events[at]
    p = b.positions[e.position]
    pool = b.pools[p.pool]
    needed = 3 * p.slots + pool.candidates + pool.waits + 4
    if e.kind == SPLIT:
        following = p.next_of_symbol
        while following != NONE:
            needed += 2
            following = b.positions[following].next_of_symbol
    return needed


def room_left(b: Book) -> int:
    """How many records every table can still take."""
    tally = b.tally[0]
    return min(
        len(b.slots) - tally.slots,
        len(b.waits) - tally.waits,
        len(b.rows) - tally.rows,
        len(b.matches) - tally.matches,
        len(b.faults) - tally.faults,
        len(b.lots) - tally.lots,
        len(b.order),
    )
