"""Sales on terms of their own: cash mergers, final liquidations, worthlessness, lapses."""

from taxlots.book.kinds import (
    NOTHING_TO_ADJUST,
    OPEN,
    OVERSOLD,
    SKIP_LOT,
    TAX_DEFERRED,
)
from taxlots.book.noting import fault
from taxlots.book.relief import missing_pick
from taxlots.book.sale import relieve_all, sell, test_losses
from taxlots.book.shorts import cover, is_short_open
from taxlots.book.tables import NONE, Book
from taxlots.book.terms import cash_cents, new_units, value_cents


def surrender(b: Book, at: int) -> None:
    """Sell the stated units, or all, for what the terms pay; one sale in several accounts.

    In a taxable exchange later events buy what is received, and get size and cost here.
    """
    tally = b.tally[0]
    terms = b.terms[b.details[b.events[at].detail].terms]
    if terms.number == 0:
        tally.first_row = tally.rows
    if _fix_sale(b, at):
        relieve_all(b, at)
    if terms.number == terms.count - 1:
        test_losses(b, tally.first_row, False)


def _fix_sale(b: Book, at: int) -> bool:
    """Fill in what is sold and for how much; False where nothing can be."""
    e = b.events[at]
    detail = b.details[e.detail]
    terms = b.terms[detail.terms]
    buys = detail.to_position != NONE
    held = b.positions[e.position].quantity
    units = e.quantity if e.quantity > 0 else held
    if is_short_open(b, at):
        held = 0
    elif held == 0 and terms.is_stated:
        fault(b, at, NOTHING_TO_ADJUST, 0, 0)
    elif held < units:
        fault(b, at, OVERSOLD, units, held)
    if units == 0 or held < units or missing_pick(b, at) != NONE:
        if buys:
            b.events[at + terms.count].kind = SKIP_LOT
        return False
    e.quantity = units
    e.cents = cash_cents(terms, units)
    if buys:
        received = new_units(b, at, units)
        value = value_cents(terms, received)
        e.cents += value
        following = b.events[at + terms.count]
        following.quantity = received
        following.cents = value
        following.kind = OPEN if received > 0 else SKIP_LOT
        if not b.positions[e.position].flags & TAX_DEFERRED:
            b.tally[0].basis_in_cents += value
    return True


def expire(b: Book, at: int) -> None:
    """A lapse: what is held is sold for nothing, else what is owed is closed for nothing."""
    e = b.events[at]
    written = b.details[e.detail].to_position
    if b.positions[e.position].quantity == 0 and written != NONE:
        e.position = written
    held = b.positions[e.position].quantity
    if e.quantity == 0:
        e.quantity = held
    if held == 0 or held < e.quantity:
        fault(b, at, OVERSOLD, e.quantity, held)
    elif e.position == written:
        cover(b, at)
    else:
        sell(b, at)
