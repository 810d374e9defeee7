"""The events of one household, booked one after the other."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from .book import InvalidBookError, day
from .holdings import Holdings
from .journal import PURCHASES, SALES, SPLITS, Event
from .lots import Lot, Part, Piece
from .money import Whole, cents, cut, rounded, spread
from .relief import Pick, by_method, in_order, named
from .terms import is_covered
from .wash import WINDOW, enter_loss, settle

CASH = {
    "DIVIDEND",
    "EXEMPT_INTEREST_DIVIDEND",
    "CAPITAL_GAIN_DISTRIBUTION",
    "INTEREST",
    "DEPOSIT",
    "WITHDRAWAL",
    "FEE",
}


def book_event(held: Holdings, event: Event) -> None:
    """Book one event, then match every loss that can be matched."""
    if event.action in CASH:
        return
    _handler(event)(held, event)
    held.drop_empty()
    settle(held, event.day)


def _handler(event: Event) -> Callable[[Holdings, Event], None]:
    if event.action in PURCHASES:
        return _purchase
    if event.action in SALES:
        return _sale
    if event.action in SPLITS:
        return _split
    handlers: dict[str, Callable[[Holdings, Event], None]] = {
        "GIFT_IN": _gift,
        "INHERIT": _inheritance,
        "IRA_DISTRIBUTION": _distribution,
        "TRANSFER": _transfer,
        "TRANSFER_OUT": _transfer_out,
        "DONATE": _leave,
        "GIFT_OUT": _leave,
        "EXPECT": _expect,
        "TRANSFER_IN": _transfer_in,
        "BASIS_ADJUSTMENT": _basis_adjustment,
        "SET_METHOD": _set_method,
        "SYMBOL_CHANGE": _symbol_change,
    }
    if event.action not in handlers:
        raise InvalidBookError(f"{event.action} is not audited")
    return handlers[event.action]


# What comes in.


def _new_lot(held: Holdings, event: Event, acquired: date, *, may_replace: bool = False) -> Lot:
    return Lot(
        event.id,
        event.rank,
        acquired,
        may_replace,
        is_covered=is_covered(event.covered, held.book.kind_of(event.symbol), acquired),
    )


def _counts_as_acquisition(held: Holdings, account: str) -> bool:
    mark_to_market = held.accounts[account].kind == "taxable_mtm_475"
    return bool(held.decides("mtm475_purchase_replaces")) or not mark_to_market


def _purchase(held: Holdings, event: Event) -> None:
    counts = _counts_as_acquisition(held, event.account)
    if event.action == "RSU_VEST" and not held.decides("rsu_vest_is_acquisition"):
        counts = False
    lot = _new_lot(held, event, event.day, may_replace=counts)
    if event.action == "ESPP" and not event.compensation_income:
        lot.basis_status = "pending"
    held.open_part(lot, event, event.amount)


def _gift(held: Holdings, event: Event) -> None:
    """26 USC 1015: the donor's basis for gain, the lower of it and the value for loss."""
    donor, value = cents(event.cost_basis), cents(event.fmv)
    basis = max(donor, min(donor + cents(event.basis_increase), value))
    lot = _new_lot(held, event, event.day)
    lot.is_dual = value < basis
    held.open_part(
        lot,
        event,
        basis,
        loss_basis=min(basis, value),
        holding_period=day(event.acquired_date),
    )


def _inheritance(held: Holdings, event: Event) -> None:
    lot = _new_lot(held, event, event.day)
    held.open_part(lot, event, event.amount).always_long = True


def _distribution(held: Holdings, event: Event) -> None:
    _leave(held, event)
    lot = _new_lot(held, event, event.day)
    held.open_part(lot, event, event.amount, account=event.to_account)


# What goes out.


def _picks(held: Holdings, event: Event) -> list[Pick]:
    """By name, else first in, first out."""
    parts = held.position(event.account, event.symbol)
    if event.lots:
        return named(parts, event.lots, held.decides("sub_first"))
    return in_order(parts, event.quantity)


