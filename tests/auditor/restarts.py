"""26 USC 1233(b): short sales start the holding period of what is held anew."""

from datetime import date

from .holdings import Holdings
from .lots import Part, Piece, ShortPart
from .terms import is_long_term


def was_long_on(part: Part | Piece, day: date) -> bool:
    """Whether these shares were held on that day, and were long-term then."""
    held_long = is_long_term(part.holding_period, day, always=part.always_long)
    return part.lot.acquired <= day and held_long


def open_shorts(held: Holdings, account: str, symbol: str) -> list[ShortPart]:
    """The open short sales of a symbol on the tax return of an account, in order of opening."""
    accounts = held.accounts_on_return(account)
    mine = [
        part
        for part in held.shorts
        if not part.is_written and part.symbol == symbol and part.account in accounts
    ]
    return sorted(mine, key=held.order_of)


def shares_held(held: Holdings, account: str, symbol: str) -> list[Part]:
    """The shares of a symbol on the tax return of an account, in order of rank."""
    accounts = held.accounts_on_return(account)
    mine = [
        part
        for part in held.parts
        if part.symbol == symbol and part.account in accounts and part.place != "arriving"
    ]
    return sorted(mine, key=held.order_of)


def restart_sold(held: Holdings, pieces: list[Piece]) -> list[Piece]:
    """Shares sold while a short sale is open: their period starts on the day of the sale."""
    found = []
    for piece in pieces:
        rest: Piece | None = piece
        shorts = open_shorts(held, piece.account, piece.symbol)
        for short in shorts if held.is_taxable(piece.account) else []:
            free = short.left - short.spent
            if rest is None or not free or was_long_on(rest, short.opened):
                continue
            count = min(free, rest.quantity)
            short.spent += count
            started = rest.cut_off(count) if count < rest.quantity else rest
            rest = None if started is rest else rest
            started.donor_period, started.is_fresh, started.always_long = piece.sold, True, False
            found.append(started)
        if rest is not None:
            found.append(rest)
    return found


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
