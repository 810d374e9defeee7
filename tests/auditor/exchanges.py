"""What becomes of the shares of a position: splits, changes of symbol, exchanges and mergers."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from .averaging import settle_pools
from .book import InvalidBookError
from .holdings import Holdings
from .journal import Event
from .lots import Lot, Part
from .money import Whole, cut, rounded, spread
from .relief import Pick
from .selling import Sale, picks_by_name, piece_of, refuse_short, sell
from .terms import is_covered
from .wash import WINDOW


def split(held: Holdings, event: Event) -> None:
    """Every position is cut once; so are waiting losses, and shares on their way."""
    ratio = event.ratio
    for account in held.accounts:
        settle_pools(held, account, event.symbol)
    places = {(p.account, p.place) for p in held.parts if p.symbol == event.symbol}
    for account, place in places:
        parts = held.position(account, event.symbol, place)
        _restate_parts(held, parts, ratio, floor(sum(p.left for p in parts) * ratio))
    for account in held.accounts:
        _restate_shorts(held, account, event.symbol, ratio)
        _restate_waiting(held, account, event, ratio)


def _restate_parts(held: Holdings, parts: list[Part], ratio: Fraction, total: int) -> None:
    for part, left in zip(parts, spread(total, [p.left for p in parts]), strict=True):
        part.split(ratio, left)
    _drop_empty(held, parts)


def _drop_empty(held: Holdings, parts: list[Part]) -> None:
    """A part that is cut to nothing leaves its basis to the next one, else to the one before."""
    for at, part in enumerate(parts):
        if not part.left and any(other.left for other in parts):
            later = [p for p in parts[at + 1 :] if p.left]
            heir = later[0] if later else [p for p in parts[:at] if p.left][-1]
            for name in ("basis", "loss_basis", "wash"):
                heir.whole.amounts[name] += part.whole.remaining(name)
            held.parts.remove(part)


def _restate_shorts(held: Holdings, account: str, symbol: str, ratio: Fraction) -> None:
    parts = held.short_position(account, symbol)
    for part, left in zip(parts, cut([p.left for p in parts], ratio), strict=True):
        part.whole.restate(ratio, left)
    for lot in {part.lot for part in parts}:
        lot.spent = rounded(lot.spent * ratio)
    emptied = [part for part in parts if not part.left]
    for part in emptied:
        heirs = [p for p in parts if p.left]
        later = [p for p in heirs if parts.index(p) > parts.index(part)]
        heir = (later or heirs[::-1])[0] if heirs else None
        for name in ("proceeds", "deferred"):
            if heir:
                heir.whole.amounts[name] += part.whole.remaining(name)
        held.shorts.remove(part)


def _waiting(held: Holdings, account: str, symbol: str, event: Event) -> list[list[Whole]]:
    """What still waits of the losses of one account and symbol: long ones, then short ones."""
    found: list[list[Whole]] = [[], []]
    for loss in sorted(held.losses, key=lambda loss: loss.piece.window_day):
        mine = (loss.piece.account, loss.symbol) == (account, symbol)
        if mine and loss.whole.left and event.day <= loss.piece.window_day + WINDOW:
            found[loss.piece.in_short_queue].append(loss.whole)
    return found


def _restate_waiting(
    held: Holdings, account: str, event: Event, ratio: Fraction, *, of_shorts: bool = True
) -> None:
    """Waiting losses, and what was sold and may still replace a loss (D2)."""
    long, short = _waiting(held, account, event.symbol, event)
    _restate(long, ratio)
    if of_shorts:
        _restate(short, ratio)
    mine = [p for p in held.sold if (p.account, p.now) == (account, event.symbol)]
    mine = [piece for piece in mine if of_shorts or not piece.short]
    _restate([piece.unused for piece in mine if piece.unused.left], ratio)


def _restate(wholes: list[Whole], ratio: Fraction) -> None:
    for whole, left in zip(wholes, cut([w.left for w in wholes], ratio), strict=True):
        whole.restate(ratio, left)


def symbol_change(held: Holdings, event: Event) -> None:
    """No event for tax: the same lots, waiting losses and standing orders, under a new name."""
    for account in [event.account] if event.account else list(held.accounts):
        settle_pools(held, account, event.symbol)
        _rename(held, account, event)
        old, new = (account, event.symbol), (account, event.to_symbol)
        if old in held.standing:
            held.standing[new] = held.standing.pop(old)
        if old in held.elections:
            held.elections[new] = held.elections.pop(old)


def _rename(held: Holdings, account: str, event: Event) -> None:
    for part in held.parts:
        if (part.account, part.symbol) == (account, event.symbol):
            part.symbol = event.to_symbol
    _rename_shorts_and_past(held, account, event)


def _rename_shorts_and_past(
    held: Holdings, account: str, event: Event, *, of_shorts: bool = True
) -> None:
    for short in held.shorts:
        if of_shorts and (short.account, short.symbol) == (account, event.symbol):
            short.symbol = event.to_symbol
    for part in held.parts:
        if of_shorts and (part.account, part.right_of) == (account, event.symbol):
            part.right_of = event.to_symbol
    for loss in held.losses:
        is_met = of_shorts or not loss.piece.in_short_queue
        if is_met and (loss.piece.account, loss.symbol) == (account, event.symbol):
            loss.symbol = event.to_symbol
    for piece in held.sold:
        is_met = of_shorts or not piece.short
        if is_met and (piece.account, piece.now) == (account, event.symbol):
            piece.now = event.to_symbol


def exchange(held: Holdings, event: Event) -> None:
    """MERGER, TENDER and CLASS_EXCHANGE into ``to_symbol``."""
    parts = held.position(event.account, event.symbol)
    is_of_part = event.action != "MERGER" and 0 < event.quantity < sum(p.left for p in parts)
    if event.says("taxable"):
        _taxable_exchange(held, event)
    elif is_of_part:
        _exchange_part(held, event)
    else:
        _exchange_whole(held, event)


def _exchange_whole(held: Holdings, event: Event) -> None:
    """The shares become ``to_symbol``, as by a split and a change of symbol."""
    if event.cells.get("cash"):
        refuse_short(held, event)
    places = held.places_of(event)
    if event.action == "MERGER" and not event.cells.get("ratio") and not places:
        raise InvalidBookError("a quantity without a ratio needs a position")
    ratio, moved = _terms(event, 0)[1], []
    for account, place in places:
        settle_pools(held, account, event.symbol)
        settle_pools(held, account, event.to_symbol)
        parts = held.position(account, event.symbol, place)
        new, ratio = _terms(event, sum(p.left for p in parts))
        if event.cells.get("cash"):
            _boot(held, event, parts, new)
        _restate_parts(held, parts, ratio, new)
        moved += parts
    for part in moved:
        part.symbol = event.to_symbol
    gives_held_alone = event.action != "MERGER" and event.quantity > 0
    for account in [event.account] if event.account else list(held.accounts):
        if not gives_held_alone:
            _restate_shorts(held, account, event.symbol, ratio)
        _restate_waiting(held, account, event, ratio, of_shorts=not gives_held_alone)
        _rename_shorts_and_past(held, account, event, of_shorts=not gives_held_alone)


def _terms(event: Event, total: int) -> tuple[int, Fraction]:
    """The new units, and new units for one old."""
    if event.action == "MERGER" and not event.cells.get("ratio"):
        return event.quantity, Fraction(event.quantity, total or 1)
    ratio = Fraction(event.cells.get("ratio") or "1")
    new = floor(total * ratio)
    if event.action == "MERGER" and event.quantity not in {0, total, new}:
        raise InvalidBookError("the quantity is neither that given nor that received")
    return new, ratio


def _exchange_part(held: Holdings, event: Event) -> None:
    """Some shares of a position: they go as by a transfer."""
    settle_pools(held, event.account, event.symbol)
    settle_pools(held, event.account, event.to_symbol)
    ratio = _terms(event, 0)[1]
    picks = picks_by_name(held, event)
    moved: list[Part] = []
    for part, quantity in picks:
        gone = part
        if quantity < part.left:
            gone = held.cut_off(part, quantity)
            held.parts.append(gone)
        gone.arrived = next(held.serial)
        moved.append(gone)
    _restate_parts(held, moved, ratio, floor(event.quantity * ratio))
    for part in moved:
        part.symbol = event.to_symbol


def _boot(held: Holdings, event: Event, parts: list[Part], new: int) -> None:
    """26 USC 356: gain up to the cash, piece by piece, and no loss."""
    old = [part.left for part in parts]
    cash = spread(event.per_unit("cash", sum(old)), old)
    stock = spread(event.per_unit("fmv", new), old)
    for part, got, value in zip(parts, cash, stock, strict=True):
        basis, loss_basis = part.whole.remaining("basis"), part.whole.remaining("loss_basis")
        is_unknown = part.lot.basis_status == "unknown"
        gain = 0 if is_unknown else max(0, min(got + value - basis, got))
        cost = 0 if is_unknown else got - gain
        piece = piece_of(event, part, part.left, got, (cost, cost), event.day)
        piece.status = "" if is_unknown else "final"
        held.gains.append(piece)
        if not is_unknown:
            part.restate(basis - cost, max(0, loss_basis - cost), part.whole.remaining("wash"))


def _taxable_exchange(held: Holdings, event: Event) -> None:
    """A sale of the whole position, and as a second event a purchase of the new shares."""
    refuse_short(held, event)
    sales, purchases = [], []
    for account, place in held.places_of(event):
        parts = held.position(account, event.symbol, place)
        total = sum(part.left for part in parts)
        new = event.quantity
        if event.cells.get("ratio"):
            new = _terms(event, total)[0]
        value = event.per_unit("fmv", new)
        whole = [(part, part.left) for part in parts]
        sales.append(Sale(account, event.symbol, event.per_unit("cash", total) + value, whole))
        purchases.append((account, place, new, value))
    sell(held, event, sales)
    for number, (account, place, new, value) in enumerate(purchases):
        if not new:
            continue
        covered = is_covered(event.covered, held.book.kind_of(event.to_symbol), event.day)
        rank = event.rank + Fraction(number, 1000)
        counts = counts_as_acquisition(held, account)
        lot = Lot(event.id, rank, event.day, may_replace=counts, is_covered=covered)
        held.open_units(lot, account, event.to_symbol, new, value, place=place)


def counts_as_acquisition(held: Holdings, account: str) -> bool:
    mark_to_market = held.accounts[account].kind == "taxable_mtm_475"
    return bool(held.decides("mtm475_purchase_replaces")) or not mark_to_market


def cash_merger(held: Holdings, event: Event) -> None:
    """A sale of the whole position for cash."""
    refuse_short(held, event)
    sales = []
    for account, place in held.places_of(event):
        parts = held.position(account, event.symbol, place)
        whole: Sequence[Pick] = [(part, part.left) for part in parts]
        amount = event.per_unit("cash", sum(part.left for part in parts))
        sales.append(Sale(account, event.symbol, amount, whole))
    sell(held, event, sales)