def _sale_picks(held: Holdings, event: Event) -> list[Pick]:
    """By name if in time, else by the method of this sale, else by the standing order."""
    parts = held.position(event.account, event.symbol)
    sub_first = held.decides("sub_first")
    settled, identified = day(event.settle_date), day(event.identified_at[:10])
    is_late = settled is not None and identified is not None and identified > settled
    if event.lots and not is_late:
        return named(parts, event.lots, sub_first)
    standing = held.standing.get((event.account, event.symbol))
    standing = standing or held.standing.get((event.account, ""))
    method = event.method or standing or held.accounts[event.account].method
    unit_proceeds = Fraction(event.amount, event.quantity)
    return in_order(by_method(method, parts, sub_first, event.day, unit_proceeds), event.quantity)


def _sale(held: Holdings, event: Event) -> None:
    """Relieve all pieces; then, in order of acquisition, test each for a loss."""
    picks = _sale_picks(held, event)
    proceeds = spread(event.amount, [quantity for _, quantity in picks])
    pieces = [
        _sold_piece(event, part, quantity, share)
        for (part, quantity), share in zip(picks, proceeds, strict=True)
    ]
    held.drop_empty()
    waiting = sorted(pieces, key=lambda piece: piece.lot.rank)
    done = []
    while waiting:
        piece = waiting.pop(0)
        done.append(piece)
        enter_loss(held, piece)
        settle(held, event.day, [] if held.decides("held_after_sale") else waiting)
    held.sold += done


def _sold_piece(event: Event, part: Part, quantity: int, proceeds: int) -> Piece:
    sold = part.cut_off(quantity)
    return Piece(
        event.id,
        event.rank,
        part.lot,
        event.account,
        event.symbol,
        event.day,
        quantity,
        proceeds,
        sold.whole.amounts["basis"],
        sold.whole.amounts["loss_basis"],
        part.holding_period,
        part.used,
        part.always_long,
    )


def _leave(held: Holdings, event: Event) -> None:
    for part, quantity in _picks(held, event):
        gone = held.cut_off(part, quantity)
        held.count("left", event.account, gone.whole.amounts["basis"])


# What moves.


def _transfer(held: Holdings, event: Event) -> None:
    for part, quantity in _picks(held, event):
        held.move(part, quantity, event.to_account)


def _transfer_out(held: Holdings, event: Event) -> None:
    """Out of the household, unless a TRANSFER_IN bears the same order id."""
    if event.order_id not in held.linked:
        _leave(held, event)
        return
    for part, quantity in _picks(held, event):
        held.move(part, quantity, event.account, place=event.order_id)


def _transfer_in(held: Holdings, event: Event) -> None:
    if event.order_id in held.linked:
        _arrive_from_own_account(held, event)
    else:
        _arrive_from_outside(held, event)


def _arrive_from_own_account(held: Holdings, event: Event) -> None:
    parts = [p for p in held.parts if (p.place, p.symbol) == (event.order_id, event.symbol)]
    for part, quantity in in_order(sorted(parts, key=held.order_of), event.quantity):
        held.move(part, quantity, event.account)


def _expect(held: Holdings, event: Event) -> None:
    """The day on which shares were acquired elsewhere that a TRANSFER_IN will bring.

    Shares by purchase stand as a candidate from here on: the row's quantity before the
    splits between this day and the transfer.  A lot whose holding period starts before its
    acquisition has already replaced a loss.
    """
    arrival = event.arrival
    if arrival is None:
        raise AssertionError("an expectation is of an arrival")
    acquired = day(arrival.acquired_date) or arrival.day
    starts = day(arrival.holding_period_date) or acquired
    bought = (arrival.origin or "purchase") == "purchase"
    counts = bought and starts >= acquired and _counts_as_acquisition(held, arrival.account)
    lot = _new_lot(held, arrival, acquired, may_replace=counts)
    lot.rank = event.rank
    if not arrival.cost_basis:
        lot.basis_status = "unknown"
    held.expected[arrival.id] = lot
    if counts:
        before = held.before_splits(arrival, event.rank)
        then = Event("EXPECT", acquired, arrival.cells, quantity=before)
        if then.quantity:
            held.open_part(lot, then, 0, place="arriving")


