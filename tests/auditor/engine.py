"""The audit of a book: the three tables that replay writes, and the conservation identity."""

from dataclasses import dataclass
from datetime import timedelta

from .averaging import shares_of_pools
from .book import Account, Book, Row
from .constructive import constructive_status
from .holdings import Holdings
from .household import book_event
from .journal import events_of
from .lots import Match, Part, Piece, ShortPart
from .money import dollars, shares
from .terms import first_long_term_day, is_long_term


@dataclass(frozen=True)
class Audit:
    """Cells as replay writes them, in no particular order.

    ``shorts`` are the open parts of short positions and written options.  ``residual`` is what
    the conservation identity leaves over, in cents: always 0.
    """

    realized: list[Row]
    lots: list[Row]
    wash_sales: list[Row]
    shorts: list[Row]
    residual: int


def audit(book: Book) -> Audit:
    """Book everything, household by household."""
    result = Audit([], [], [], [], 0)
    residual = 0
    accounts = book.account_list()
    for household in dict.fromkeys(account.household for account in accounts):
        held = holdings_of(book, [a for a in accounts if a.household == household])
        result.realized.extend(_realized(held, piece) for piece in _taxable(held))
        averaged = shares_of_pools(held)
        result.lots.extend(_open_lot(held, parts, averaged) for parts in _open_lots(held))
        result.shorts.extend(_open_short(held, part) for part in held.shorts)
        result.wash_sales.extend(_wash_sale(match) for match in held.matches)
        residual += _residual(held)
    return Audit(result.realized, result.lots, result.wash_sales, result.shorts, residual)


def holdings_of(book: Book, household: list[Account]) -> Holdings:
    events = events_of(book, household)
    held = Holdings(book, {account.id: account for account in household}, events)
    for event in events:
        book_event(held, event)
    return held


def _taxable(held: Holdings) -> list[Piece]:
    """What was sold in accounts whose sales realize something."""
    return [piece for piece in [*held.sold, *held.gains] if held.is_taxable(piece.account)]


def _realized(held: Holdings, piece: Piece) -> Row:
    known = piece.is_known
    long = is_long_term(piece.holding_period, piece.sold, always=piece.always_long)
    return {
        "sale_id": piece.sale_id,
        "lot_id": piece.lot.id,
        "household": held.accounts[piece.account].household,
        "account": piece.account,
        "symbol": piece.symbol,
        "acquired_date": piece.acquired.isoformat(),
        "holding_period_date": piece.holding_period.isoformat(),
        "sold_date": piece.sold.isoformat(),
        "quantity": shares(piece.quantity),
        "proceeds": dollars(piece.proceeds),
        "cost_basis": dollars(piece.basis) if known else "",
        "wash_sale_loss_disallowed": dollars(piece.disallowed),
        "permanently_disallowed": dollars(piece.permanent),
        "nondeductible_loss": dollars(piece.nondeductible),
        "gain": dollars(piece.gain) if known else "",
        "term": piece.term or ("LT" if long else "ST"),
        "status": _status(held, piece),
    }


def _status(held: Holdings, piece: Piece) -> str:
    """A loss is final when its window has passed and every account is known through it."""
    if not piece.is_known:
        return "basis_unknown"
    if piece.status == "constructive":
        return constructive_status(piece.sold, held.book.last_day())
    if not piece.is_tested:
        return "final"
    month = timedelta(days=30)
    sold = piece.window_day
    end = sold + month
    accounts = held.accounts.values()
    if any(a.data_from and a.data_from <= sold < a.data_from + month for a in accounts):
        return "window_incomplete"
    known = all(a.data_through is None or a.data_through >= end for a in accounts)
    return "final" if held.book.last_day() > end and known else "provisional"


def _open_lots(held: Holdings) -> list[list[Part]]:
    """Parts as rows: what moved and met the rest of its lot or sub-lot again is one row."""
    mine = [part for part in held.parts if part.place == "held"]
    mine.sort(key=lambda part: (part.account, part.symbol, held.order_of(part)))
    rows: list[list[Part]] = []
    for part in mine:
        if rows and _sub_lot(rows[-1][0]) == _sub_lot(part):
            rows[-1].append(part)
        else:
            rows.append([part])
    return rows


def _sub_lot(part: Part) -> tuple[object, ...]:
    facts = (part.adjusted, part.used, part.holding_period)
    return (part.lot, part.account, part.symbol, *facts)


def _open_lot(held: Holdings, parts: list[Part], averaged: dict[Part, int]) -> Row:
    part = parts[0]
    account = held.accounts[part.account]
    basis = sum(averaged.get(part, part.whole.remaining("basis")) for part in parts)
    wash = sum(part.whole.remaining("wash") for part in parts)
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
        "quantity": shares(sum(part.left for part in parts)),
        "cost_basis": dollars(basis) if known else "",
        "unadjusted_cost_basis": dollars(basis - wash) if known else "",
        "wash_sale_adjustment": dollars(wash),
        "replacement": "true" if part.used else "false",
        "covered": "true" if part.lot.is_covered else "false",
        "basis_status": part.lot.basis_status,
    }


def _open_short(held: Holdings, part: ShortPart) -> Row:
    return {
        "lot_id": part.lot.id,
        "household": held.accounts[part.account].household,
        "account": part.account,
        "symbol": part.symbol,
        "opened": part.opened.isoformat(),
        "quantity": shares(part.left),
        "proceeds": dollars(part.whole.remaining("proceeds")),
        "deferred": dollars(part.whole.remaining("deferred")),
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
        "rule": match.rule,
    }


def _residual(held: Holdings) -> int:
    """Gain less what the identity says it must be.

    What is on its way at the as-of date has left.  Dollars that a wash sale or an adjustment
    added to a lot of unknown basis are known; they leave untaxed when it is sold.
    """
    total = held.sums.copy()
    for part in held.parts:
        held_in = held.accounts[part.account]
        if not held_in.is_tax_deferred:
            term = "open" if part.place == "held" else "left"
            total[term] += part.whole.remaining("basis")
    total["open"] += sum(held.excess.values())
    for short in held.shorts:
        if held.is_taxable(short.account):
            total["open"] += short.whole.remaining("deferred")
    for piece in _taxable(held):
        if not piece.is_known:
            total["left"] += piece.cost
            continue
        total["proceeds"] += piece.proceeds
        total["permanent"] += piece.permanent
        total["nondeductible"] += piece.nondeductible
        total["gift gap"] += piece.cost - piece.basis
        total["gain"] += piece.gain
    expected = total["proceeds"] - total["basis in"] + total["open"] + total["left"]
    expected += (
        total["permanent"] + total["nondeductible"] + total["gift gap"] - total["adjustments"]
    )
    return total["gain"] - expected
