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
    transfer,
)
from taxlots.book.dispositions import expire, surrender
from taxlots.book.distributions import distribute_shares, open_by_terms, return_capital
from taxlots.book.exchanges import exchange
from taxlots.book.kinds import (
    ADJUST,
    ARRIVE,
    COVER,
    DELIVER,
    DEPART,
    DISTRIBUTE,
    DISTRIBUTE_SHARES,
    ELECT_AVERAGE,
    ELECTED,
    END_AVERAGE,
    EXCHANGE,
    EXPIRE,
    LOT_NOT_HELD,
    OPEN,
    OPEN_BY_OPTION,
    OPEN_BY_TERMS,
    OPEN_OUTSIDE,
    OPEN_SHORT,
    OPTION_LEG,
    OVERSOLD,
    RENAME,
    RETURN,
    RETURN_CAPITAL,
    SELL,
    SINGLE,
    SKIP_LOT,
    SPLIT,
    SURRENDER,
    TRANSFER,
)
from taxlots.book.noting import fault
from taxlots.book.option_legs import hand_premium_to_sale, open_by_option
from taxlots.book.pools import elect as elect_average
from taxlots.book.pools import end as end_average
from taxlots.book.relief import missing_pick
from taxlots.book.sale import sell
from taxlots.book.shorts import cover, deliver, open_short
from taxlots.book.splits import split
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
        elif kind == SELL:
            if _is_held(b, at):
                sell(b, at)
        elif kind <= RENAME:
            _book_plain(b, at, kind)
        else:
            _book_action(b, at, kind)
        at += 1
    return at


def _book_plain(b: Book, at: int, kind: int) -> None:
    """Book an event that moves lots or changes their units or basis."""
    if kind == SPLIT:
        split(b, at)
    elif kind == ADJUST:
        adjust_basis(b, at)
    elif kind == RENAME:
        rename(b, at)
    elif kind == ARRIVE:
        arrive(b, at)
    elif _is_held(b, at):
        if kind == TRANSFER:
            transfer(b, at)
        elif kind == DEPART:
            depart(b, at)
        elif kind == DISTRIBUTE:
            distribute(b, at)
        elif kind == RETURN:
            come_back(b, at)
    elif kind == DISTRIBUTE:
        _skip_lot(b)


def _book_action(b: Book, at: int, kind: int) -> None:
    """Book a corporate action, a short sale, an option, or a turn of the average basis method."""
    if kind == SURRENDER:
        surrender(b, at)
    elif kind == EXCHANGE:
        exchange(b, at)
    elif kind == DISTRIBUTE_SHARES:
        distribute_shares(b, at)
    elif kind == OPEN_BY_TERMS:
        open_by_terms(b, at)
    elif kind == RETURN_CAPITAL:
        return_capital(b, at)
    elif kind == OPEN_SHORT:
        open_short(b, at)
    elif kind == EXPIRE:
        expire(b, at)
    elif kind == OPEN_BY_OPTION:
        open_by_option(b, at)
    elif kind == OPTION_LEG:
        hand_premium_to_sale(b, at)
    elif kind == SKIP_LOT:
        _skip_lot(b)
    elif kind in (ELECT_AVERAGE, END_AVERAGE):
        _turn_average(b, at, kind)
    elif kind in (COVER, DELIVER) and _is_held(b, at):
        if kind == COVER:
            cover(b, at)
        else:
            deliver(b, at)


def _turn_average(b: Book, at: int, kind: int) -> None:
    e = b.events[at]
    if kind == END_AVERAGE:
        end_average(b, e.position, e.day)
        return
    flags = b.details[e.detail].flags
    day = e.day if flags & ELECTED else NONE
    elect_average(b, e.position, day, 1 if flags & SINGLE else 0)


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
    needed = _room_at(b, e.position)
    if e.kind > RENAME or e.kind in (SPLIT, SELL):
        following = b.positions[e.position].first_of_symbol
        while following != NONE:
            needed += _room_at(b, following)
            following = b.positions[following].next_of_symbol
    if e.kind in (OPEN_BY_OPTION, OPEN_BY_TERMS, EXCHANGE, DISTRIBUTE_SHARES):
        needed += _room_at(b, b.details[e.detail].to_position)
    return needed


def _room_at(b: Book, position: int) -> int:
    p = b.positions[position]
    pool = b.pools[p.pool]
    return 3 * p.slots + pool.candidates + pool.waits + 4


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
