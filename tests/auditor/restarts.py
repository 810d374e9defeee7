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
        if part.symbol == symbol and part.account in accounts and part.place != "arriving"
    ]
    return sorted(mine, key=held.order_of)


Cut = tuple[Part, int, bool]
"""What a sale takes of a part: how much, and whether its holding period starts anew."""


def restart_sold(held: Holdings, picks: Sequence[Pick]) -> list[Cut]:
    """Shares sold while a short sale is open: their period starts on the day of the sale.

    Short units are used up in order of opening, for shares in order of rank, the first of each
    part, a cut for each short sale; the cuts come in the order of the picks.
    """
    cuts: dict[int, list[Cut]] = {}
    for at in sorted(range(len(picks)), key=lambda at: picks[at][0].lot.rank):
        part, left = picks[at]
        cuts[at] = []
        shorts = open_shorts(held, part.account, part.symbol)
        for short in shorts if held.is_taxable(part.account) else []:
            count = min(short.left - short.spent, left)
            if count and not was_long_on(part, short.opened):
                short.spent += count
                left -= count
                cuts[at].append((part, count, True))
        if left:
            cuts[at].append((part, left, False))
    return [cut for at in range(len(picks)) for cut in cuts[at]]


def restart_open(held: Holdings, closed: ShortPart, day: date) -> None:
    """Shares still held when a short sale is closed: their period starts on that day."""
    if closed.is_written or not held.is_taxable(closed.account):
        return
    left = closed.left - closed.spent
    for part in shares_held(held, closed.account, closed.symbol):
        if left and not was_long_on(part, closed.opened):
            count = min(left, part.left)
            held.cut_in_place(part, count).start_anew(day)
            left -= count
