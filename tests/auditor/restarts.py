"""26 USC 1233(b): short sales start the holding period of what is held anew."""

from collections.abc import Sequence
from datetime import date

from .book import OUTSIDE_1233
from .holdings import Holdings
from .lots import Part, Piece, ShortPart
from .relief import Pick
from .terms import is_long_term


def was_long_on(part: Part | Piece, day: date) -> bool:
    """Whether these shares were held on that day, and were long-term then."""
    held_long = is_long_term(part.holding_period, day, always=part.always_long)
    return part.lot.acquired <= day and held_long


def open_shorts(held: Holdings, account: str, symbol: str) -> list[ShortPart]:
    """The open short sales of a symbol on the tax return of an account, in order of opening."""
    if held.book.kind_of(symbol) in OUTSIDE_1233:
        return []
    accounts = held.accounts_on_return(account)
    mine = [
        part
        for part in held.shorts
        if not part.is_written and part.symbol == symbol and part.account in accounts
    ]
    return sorted(mine, key=held.order_of)


def shares_held(held: Holdings, account: str, symbol: str) -> list[Part]:
    """The shares of a symbol on the tax return of an account, in order of rank."""
    if held.book.kind_of(symbol) in OUTSIDE_1233:
        return []
    accounts = held.accounts_on_return(account)
    mine = [
        part
        for part in held.parts
        if part.symbol == symbol and part.account in accounts and part.place == "held"
    ]
    return sorted(mine, key=held.order_of)


Cut = tuple[Part, int, bool]
"""What a sale takes of a part: how much, and whether its holding period starts anew."""


def reaches(short: ShortPart, part: Part) -> bool:
    """Whether a short sale can make a part's period start anew; nothing is reached twice."""
    if part.restarted_on is not None and part.restarted_on >= short.opened:
        return False
    return not was_long_on(part, short.opened)


def restart_sold(held: Holdings, picks: Sequence[Pick]) -> list[Cut]:
    """Shares sold while short sales are open: the period of those reached starts anew.

    Short sales reach everything held in order of rank, sold now or not, first opened first.
    """
    one = picks[0][0] if picks else None
    cuts: list[Cut] = [(part, count, False) for part, count in picks if count]
    if one is None or not held.is_taxable(one.account):
        return cuts
    shorts = open_shorts(held, one.account, one.symbol)
    rooms = [short.left - short.spent for short in shorts]
    reached: dict[Part, list[int]] = {}
    for part in shares_held(held, one.account, one.symbol):
        left = part.left
        reached[part] = [0] * len(shorts)
        for number, short in enumerate(shorts):
            if reaches(short, part):
                units = min(left, rooms[number])
                reached[part][number] = units
                rooms[number] -= units
                left -= units
    found: list[Cut] = []
    for part, count, _ in cuts:
        fresh = 0
        for number, units in enumerate(reached.get(part, [])):
            spent = min(units, count - fresh)
            shorts[number].spent += spent
            fresh += spent
        found += [(part, fresh, True), (part, count - fresh, False)]
    return [cut for cut in found if cut[1]]


def restart_open(held: Holdings, closed: ShortPart, day: date) -> None:
    """Shares still held when a short sale is closed: their period starts on that day."""
    if closed.is_written or not held.is_taxable(closed.account):
        return
    left = closed.left - closed.spent
    for part in shares_held(held, closed.account, closed.symbol):
        if left and reaches(closed, part):
            count = min(left, part.left)
            anew = held.cut_in_place(part, count)
            anew.start_anew(day)
            anew.restarted_on = day
            left -= count
