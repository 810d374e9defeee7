"""What an issuer pays out on shares, in cash or in shares; liquidation and worthlessness."""

from copy import copy
from datetime import date
from fractions import Fraction
from math import floor

from .averaging import settle_pools
from .book import InvalidBookError
from .holdings import Holdings
from .journal import Event
from .lots import Lot, Part
from .money import UNITS_IN_A_SHARE, Whole, rounded, spread
from .selling import Sale, picks_by_name, piece_of, refuse_short, sell
from .terms import is_covered


def return_of_capital(held: Holdings, event: Event) -> None:
    """26 USC 301(c): the basis falls to zero at most, what exceeds it is gain."""
    refuse_short(held, event)
    places = held.places_of(event)
    if event.account and not held.position(event.account, event.symbol):
        raise InvalidBookError("nothing held to adjust")
    for account, place in places:
        settle_pools(held, account, event.symbol)
        parts = held.position(account, event.symbol, place)
        column = "amount" if event.cells.get("amount") else "cash"
        amount = event.per_unit(column, sum(part.left for part in parts))
        for part, share in zip(parts, spread(amount, [p.left for p in parts]), strict=True):
            _return(held, event, part, share)


def _return(held: Holdings, event: Event, part: Part, share: int) -> None:
    if part.lot.basis_status == "unknown" or not part.left:
        return
    basis, loss_basis = part.whole.remaining("basis"), part.whole.remaining("loss_basis")
    fall = min(share, basis)
    if share > fall:
        gain = piece_of(event, part, part.left, share - fall, (0, 0), event.day)
        gain.status = "final"
        held.gains.append(gain)
    part.restate(basis - fall, max(0, loss_basis - share), part.whole.remaining("wash"))
    held.count("adjustments", part.account, -fall)


def liquidation(held: Holdings, event: Event) -> None:
    """Cost recovery; the final distribution is a sale."""
    if not event.quantity:
        return_of_capital(held, event)
        return
    refuse_short(held, event)
    picks = picks_by_name(held, event)
    sell(held, event, [Sale(event.account, event.symbol, event.amount, picks)])


def worthless(held: Holdings, event: Event) -> None:
    """26 USC 165(g): a sale for nothing on the last day of the year."""
    refuse_short(held, event)
    sales = []
    for account, place in held.places_of(event):
        if event.account:
            picks = picks_by_name(held, event)
        else:
            picks = [(part, part.left) for part in held.position(account, event.symbol, place)]
        sales.append(Sale(account, event.symbol, 0, picks))
    sell(held, event, sales, date(event.day.year, 12, 31))


def distribution_of_shares(held: Holdings, event: Event) -> None:
    """26 USC 305, 307, 355: new shares beside the old, which share their basis and dates."""
    refuse_short(held, event)
    for number, (account, place) in enumerate(held.places_of(event)):
        parts = held.position(account, event.symbol, place)
        total = sum(part.left for part in parts)
        new = event.quantity
        if event.cells.get("ratio"):
            new = floor(total * event.ratio)
            if event.says("taxable") and not event.to_symbol:
                new -= total
        if event.says("taxable"):
            _new_shares(held, event, account, place, number, new)
        elif new:
            settle_pools(held, account, event.symbol)
            part_of_basis = _part_of_basis(event, total, new)
            _distribute(held, event, parts, new, part_of_basis)


def _part_of_basis(event: Event, total: int, new: int) -> Fraction:
    """The part of the old basis that goes to the new shares."""
    if event.basis_fraction:
        return Fraction(event.basis_fraction)
    value = event.per_unit("fmv", new)
    old_value = rounded(Fraction(event.price or "0") * 100 * total / UNITS_IN_A_SHARE)
    too_little = 100 * value < 15 * old_value
    if event.action == "RIGHTS" and too_little and not event.says("elected"):
        return Fraction(0)
    return Fraction(value, value + old_value) if value else Fraction(0)


def _distribute(held: Holdings, event: Event, parts: list[Part], new: int, share: Fraction) -> None:
    for part, units in zip(parts, spread(new, [part.left for part in parts]), strict=True):
        if not units:
            continue
        names = ("basis", "loss_basis", "wash")
        old = {name: part.whole.remaining(name) for name in names}
        given = {name: rounded(old[name] * share) for name in names}
        child = copy(part)
        child.whole, child.arrived = Whole(units, given), next(held.serial)
        child.symbol, child.used, child.is_candidate = event.to_symbol, False, False
        child.right_of = event.symbol if event.action == "RIGHTS" else ""
        child.own = True
        child.compare_own_ratio()
        if share:
            part.restate(**{name: old[name] - given[name] for name in names})
        held.parts.append(child)


def _new_shares(
    held: Holdings, event: Event, account: str, place: str, number: int, new: int
) -> None:
    """Shares that were taxed as a dividend: a lot of their own at their value."""
    symbol = event.to_symbol or event.symbol
    if not new:
        return
    covered = is_covered(event.covered, held.book.kind_of(symbol), event.day)
    rank = event.rank + Fraction(number, 1000)
    lot = Lot(event.id, rank, event.day, may_replace=False, is_covered=covered)
    held.open_units(lot, account, symbol, new, event.per_unit("fmv", new), place=place)
