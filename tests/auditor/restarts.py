"""26 USC 1233(b): short sales start the holding period of what is held anew."""

from collections.abc import Sequence
from datetime import date

from .book import OUTSIDE_1233
from .holdings import Holdings
from .lots import Lot, Part, Piece, ShortPart
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


def reaches(short: ShortPart, part: Part) -> bool:
    """Whether a short sale bears on these shares: each is reached once."""
    return not was_long_on(part, short.opened) and part.reached < short.opened


Cut = tuple[Part, int, bool]
"""What a sale takes of a part: how much, and whether its holding period starts anew."""


def restart_sold(held: Holdings, picks: Sequence[Pick]) -> list[Cut]:
    """Shares sold while short sales are open: the period of those reached starts on that day.

    All that is held is shared out among the short sales, first opened first, in order of rank.
    """
    one = next((part for part, _ in picks if held.is_taxable(part.account)), None)
    shorts = open_shorts(held, one.account, one.symbol) if one else []
    rooms: dict[Lot, int] = {}
    for short in shorts:
        rooms[short.lot] = rooms.get(short.lot, -short.lot.spent) + short.left
    by: dict[Part, list[tuple[ShortPart, int]]] = {}
    for short in {short.lot: short for short in shorts}.values():
        room = max(0, rooms[short.lot])
        for part in shares_held(held, short.account, short.symbol):
            free = part.left - sum(count for _, count in by.get(part, []))
            count = min(room, free) if reaches(short, part) else 0
            room -= count
            by.setdefault(part, []).append((short, count))
    cuts = []
    for part, quantity in picks:
        left = quantity
        for short, count in by.get(part, []):
            short.lot.spent += min(left, count)
            left -= min(left, count)
        cuts += [(part, quantity - left, True), (part, left, False)]
    return [cut for cut in cuts if cut[1]]


def close_units(closed: ShortPart) -> int:
    """Of units that are closed, those that have reached nothing that was sold."""
    spent = min(closed.lot.spent, closed.left)
    closed.lot.spent -= spent
    return closed.left - spent


def restart_open(held: Holdings, closed: ShortPart, left: int, day: date) -> None:
    """Shares still held when a short sale is closed: the period of those reached starts then.

    ``left`` is how many units of the closed ones can reach any.
    """
    if closed.is_written or not held.is_taxable(closed.account):
        return
    for part in shares_held(held, closed.account, closed.symbol):
        if left and reaches(closed, part):
            count = min(left, part.left)
            started = held.cut_in_place(part, count)
            started.start_anew(day, notwithstanding_1223=True)
            left -= count
