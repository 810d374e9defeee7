"""Options: closed without a trade, exercised, assigned, expired, settled in cash."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from .book import InvalidBookError
from .exchanges import counts_as_acquisition
from .holdings import Holdings
from .journal import Event
from .lots import Lot, Part
from .money import UNITS_IN_A_SHARE, Whole, cents, rounded, spread
from .relief import Pick, in_order, named
from .selling import Sale, picks_by_method, piece_of, sell
from .shorts import ShortPick, close, sell_short, short_picks
from .terms import is_covered


def expire(held: Holdings, event: Event) -> None:
    """What is held is sold for nothing, else what was written is closed for nothing."""
    parts = held.position(event.account, event.symbol)
    if parts:
        _expire_long(held, event, parts)
        return
    written = held.short_position(event.account, event.symbol)
    quantity = event.quantity or sum(part.left for part in written)
    close(held, event, 0, short_picks(held, event.account, event.symbol, quantity, event.lots))


def _expire_long(held: Holdings, event: Event, parts: list[Part]) -> None:
    quantity = event.quantity or sum(part.left for part in parts)
    picks = in_order(parts, quantity)
    if event.lots:
        picks = named(parts, event.lots, held.decides("sub_first"))
    for part, count in [pick for pick in picks if pick[0].right_of]:
        _lapse(held, event, part, count)
    others = [pick for pick in picks if not pick[0].right_of]
    sell(held, event, [Sale(event.account, event.symbol, 0, others)])


def _lapse(held: Holdings, event: Event, part: Part, count: int) -> None:
    """Reg. 1.307-1: the basis of a distributed right that lapses is that of its stock again.

    Where the stock has left, the basis is lost, and is no loss.
    """
    gone = part.cut_off(count)
    names = ("basis", "loss_basis", "wash")
    amounts = {name: gone.whole.amounts[name] for name in names}
    stock = [p for p in held.position(event.account, part.right_of) if p.lot is part.lot]
    basis = 0 if stock else amounts["basis"]
    if stock and amounts["basis"]:
        old = stock[0].whole
        stock[0].restate(**{name: old.remaining(name) + amounts[name] for name in names})
    piece = piece_of(event, gone, count, 0, (basis, basis), event.day)
    piece.nondeductible, piece.status = basis, "final"
    held.gains.append(piece)


def exercise(held: Holdings, event: Event) -> None:
    if event.cells.get("cash"):
        amount = cents(event.cash)
        picks = picks_by_method(held, event, amount)
        sell(held, event, [Sale(event.account, event.symbol, amount, picks)])
    elif _option(held, event).get("put_call") == "put":
        _put_shares(held, event)
    else:
        _call_shares(held, event)


def assign(held: Holdings, event: Event) -> None:
    if event.cells.get("cash"):
        close(held, event, cents(event.cash), _written(held, event))
        return
    cuts = [part.cut_off(quantity) for part, quantity in _written(held, event)]
    premium = sum(cut.whole.amounts["proceeds"] for cut in cuts)
    deferred = sum(cut.whole.amounts["deferred"] for cut in cuts)
    held.drop_empty()
    if _option(held, event).get("put_call") != "put":
        held.count("basis in", event.account, -deferred)
        amount = _strike(held, event, sign=-1) + premium - deferred
        _sell_underlying(held, event, amount)
        return
    lot = _new_lot(held, event)
    cost = _strike(held, event, sign=1) - premium
    part = held.open_units(lot, event.account, _underlying(held, event), _units(held, event), cost)
    if deferred:
        part.add(deferred, wash=True)


def _option(held: Holdings, event: Event) -> dict[str, str]:
    return held.book.security(event.symbol)


def _underlying(held: Holdings, event: Event) -> str:
    symbol = _option(held, event).get("underlying")
    if not symbol:
        raise InvalidBookError(f"{event.symbol} has no underlying")
    return symbol


def _units(held: Holdings, event: Event) -> int:
    return event.quantity * held.book.multiplier_of(event.symbol)


def _strike(held: Holdings, event: Event, *, sign: int) -> int:
    """What is paid (1) or received (-1) for the stock."""
    if event.cells.get("amount"):
        return cents(event.cells["amount"])
    strike = Fraction(_option(held, event)["strike"]) * _units(held, event) / UNITS_IN_A_SHARE
    return rounded(100 * (strike + sign * Fraction(event.fees or "0")))


def _written(held: Holdings, event: Event) -> list[ShortPick]:
    lots = event.lots if event.cells.get("cash") else []
    return short_picks(held, event.account, event.symbol, event.quantity, lots)


def _new_lot(held: Holdings, event: Event) -> Lot:
    kind = held.book.kind_of(_underlying(held, event))
    covered = is_covered(event.covered, kind, event.day)
    counts = counts_as_acquisition(held, event.account)
    return Lot(event.id, event.rank, event.day, may_replace=counts, is_covered=covered)


def _call_shares(held: Holdings, event: Event) -> None:
    """The premium joins the basis; options that have served as replacement make used shares.

    26 USC 1223(3) tacks to them what it tacked to the options.
    """
    picks = picks_by_method(held, event, 0)
    cost = _strike(held, event, sign=1)
    shares = spread(cost, [quantity for _, quantity in picks])
    multiplier = held.book.multiplier_of(event.symbol)
    lot, underlying = _new_lot(held, event), _underlying(held, event)
    starts = event.day
    if _is_right(held, event):
        starts = event.day - timedelta(days=1)
    plain = {"quantity": 0, "basis": 0, "loss_basis": 0, "wash": 0}
    held.count("basis in", event.account, cost)
    for (part, quantity), share in zip(picks, shares, strict=True):
        gone = part.cut_off(quantity).whole.amounts
        units, basis = quantity * multiplier, gone["basis"] + share
        if part.lot.basis_status == "unknown":
            lot.basis_status = "unknown"
        if part.used:
            _open_shares(held, event, lot, (underlying, units, basis, gone["wash"]), used=True)
            tacked = part.lot.acquired - part.holding_period
            held.parts[-1].holding_period = starts - tacked
            held.parts[-1].always_long = part.always_long
        else:
            plain["quantity"] += units
            plain["basis"] += basis
            plain["wash"] += gone["wash"]
    held.drop_empty()
    if plain["quantity"]:
        amounts = (underlying, plain["quantity"], plain["basis"], plain["wash"])
        _open_shares(held, event, lot, amounts, used=False)
        held.parts[-1].holding_period = starts


def _is_right(held: Holdings, event: Event) -> bool:
    """Stock from rights is held as if from the day before: the day of exercise counts."""
    rights = {other.to_symbol for other in held.events if other.action == "RIGHTS"}
    return bool(rights & {event.symbol, *held.identity.names_of(event.symbol)})


def _open_shares(
    held: Holdings, event: Event, lot: Lot, what: tuple[str, int, int, int], *, used: bool
) -> None:
    symbol, units, basis, wash = what
    part = Part(
        lot, event.account, symbol,
        Whole(units, {"basis": basis, "loss_basis": basis, "wash": wash}),
        Fraction(basis, units), Fraction(basis, units), event.day,
        arrived=next(held.serial),
    )  # fmt: skip
    if used:
        part.used, part.adjusted = True, next(held.serial)
    held.parts.append(part)


def _put_shares(held: Holdings, event: Event) -> None:
    """The premium comes off the proceeds."""
    picks: list[Pick] = in_order(held.position(event.account, event.symbol), event.quantity)
    basis = sum(part.cut_off(quantity).whole.amounts["basis"] for part, quantity in picks)
    held.drop_empty()
    held.count("basis in", event.account, -basis)
    _sell_underlying(held, event, _strike(held, event, sign=-1) - basis)


def _sell_underlying(held: Holdings, event: Event, amount: int) -> None:
    symbol, units = _underlying(held, event), _units(held, event)
    there = sum(part.left for part in held.position(event.account, symbol))
    if there < units and not event.lots and held.is_taxable(event.account):
        amount, rest = spread(amount, [there, units - there])
        if there:
            _sell_shares(held, event, symbol, there, amount)
        cells = {**event.cells, "symbol": symbol}
        sell_short(held, replace(event, cells=cells, quantity=units - there, amount=rest))
    else:
        _sell_shares(held, event, symbol, units, amount)


def _sell_shares(held: Holdings, event: Event, symbol: str, units: int, amount: int) -> None:
    picks = picks_by_method(held, event, amount, symbol=symbol, quantity=units)
    sell(held, event, [Sale(event.account, symbol, amount, picks)])
