"""The events of one household, booked one after the other."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from .averaging import elect, revoke, set_method, settle_pools
from .book import InvalidBookError, day
from .corporate_actions import (
    distribution_of_shares,
    liquidation,
    return_of_capital,
    worthless,
)
from .exchanges import cash_merger, counts_as_acquisition, exchange, split, symbol_change
from .holdings import Holdings
from .journal import PURCHASES, Event
from .lots import Lot
from .money import cents, rounded, spread
from .options import assign, exercise, expire
from .relief import in_order
from .selling import picks_by_name, sale
from .shorts import close, deliver, sell_short, write_option
from .terms import is_covered
from .wash import settle

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
    held.now = event.rank
    if event.action in CASH:
        return
    _handler(event)(held, event)
    held.drop_empty()
    settle(held, event.day)


Handler = Callable[[Holdings, Event], None]


def _handler(event: Event) -> Handler:
    if event.action in PURCHASES:
        return _purchase
    if event.is_sale:
        return sale
    if event.is_split:
        return split
    if event.action == "MERGER" and not event.to_symbol:
        return cash_merger
    if event.action not in HANDLERS:
        raise InvalidBookError(f"{event.action} is not audited")
    return HANDLERS[event.action]


# What comes in.


def _new_lot(held: Holdings, event: Event, acquired: date, *, may_replace: bool = False) -> Lot:
    return Lot(
        event.id,
        event.rank,
        acquired,
        may_replace,
        is_covered=is_covered(event.covered, held.book.kind_of(event.symbol), acquired),
    )


def _purchase(held: Holdings, event: Event) -> None:
    counts = counts_as_acquisition(held, event.account)
    if event.action == "RSU_VEST" and not held.decides("rsu_vest_is_acquisition"):
        counts = False
    lot = _new_lot(held, event, event.day, may_replace=counts)
    if event.action == "ESPP" and not event.compensation_income:
        lot.basis_status = "pending"
    lot.from_plan = event.action == "REINVEST" or event.origin == "drip"
    held.open_part(lot, event, event.amount)


def _gift(held: Holdings, event: Event) -> None:
    """26 USC 1015: the donor's basis for gain, the lower of it and the value for loss."""
    donor, value = cents(event.cost_basis), cents(event.fmv)
    basis = max(donor, min(donor + _gift_tax_added(event, value - donor), value))
    lot = _new_lot(held, event, event.day)
    lot.is_dual = value < basis
    held.open_part(
        lot,
        event,
        basis,
        loss_basis=min(basis, value),
        holding_period=day(event.acquired_date),
    )


def _gift_tax_added(event: Event, appreciation: int) -> int:
    """26 USC 1015(d)(6): the tax on the appreciation, stated or by its part of the taxable gift."""
    if not event.gift_tax:
        return cents(event.basis_increase)
    tax, taxable = cents(event.gift_tax), cents(event.taxable_gift)
    part = min(Fraction(1), Fraction(max(0, appreciation), taxable)) if taxable else Fraction(1)
    return rounded(tax * part)


def _inheritance(held: Holdings, event: Event) -> None:
    lot = _new_lot(held, event, event.day)
    value = cents(event.alternate_fmv) if event.alternate_fmv else event.amount
    held.open_part(lot, event, value).always_long = True


def _distribution(held: Holdings, event: Event) -> None:
    _leave(held, event)
    lot = _new_lot(held, event, event.day)
    held.open_part(lot, event, event.amount, account=event.to_account)


# What goes out.


def _leave(held: Holdings, event: Event) -> None:
    settle_pools(held, event.account, event.symbol)
    for part, quantity in picks_by_name(held, event):
        gone = held.cut_off(part, quantity)
        held.count("left", event.account, gone.whole.amounts["basis"])


# What moves.


def _transfer(held: Holdings, event: Event) -> None:
    settle_pools(held, event.account, event.symbol)
    for part, quantity in picks_by_name(held, event):
        held.move(part, quantity, event.to_account)


def _transfer_out(held: Holdings, event: Event) -> None:
    """Out of the household, unless a TRANSFER_IN bears the same order id."""
    if event.order_id not in held.linked:
        _leave(held, event)
        return
    settle_pools(held, event.account, event.symbol)
    for part, quantity in picks_by_name(held, event):
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
    counts = bought and starts >= acquired and counts_as_acquisition(held, arrival.account)
    lot = _new_lot(held, arrival, acquired, may_replace=counts)
    lot.rank = lot.opened = event.rank
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


def _basis_adjustment(held: Holdings, event: Event) -> None:
    """Spread over the open units of the named lots, or of the whole position."""
    settle_pools(held, event.account, event.symbol)
    names = {lot_id for lot_id, _ in event.lots}
    parts = held.position(event.account, event.symbol)
    parts = [part for part in parts if not names or part.lot.id in names]
    amount = rounded(Fraction(event.cells["amount"]) * 100)
    for part, share in zip(parts, spread(amount, [p.left for p in parts]), strict=True):
        part.add(share)
        if part.whole.amounts["basis"] < 0:
            raise InvalidBookError("a basis can't fall below zero")
    held.count("adjustments", event.account, amount)


HANDLERS: dict[str, Handler] = {
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
    "SET_METHOD": set_method,
    "SYMBOL_CHANGE": symbol_change,
    "MERGER": exchange,
    "TENDER": exchange,
    "CLASS_EXCHANGE": exchange,
    "STOCK_DIVIDEND": distribution_of_shares,
    "SPINOFF": distribution_of_shares,
    "RIGHTS": distribution_of_shares,
    "RETURN_OF_CAPITAL": return_of_capital,
    "LIQUIDATION": liquidation,
    "WORTHLESS": worthless,
    "SELL_SHORT": sell_short,
    "BUY_TO_COVER": lambda held, event: close(held, event, event.amount),
    "CLOSE_SHORT_BY_DELIVERY": deliver,
    "WRITE_OPTION": write_option,
    "CLOSE_OPTION": lambda held, event: close(held, event, event.amount),
    "EXPIRE": expire,
    "EXERCISE": exercise,
    "ASSIGN": assign,
    "ELECT_AVERAGE": elect,
    "REVOKE_AVERAGE": revoke,
}
