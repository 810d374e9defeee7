"""Short sales and written options: opened, closed by a purchase or by delivery."""

from .averaging import disturb, settle_pools
from .book import day
from .constructive import sell_constructively
from .holdings import Holdings
from .journal import Event
from .lots import Lot, Part, Piece, ShortPart
from .money import Whole, spread
from .relief import Pick, in_order, named
from .restarts import close_units, open_shorts, reaches, restart_open, shares_held, was_long_on
from .selling import picks_by_name, piece_of, test

ShortPick = tuple[ShortPart, int]


def sell_short(held: Holdings, event: Event) -> None:
    """A short lot; what long-term shares stand behind is a part of its own (1233(d))."""
    if held.is_taxable(event.account):
        sell_constructively(held, event)
    part = _open(held, event, is_written=False)
    backed = min(event.quantity, _long_shares_free(held, event))
    if backed == event.quantity:
        part.backed = True
    elif backed:
        first = part.cut_off(backed)
        part.whole = part.whole.what_is_left()
        first.backed = True
        held.shorts.append(first)
    held.shorts.append(part)


def write_option(held: Holdings, event: Event) -> None:
    held.shorts.append(_open(held, event, is_written=True))


def _open(held: Holdings, event: Event, *, is_written: bool) -> ShortPart:
    mark_to_market = held.accounts[event.account].kind == "taxable_mtm_475"
    counts = bool(held.decides("mtm475_purchase_replaces")) or not mark_to_market
    lot = Lot(event.id, event.rank, event.day, may_replace=counts)
    whole = Whole(event.quantity, {"proceeds": event.amount, "deferred": 0})
    serial = next(held.serial)
    return ShortPart(lot, event.account, event.symbol, whole, is_written, arrived=serial)


def _long_shares_free(held: Holdings, event: Event) -> int:
    """Long-term shares that stand behind no other open short sale."""
    if not held.is_taxable(event.account):
        return 0
    parts = shares_held(held, event.account, event.symbol)
    long = sum(part.left for part in parts if was_long_on(part, event.day))
    shorts = open_shorts(held, event.account, event.symbol)
    return max(0, long - sum(part.left for part in shorts if part.backed))


def short_picks(
    held: Holdings, account: str, symbol: str, quantity: int, lots: list[tuple[str, int]]
) -> list[ShortPick]:
    """By name, else in the order in which they were opened."""
    parts = held.short_position(account, symbol)
    if lots:
        return named(parts, lots, held.decides("sub_first"))
    return in_order(parts, quantity)


def close(held: Holdings, event: Event, cost: int, picks: list[ShortPick] | None = None) -> None:
    """BUY_TO_COVER and CLOSE_OPTION, and what is settled in cash or expires."""
    if picks is None:
        picks = short_picks(held, event.account, event.symbol, event.quantity, event.lots)
    pieces = []
    for (part, quantity), share in zip(
        picks, spread(cost, [quantity for _, quantity in picks]), strict=True
    ):
        cut = part.cut_off(quantity)
        restart_open(held, cut, close_units(cut), event.day)
        held.count("basis in", event.account, share)
        pieces.append(_covered_piece(event, cut, share))
    held.drop_empty()
    test(held, event, sorted(pieces, key=lambda piece: piece.lot.rank))


def _covered_piece(event: Event, cut: ShortPart, cost: int) -> Piece:
    basis = cost + cut.whole.amounts["deferred"]
    piece = Piece(
        event.id, event.rank, cut.lot, event.account, event.symbol, event.day,
        cut.whole.quantity, cut.whole.amounts["proceeds"], basis, basis,
        event.day, cut.used, False,
    )  # fmt: skip
    piece.short, piece.in_short_queue = cut, True
    piece.term = "LT" if piece.loss and cut.backed else "ST"
    settled = day(event.settle_date)
    if event.action == "BUY_TO_COVER" and piece.loss and settled and settled > event.day:
        piece.sold = settled
    return piece


def deliver(held: Holdings, event: Event) -> None:
    """CLOSE_SHORT_BY_DELIVERY: each long part against each short part, in order."""
    settle_pools(held, event.account, event.symbol)
    disturb(held, event.account, event.symbol)
    longs = picks_by_name(held, event)
    shorts = short_picks(held, event.account, event.symbol, event.quantity, [])
    pieces, cuts = [], []
    for long, short, quantity in _paired(longs, shorts):
        counts = reaches(short, long)
        cut, part = short.cut_off(quantity), long.cut_off(quantity)
        unspent = close_units(cut)
        cuts.append((cut, 0 if counts else unspent))
        pieces.append(_delivered_piece(event, part, cut))
    held.drop_empty()
    for cut, left in cuts:
        restart_open(held, cut, left, event.day)
    test(held, event, sorted(pieces, key=lambda piece: piece.lot.rank))


def _paired(longs: list[Pick], shorts: list[ShortPick]) -> list[tuple[Part, ShortPart, int]]:
    """Both in their order, cut wherever one of them ends."""
    pairs = []
    waiting = list(shorts)
    for long, quantity in longs:
        left = quantity
        while left:
            short, there = waiting.pop(0)
            taken = min(left, there)
            pairs.append((long, short, taken))
            left -= taken
            if there > taken:
                waiting.insert(0, (short, there - taken))
    return pairs


def _delivered_piece(event: Event, part: Part, cut: ShortPart) -> Piece:
    """26 USC 1233 for its term, Reg. 1.1091-1(g) for the window of its loss."""
    deferred = cut.whole.amounts["deferred"]
    basis = part.whole.amounts["basis"]
    loss_basis = part.whole.amounts["loss_basis"] if part.lot.is_dual else basis
    bases = (basis + deferred, loss_basis + deferred)
    quantity, proceeds = cut.whole.quantity, cut.whole.amounts["proceeds"]
    piece = piece_of(event, part, quantity, proceeds, bases, event.day)
    piece.short, piece.is_delivery = cut, True
    piece.used, piece.is_candidate = cut.used, cut.is_candidate
    was_long = was_long_on(piece, cut.opened)
    piece.term = "LT" if was_long or (piece.loss and cut.backed) else "ST"
    if part.lot.acquired <= cut.opened:
        piece.window_day = cut.opened
    else:
        piece.in_short_queue = True
    return piece
