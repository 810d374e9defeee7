"""What every disposition of held shares has in common: relief, basis, test of losses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .averaging import averages, disturb, relieve, standing_method
from .book import InvalidBookError
from .holdings import Holdings
from .journal import Event
from .lots import Part, Piece
from .money import spread
from .relief import Pick, by_method, in_order, named
from .restarts import restart_sold
from .wash import enter_loss, settle


def picks_by_name(
    held: Holdings, event: Event, *, account: str = "", symbol: str = ""
) -> list[Pick]:
    """By name, else first in, first out."""
    parts = held.position(account or event.account, symbol or event.symbol)
    if event.lots:
        return named(parts, event.lots, held.decides("sub_first"))
    return in_order(parts, event.quantity or sum(part.left for part in parts))


def picks_by_method(
    held: Holdings, event: Event, amount: int, *, symbol: str = "", quantity: int = 0
) -> list[Pick]:
    """By name if in time, else by the method of this sale, else by the standing order."""
    symbol, quantity = symbol or event.symbol, quantity or event.quantity
    parts = held.position(event.account, symbol)
    sub_first = held.decides("sub_first")
    if averages(held, event.account, symbol):
        return in_order(parts, quantity)
    if event.lots:
        return named(parts, event.lots, sub_first)
    method = event.method or standing_method(held, event.account, symbol)
    unit_proceeds = Fraction(amount, quantity)
    return in_order(by_method(method, parts, sub_first, event.day, unit_proceeds), quantity)


@dataclass(frozen=True)
class Sale:
    """What is sold out of one position, and for how much."""

    account: str
    symbol: str
    amount: int
    picks: Sequence[Pick]


def sell(held: Holdings, event: Event, sales: Sequence[Sale], sold: date | None = None) -> None:
    """Relieve all pieces; then, in order of acquisition, test each for a loss."""
    pieces = []
    for sale in sales:
        disturb(held, sale.account, sale.symbol)
        cuts = restart_sold(held, sale.picks)
        proceeds = spread(sale.amount, [quantity for _, quantity, _ in cuts])
        for (part, quantity, is_fresh), share in zip(cuts, proceeds, strict=True):
            piece = _sold_piece(held, event, part, quantity, share, sold or event.day)
            if is_fresh:
                piece.donor_period, piece.is_fresh, piece.always_long = piece.sold, True, False
            pieces.append(piece)
    held.drop_empty()
    test(held, event, sorted(pieces, key=lambda piece: piece.lot.rank))


def test(held: Holdings, event: Event, waiting: list[Piece]) -> None:
    """One piece after the other, in the order given."""
    done = []
    while waiting:
        piece = waiting.pop(0)
        done.append(piece)
        enter_loss(held, piece)
        settle(held, event.day, [] if held.decides("held_after_sale") else waiting)
    held.sold += done


def _sold_piece(
    held: Holdings, event: Event, part: Part, quantity: int, proceeds: int, sold: date
) -> Piece:
    if quantity > part.left:
        raise InvalidBookError(f"{quantity} more than is held")
    cut, basis = relieve(held, part, quantity)
    loss_basis = cut.whole.amounts["loss_basis"] if part.lot.is_dual else basis
    return piece_of(event, cut, quantity, proceeds, (basis, loss_basis), sold)


def piece_of(
    event: Event, part: Part, quantity: int, proceeds: int, bases: tuple[int, int], sold: date
) -> Piece:
    """A realized piece of a part, with its basis for gain and for loss."""
    piece = Piece(
        event.id,
        event.rank,
        part.lot,
        part.account,
        part.symbol,
        sold,
        quantity,
        proceeds,
        *bases,
        part.holding_period,
        part.used,
        part.always_long,
    )
    piece.is_fresh = part.is_fresh
    piece.is_candidate = part.is_candidate
    return piece


def sale(held: Holdings, event: Event) -> None:
    """A SELL, and what is one in every respect."""
    refuse_short(held, event)
    picks = picks_by_method(held, event, event.amount)
    sell(held, event, [Sale(event.account, event.symbol, event.amount, picks)])


def refuse_short(held: Holdings, event: Event) -> None:
    """Actions of an issuer that are not booked on what is held short."""
    plain = {"SELL", "SELL_OPTION"}
    accounts = {event.account} if event.account else set(held.accounts)
    for part in held.shorts:
        if event.action not in plain and part.symbol == event.symbol and part.account in accounts:
            raise InvalidBookError(f"{event.symbol} is held short in {part.account}")