def _arrive_from_outside(held: Holdings, event: Event) -> None:
    """The lot, carrying what was matched while it was on its way.

    Cuts by splits may have made the parts a little more or less than the row's quantity: it is
    spread over them.
    """
    lot = held.expected[event.id]
    starts = day(event.holding_period_date) or lot.acquired
    expected = sorted((part for part in held.parts if part.lot is lot), key=held.order_of)
    arriving = spread(event.quantity, [part.left for part in expected])
    claims = [pair for pair in zip(expected, arriving, strict=True) if pair[0].used and pair[1]]
    held.parts = [part for part in held.parts if part.lot is not lot]
    rest = held.open_part(lot, event, cents(event.cost_basis), holding_period=starts)
    rest.always_long = (event.origin or "purchase") == "inheritance"
    for claim, quantity in sorted(claims, key=lambda pair: pair[0].adjusted):
        part = held.cut_off(rest, quantity)
        rest.whole, rest.own = rest.whole.what_is_left(), False
        part.used, part.adjusted = True, claim.adjusted
        part.add(claim.whole.amounts["wash"], wash=True)
        part.holding_period = claim.holding_period
        part.always_long = claim.always_long
        held.parts.append(part)


# What changes where it lies.


def _split(held: Holdings, event: Event) -> None:
    """Every position is cut once; so are waiting losses, and shares on their way."""
    ratio = event.ratio
    places = {(p.account, p.place) for p in held.parts if p.symbol == event.symbol}
    for account, place in places:
        parts = held.position(account, event.symbol, place)
        for part, left in zip(parts, cut([p.left for p in parts], ratio), strict=True):
            part.split(ratio, left)
        _drop_empty(held, parts)
    for account in held.accounts:
        waiting = [
            loss.whole
            for loss in held.losses
            if loss.whole.left
            and (loss.piece.account, loss.symbol) == (account, event.symbol)
            and event.day <= loss.piece.sold + WINDOW
        ]
        _restate(waiting, ratio)
        _restate([p.unused for p in _recent(held, account, event)], ratio)


def _drop_empty(held: Holdings, parts: list[Part]) -> None:
    """A part that is cut to nothing leaves its basis to the next one, else to the one before."""
    for at, part in enumerate(parts):
        if not part.left and any(other.left for other in parts):
            later = [p for p in parts[at + 1 :] if p.left]
            heir = later[0] if later else [p for p in parts[:at] if p.left][-1]
            heir.whole.amounts["basis"] += part.whole.remaining("basis")
            held.parts.remove(part)


def _recent(held: Holdings, account: str, event: Event) -> list[Piece]:
    """Sold pieces that may still replace a loss (D2)."""
    return [
        piece
        for piece in held.sold
        if piece.account == account
        and event.symbol in held.identity.names_of(piece.symbol)
        and piece.unused.left
        and event.day - piece.lot.acquired <= WINDOW
    ]


def _restate(wholes: list[Whole], ratio: Fraction) -> None:
    for whole, left in zip(wholes, cut([w.left for w in wholes], ratio), strict=True):
        whole.restate(ratio, left)


def _basis_adjustment(held: Holdings, event: Event) -> None:
    """Spread over the open units of the named lots, or of the whole position."""
    names = {lot_id for lot_id, _ in event.lots}
    parts = held.position(event.account, event.symbol)
    parts = [part for part in parts if not names or part.lot.id in names]
    amount = rounded(Fraction(event.cells["amount"]) * 100)
    for part, share in zip(parts, spread(amount, [p.left for p in parts]), strict=True):
        part.add(share)
        if part.whole.amounts["basis"] < 0:
            raise InvalidBookError("a basis can't fall below zero")
    held.count("adjustments", event.account, amount)


def _set_method(held: Holdings, event: Event) -> None:
    held.standing[event.account, event.symbol] = event.method


def _symbol_change(held: Holdings, event: Event) -> None:
    """No event for tax: the same lots, waiting losses and standing orders, under a new name."""
    for part in held.parts:
        if part.symbol == event.symbol and event.account in {"", part.account}:
            part.symbol = event.to_symbol
    for loss in held.losses:
        if loss.symbol == event.symbol and event.account in {"", loss.piece.account}:
            loss.symbol = event.to_symbol
    for account, symbol in list(held.standing):
        if symbol == event.symbol and event.account in {"", account}:
            held.standing[account, event.to_symbol] = held.standing.pop((account, symbol))
