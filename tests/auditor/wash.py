"""26 USC 1091: every loss against every acquisition, in the order of both.

There is no queue.  ``settle`` runs after every event over all losses that still lack
replacements, in the order of the days around which their windows lie, and for each over all
acquisitions that could replace it, in order of acquisition, whether they came before the sale or
after it.  Losses on closing a short position look at short sales in the same way (1091(e)).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from .book import EXEMPT_FROM_1091
from .holdings import Holdings
from .lots import Loss, Lot, Match, Part, Piece, ShortPart
from .money import Whole

WINDOW = timedelta(days=30)
STEP_UP = "26 USC 1091(d)"


def enter_loss(held: Holdings, piece: Piece) -> None:
    """Enter the loss of a sold piece, if it has one that section 1091 tests."""
    account = held.accounts[piece.account]
    exempt = held.book.kind_of(piece.symbol) in EXEMPT_FROM_1091
    mark_to_market = account.kind == "taxable_mtm_475"
    if piece.status or not piece.loss or not piece.is_known or exempt:
        return
    if account.is_tax_deferred or mark_to_market:
        return
    piece.is_tested = True
    equivalents = piece.quantity * held.book.multiplier_of(piece.symbol)
    amounts = {"loss": piece.loss, "units": piece.quantity}
    held.losses.append(Loss(piece, piece.symbol, Whole(equivalents, amounts)))


def settle(held: Holdings, today: date, unprocessed: list[Piece] | None = None) -> None:
    """Match what can be matched.  ``unprocessed`` pieces of today's sale count as held (D1).

    A pair is tested when the later of its two comes about, and never again: a loss that is new
    meets every acquisition, an older one those of this event only.
    """
    for loss in sorted(held.losses, key=lambda loss: loss.piece.window_day):
        is_open = loss.is_new or today <= loss.piece.window_day + WINDOW
        if not loss.whole.left or not is_open:
            continue
        for candidate in _candidates(held, loss, unprocessed or []):
            if loss.whole.left:
                _match(held, loss, candidate, unprocessed or [])
        loss.is_new = False


@dataclass
class Candidate:
    """Shares that could replace a loss: an open part, or a piece that was sold."""

    lot: Lot
    account: str
    symbol: str
    free: int
    tie: tuple[int, Any]
    part: Part | ShortPart | None = None
    piece: Piece | None = None


def _candidates(held: Holdings, loss: Loss, unprocessed: Sequence[Piece]) -> list[Candidate]:
    parts: Sequence[Part | ShortPart]
    parts = held.shorts if loss.piece.in_short_queue else held.parts
    found = [
        Candidate(part.lot, part.account, part.symbol, part.left, (2, part.arrived), part=part)
        for part in parts
        if not part.used and part.is_candidate
    ]
    if not loss.piece.is_dated_back:
        found += _sold_candidates(held, loss, unprocessed)
    fitting = [candidate for candidate in found if _replaces(held, loss, candidate)]
    return sorted(fitting, key=lambda candidate: (Fraction(candidate.lot.rank), candidate.tie))


def _sold_candidates(held: Holdings, loss: Loss, unprocessed: Sequence[Piece]) -> list[Candidate]:
    """What the literal readings D1 and D2 count, though it is held no more."""
    found = []
    for piece in unprocessed:
        if not piece.used and piece.sale_rank == loss.piece.sale_rank:
            tie = (1, unprocessed.index(piece))
            found += _of_piece(loss, piece, piece.quantity, tie)
    if held.decides("sold_before_counts"):
        for number, piece in enumerate(held.sold):
            if not piece.used and piece.sale_rank < loss.piece.sale_rank:
                found += _of_piece(loss, piece, piece.unused.left, (0, number))
    return found


def _of_piece(loss: Loss, piece: Piece, free: int, tie: tuple[int, int]) -> list[Candidate]:
    """What was sold, or closed short, as a candidate of the queue in which the loss waits.

    What was delivered counts as the short sale that it closed.
    """
    closed = piece.short
    lot = closed.lot if closed else piece.lot
    if bool(closed) != loss.piece.in_short_queue or not piece.is_candidate:
        return []
    return [Candidate(lot, piece.account, piece.now, free, tie, piece=piece)]


def _replaces(held: Holdings, loss: Loss, candidate: Candidate) -> bool:
    sold, lot = loss.piece, candidate.lot
    of_loss = sold.short.lot if sold.in_short_queue and sold.short else sold.lot
    meets_now = loss.is_new or lot.opened == held.now
    identical = held.identity.replaces
    if sold.in_short_queue:
        identical = held.identity.replaces_short
    return (
        candidate.free > 0
        and meets_now
        and lot.may_replace
        and lot is not of_loss
        and abs(lot.acquired - sold.window_day) <= WINDOW
        and held.accounts[candidate.account].party == held.accounts[sold.account].party
        and (bool(held.decides("count_older_than_sold")) or lot.rank > of_loss.rank)
        and identical(candidate.symbol, loss.symbol, sold.window_day)
    )


def _match(held: Holdings, loss: Loss, candidate: Candidate, unprocessed: list[Piece]) -> None:
    """Disallow the loss on as many shares as the candidate has, and give it what it takes."""
    multiplier = held.book.multiplier_of(candidate.symbol)
    equivalents = min(loss.whole.left, candidate.free * multiplier)
    used = -(-equivalents // multiplier)
    got = loss.whole.take(equivalents)
    rule = _rule(held, loss.piece.account, candidate.account)
    permanent = 0 if rule == STEP_UP else got["loss"]
    loss.piece.disallowed += got["loss"]
    loss.piece.permanent += permanent
    held.matches.append(
        Match(loss, candidate.lot, candidate.account, got["units"], got["loss"], permanent, rule)
    )
    added = got["loss"] if rule == STEP_UP else None
    if isinstance(candidate.part, ShortPart):
        _use_short(held, candidate.part, used, added)
    elif candidate.part:
        _use_part(held, candidate.part, used, added, loss.piece)
    elif candidate.piece in unprocessed:
        _use_unprocessed(unprocessed, candidate.piece, used, added, loss.piece)
    elif candidate.piece:
        _use_sold(held, candidate.piece, used, added, loss.piece)


def _rule(held: Holdings, loss_account: str, replacing_account: str) -> str:
    """Whether the disallowed loss joins the basis of the replacement; if not, why."""
    one, other = held.accounts[loss_account], held.accounts[replacing_account]
    if other.is_tax_deferred:
        return "Rev. Rul. 2008-5"
    if other.tax_return != one.tax_return:
        return "26 USC 1091(a): another return"
    apart = one.owner != other.owner and "joint" not in {one.owner, other.owner}
    if apart and not held.decides("spouse_basis_step_up"):
        return "26 USC 1091(a): spouse, no step-up (D8)"
    return STEP_UP


def _tacked(acquired: date, held_since: date, loss: Piece) -> date:
    """The holding period includes the days for which the loss shares were held (1223(3)).

    What was sold constructively is treated as acquired on that day (1259(a)(2)(B)).
    """
    return max(acquired, held_since) - max(timedelta(0), loss.window_day - loss.holding_period)


def _use_part(held: Holdings, part: Part, used: int, added: int | None, loss: Piece) -> None:
    """The used shares become a part of their own, and so does the rest."""
    taken = held.cut_off(part, used)
    part.whole = part.whole.what_is_left()
    part.own = False
    taken.used = True
    taken.adjusted = next(held.serial)
    if added is not None:
        taken.add(added, wash=True)
    if added is not None and not part.is_fresh:
        taken.holding_period = _tacked(part.lot.acquired, part.holding_period, loss)
        taken.always_long = part.always_long or loss.always_long
    held.parts.append(taken)


def _use_short(held: Holdings, part: ShortPart, used: int, added: int | None) -> None:
    """The used part of a short sale defers the loss until it is closed."""
    taken = part.cut_off(used)
    part.whole = part.whole.what_is_left()
    taken.used = True
    taken.adjusted = next(held.serial)
    taken.whole.amounts["deferred"] += added or 0
    held.shorts.append(taken)
    held.drop_empty()


def _use_unprocessed(
    unprocessed: list[Piece], piece: Piece, used: int, added: int | None, loss: Piece
) -> None:
    """D1: the used shares of the same sale take the loss before they are sold in their turn."""
    taken = piece
    if used < piece.quantity:
        taken = piece.cut_off([used, piece.quantity - used])
        unprocessed.insert(unprocessed.index(piece), taken)
    _take_loss(taken, added, loss)


def _take_loss(piece: Piece, added: int | None, loss: Piece) -> None:
    """The basis takes the loss, and the period its days, unless it is the basis of a short."""
    if loss.in_short_queue or piece.is_fresh:
        piece.replace_loss(added, None, always_long=False)
    else:
        period = _tacked(piece.lot.acquired, piece.donor_period, loss)
        piece.replace_loss(added, period, always_long=loss.always_long)


def _use_sold(held: Holdings, piece: Piece, used: int, added: int | None, loss: Piece) -> None:
    """D2: a piece sold before splits into the used shares and the rest, and its loss with it."""
    piece.unused.take(used)
    rest = piece.unused.what_is_left()
    taken = piece
    if rest.quantity:
        pair = [used, rest.quantity]
        taken = piece.cut_off(pair)
        piece.unused = rest
        held.sold.insert(held.sold.index(piece), taken)
        for waiting in [one for one in held.losses if one.piece is piece]:
            first, waiting.whole = waiting.whole.divide(pair)
            place = held.losses.index(waiting)
            cut = Loss(taken, waiting.symbol, first, waiting.is_new)
            held.losses.insert(place, cut)
    _take_loss(taken, added, loss)
