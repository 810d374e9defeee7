"""26 USC 1259: shorting what is held and appreciated is a sale of it, unless it is cured."""

from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from .averaging import settle_pools
from .holdings import Holdings
from .journal import Event
from .lots import Part
from .money import rounded
from .restarts import open_shorts, shares_held
from .selling import piece_of

LEAVING = {"SELL", "SELL_SHORT", "TRANSFER_OUT", "DONATE", "GIFT_OUT", "CASH_IN_LIEU", "TENDER"}


def sell_constructively(held: Holdings, event: Event) -> None:
    """Every held part set against the short sale that is worth more than its basis."""
    if not shares_held(held, event.account, event.symbol) or is_cured(held, event):
        return
    for account in held.accounts_on_return(event.account):
        settle_pools(held, account, event.symbol)
    shorts = open_shorts(held, event.account, event.symbol)
    skipped, so_far, given = sum(part.left for part in shorts), 0, 0
    for part in shares_held(held, event.account, event.symbol):
        passed = min(skipped, part.left)
        skipped -= passed
        count = min(part.left - passed, event.quantity - so_far)
        if not count:
            continue
        so_far += count
        reached = rounded(Fraction(event.amount * so_far, event.quantity))
        if _is_appreciated(part, passed, count, reached - given):
            if passed:
                held.cut_in_place(part, passed)
            _sell(held, event, part, count, reached - given)
        given = reached


def _is_appreciated(part: Part, passed: int, count: int, value: int) -> bool:
    """Whether the units after those passed over have a known basis, lower than their value."""
    trial = copy(part)
    trial.whole = deepcopy(part.whole)
    if passed:
        trial.cut_off(passed)
    basis = trial.cut_off(count).whole.amounts["basis"]
    return part.lot.basis_status != "unknown" and basis < value


def _sell(held: Holdings, event: Event, part: Part, count: int, value: int) -> None:
    sold = held.cut_in_place(part, count)
    basis = sold.whole.remaining("basis")
    piece = piece_of(event, sold, count, value, (basis, basis), event.day)
    piece.status = "constructive"
    held.gains.append(piece)
    held.count("basis in", sold.account, value)
    sold.restate(value, value, 0)
    sold.start_anew(event.day, notwithstanding_1223=False)


def constructive_status(sold: date, as_of: date) -> str:
    """Final when no cure can change the return of its year any more."""
    last = date(sold.year + 1, 1, 30) + timedelta(days=59)
    return "final" if as_of > last else "provisional"


@dataclass
class _Open:
    """A short sale of the account, by its units still open, as the journal goes on."""

    is_ours: bool
    units: Fraction


def is_cured(held: Holdings, event: Event) -> bool:
    """26 USC 1259(c)(3): closed by 30 January, and sixty days of staying exposed."""
    last = _last_closing(held, event) if event.action == "SELL_SHORT" else None
    if last is None or last > date(event.day.year + 1, 1, 30):
        return False
    until = last + timedelta(days=59)
    accounts = held.accounts_on_return(event.account)
    symbols = {event.symbol, *held.identity.names_of(event.symbol)}
    for other in held.events:
        if other is event or not last <= other.day <= until or other.account not in accounts:
            continue
        leaves = other.action in LEAVING and other.symbol in symbols
        if (leaves and not other.to_symbol) or _is_hedge(held, other, symbols):
            return False
    return held.book.last_day() > until


def _is_hedge(held: Holdings, event: Event, symbols: set[str]) -> bool:
    """A put bought, or a call written, of the symbol."""
    option = held.book.security(event.symbol)
    if option.get("underlying") not in symbols:
        return False
    is_put = option.get("put_call") == "put"
    return event.action == ("BUY_OPTION" if is_put else "WRITE_OPTION")


def _last_closing(held: Holdings, event: Event) -> date | None:
    """The day on which covering purchases close the last unit of this short sale."""
    queue = [_Open(False, Fraction(0))]
    queue[0].units += sum(p.left for p in held.short_position(event.account, event.symbol))
    queue.append(_Open(True, Fraction(event.quantity)))
    symbol = event.symbol
    for other in held.events[event.rank + 1 :]:
        if other.symbol != symbol or other.account not in {"", event.account}:
            continue
        if other.is_split or other.action in {"SYMBOL_CHANGE", "MERGER", "CLASS_EXCHANGE"}:
            symbol = other.to_symbol or symbol
            for short in queue:
                short.units *= Fraction(other.cells.get("ratio") or "1")
        elif other.action in {"BUY_TO_COVER", "CLOSE_SHORT_BY_DELIVERY"}:
            touched = _close(queue, Fraction(other.quantity))
            if touched and other.action != "BUY_TO_COVER":
                return None
            if queue[1].units < 1:
                return other.day
    return None


def _close(queue: list[_Open], left: Fraction) -> bool:
    """Close so many units, oldest first; whether any of ours is among them."""
    before = queue[1].units
    for short in queue:
        taken = min(left, short.units)
        short.units -= taken
        left -= taken
    return queue[1].units < before
