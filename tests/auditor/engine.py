"""The audit of a book: the three tables that replay writes, and the conservation identity."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .book import Account, Book, Row
from .holdings import Holdings
from .household import book_event
from .journal import events_of
from .lots import Match, Part, Piece
from .money import dollars, shares, spread
from .terms import first_long_term_day, is_long_term


@dataclass(frozen=True)
class Audit:
    """Cells as replay writes them, in no particular order.

    ``residual`` is what the conservation identity leaves over, in cents: always 0.
    """

    realized: list[Row]
    lots: list[Row]
    wash_sales: list[Row]
    residual: int


def audit(book: Book) -> Audit:
    """Book everything, household by household."""
    result = Audit([], [], [], 0)
    residual = 0
    accounts = book.account_list()
    for household in dict.fromkeys(account.household for account in accounts):
        held = holdings_of(book, [a for a in accounts if a.household == household])
        result.realized.extend(row for piece in held.sold for row in _realized(held, piece))
        result.lots.extend(_open_lot(held, part) for part in held.parts)
        result.wash_sales.extend(_wash_sale(match) for match in held.matches)
        residual += _residual(held)
    return Audit(result.realized, result.lots, result.wash_sales, residual)


def holdings_of(book: Book, household: list[Account]) -> Holdings:
    events = events_of(book, household)
    held = Holdings(book, {account.id: account for account in household}, events)
    for event in events:
        book_event(held, event)
    return held


@dataclass(frozen=True)
class Share:
    """One row of a piece: the shares that replaced a later loss (D2), or the rest."""

    quantity: int
    proceeds: int
    basis: int
    disallowed: int
    permanent: int
    added: int
    holding_period: date
    always_long: bool

    @property
    def gain(self) -> int:
        return self.proceeds - self.basis - self.added + self.disallowed


def _shares_of(piece: Piece) -> Iterator[Share]:
    """The rows of a piece: what it is made of is spread over them by the Money rule."""
    used = [(s.quantity, s.added, s.holding_period, s.always_long) for s in piece.slices]
    rest = piece.quantity - sum(quantity for quantity, *_ in used)
    rows = [*used, (rest, 0, piece.holding_period, piece.always_long)]
    quantities = [quantity for quantity, *_ in rows]
    amounts = (piece.proceeds, piece.basis, piece.disallowed, piece.permanent)
    columns = [spread(amount, quantities) for amount in amounts]
    for (quantity, *facts), *spreads in zip(rows, *columns, strict=True):
        if quantity:
            yield Share(quantity, *spreads, *facts)


def _realized(held: Holdings, piece: Piece) -> Iterator[Row]:
    account = held.accounts[piece.account]
    if account.is_tax_deferred:
        return
    for share in _shares_of(piece):
        always = share.always_long
        long = is_long_term(share.holding_period, piece.sold, always=always)
        known = piece.is_known
        yield {
            "sale_id": piece.sale_id,
            "lot_id": piece.lot.id,
            "household": account.household,
            "account": piece.account,
            "symbol": piece.symbol,
            "acquired_date": piece.lot.acquired.isoformat(),
            "holding_period_date": share.holding_period.isoformat(),
            "sold_date": piece.sold.isoformat(),
            "quantity": shares(share.quantity),
            "proceeds": dollars(share.proceeds),
            "cost_basis": dollars(share.basis + share.added) if known else "",
            "wash_sale_loss_disallowed": dollars(share.disallowed),
            "permanently_disallowed": dollars(share.permanent),
            "gain": dollars(share.gain) if known else "",
            "term": "LT" if long else "ST",
            "status": _status(held, piece),
        }


def _status(held: Holdings, piece: Piece) -> str:
    """A loss is final when its window has passed and every account is known through it."""
    if not piece.is_known:
        return "basis_unknown"
    if not piece.is_tested:
        return "final"
    month = timedelta(days=30)
    end = piece.sold + month
    accounts = held.accounts.values()
    if any(a.data_from and a.data_from <= piece.sold < a.data_from + month for a in accounts):
        return "window_incomplete"
    known = all(a.data_through is None or a.data_through >= end for a in accounts)
    return "final" if held.book.last_day() > end and known else "provisional"


def _open_lot(held: Holdings, part: Part) -> Row:
    account = held.accounts[part.account]
    basis, wash = part.whole.remaining("basis"), part.whole.remaining("wash")
    known = part.lot.basis_status != "unknown"
    if account.is_tax_deferred:
        long_from = ""
    elif part.always_long:
        long_from = part.lot.acquired.isoformat()
    else:
        long_from = first_long_term_day(part.holding_period).isoformat()
    return {
        "lot_id": part.lot.id,
        "household": account.household,
        "account": part.account,
        "symbol": part.symbol,
        "acquired_date": part.lot.acquired.isoformat(),
        "holding_period_date": part.holding_period.isoformat(),
        "long_term_from": long_from,
        "quantity": shares(part.left),
        "cost_basis": dollars(basis) if known else "",
        "unadjusted_cost_basis": dollars(basis - wash) if known else "",
        "wash_sale_adjustment": dollars(wash),
        "replacement": "true" if part.used else "false",
        "covered": "true" if part.lot.is_covered else "false",
        "basis_status": part.lot.basis_status,
    }


def _wash_sale(match: Match) -> Row:
    return {
        "sale_id": match.loss.piece.sale_id,
        "loss_lot_id": match.loss.piece.lot.id,
        "replacement_lot_id": match.lot.id,
        "replacement_account": match.account,
        "quantity": shares(match.quantity),
        "disallowed": dollars(match.disallowed),
        "permanent": dollars(match.permanent),
    }


def _residual(held: Holdings) -> int:
    """Gain less what the identity says it must be.

    Dollars that a wash sale or an adjustment added to a lot of unknown basis are known; they
    leave untaxed when it is sold.
    """
    total = held.sums.copy()
    for part in held.parts:
        held_in = held.accounts[part.account]
        total["open"] += 0 if held_in.is_tax_deferred else part.whole.remaining("basis")
    for piece in held.sold:
        if held.accounts[piece.account].is_tax_deferred:
            continue
        if not piece.is_known:
            total["left"] += piece.cost + sum(used.added for used in piece.slices)
            continue
        total["proceeds"] += piece.proceeds
        total["permanent"] += piece.permanent
        total["gift gap"] += piece.cost - piece.basis
        total["gain"] += sum(share.gain for share in _shares_of(piece))
    expected = total["proceeds"] - total["basis in"] + total["open"] + total["left"]
    expected += total["permanent"] + total["gift gap"] - total["adjustments"]
    return total["gain"] - expected
