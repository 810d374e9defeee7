"""Exchanges of stock for stock: mergers with and without cash, exchanges of share classes.

Lots, dates, wash adjustments, waiting losses and standing as replacement go on in the new shares;
cash brings gain, block by block (26 USC 354, 356, 358 and 1036).
"""

from taxlots.book.actions import rebase, rename
from taxlots.book.kinds import (
    DUAL_BASIS,
    FIFO,
    NOTHING_TO_ADJUST,
    OVERSOLD,
    QUANTITY_DIFFERS,
    SHORT,
    SPLIT_CUT,
    SPLIT_ERASES,
    TAX_DEFERRED,
    UNKNOWN_BASIS,
    UNUSED,
)
from taxlots.book.noting import fault
from taxlots.book.pools import form, settle
from taxlots.book.positions import detach, free_slot, leave_candidates, link
from taxlots.book.relief import first_pick, missing_pick, next_relief
from taxlots.book.sale import new_row
from taxlots.book.shorts import is_short_open
from taxlots.book.splits import bequeath, restate_key, split_closed, split_position, split_waiting
from taxlots.book.tables import NONE, Book
from taxlots.book.terms import cash_cents, new_units, value_cents
from taxlots.domain.money import apportion, cut, is_whole
from taxlots.law.s356_boot import recognized_gain
from taxlots.law.s358_allocation import basis_after_exchange


def exchange(b: Book, at: int) -> None:
    """Exchange a position, or the stated part of it, for new shares and cash."""
    e = b.events[at]
    detail = b.details[e.detail]
    terms = b.terms[detail.terms]
    held = b.positions[e.position].quantity
    if terms.cash_numerator > 0 and is_short_open(b, at):
        return
    if held == 0 and terms.is_stated and not b.positions[e.position].flags & SHORT:
        fault(b, at, NOTHING_TO_ADJUST, 0, 0)
        return
    if e.quantity > held:
        fault(b, at, OVERSOLD, e.quantity, held)
        return
    if 0 < e.quantity < held:
        _exchange_part(b, at)
    elif not _differs(b, at, held) and (held > 0 or terms.units == 0):
        _exchange_all(b, at, held)


def _differs(b: Book, at: int, held: int) -> bool:
    """Whether a row's quantity is neither that of the old nor that of the new shares."""
    detail = b.details[b.events[at].detail]
    stated = b.terms[detail.terms].stated_units
    if stated == 0 or held == 0:
        return False
    if stated in (held, cut(held, detail.numerator, detail.denominator)):
        return False
    fault(b, at, QUANTITY_DIFFERS, stated, held)
    return True


def _exchange_all(b: Book, at: int, held: int) -> None:
    e = b.events[at]
    detail = b.details[e.detail]
    terms = b.terms[detail.terms]
    numerator = terms.units if terms.units > 0 else detail.numerator
    denominator = held if terms.units > 0 else detail.denominator
    settle(b, e.position)
    settle(b, detail.to_position)
    if terms.cash_numerator > 0 and held > 0:
        _recognize(b, at, held)
    if split_position(b, at, e.position, numerator, denominator):
        split_waiting(b, e.position, numerator, denominator)
        split_closed(b, e.position, numerator, denominator)
        rename(b, at)


def _recognize(b: Book, at: int, held: int) -> None:
    """Spread cash over the pieces of a position: gain up to the cash, then the basis left."""
    e = b.events[at]
    p = b.positions[e.position]
    terms = b.terms[b.details[e.detail].terms]
    cash = cash_cents(terms, held)
    value = value_cents(terms, new_units(b, at, held))
    seen = 0
    slot_at = p.head
    while slot_at != NONE:
        following = b.slots[slot_at].next
        units = b.slots[slot_at].quantity
        paid = apportion(cash, seen + units, held) - apportion(cash, seen, held)
        worth = apportion(value, seen + units, held) - apportion(value, seen, held)
        seen += units
        basis = b.slots[slot_at].open_cents
        is_unknown = b.slots[slot_at].flags & UNKNOWN_BASIS != 0
        gain = 0 if is_unknown else recognized_gain(basis, paid, worth)
        if not p.flags & TAX_DEFERRED:
            row = b.rows[new_row(b, at, slot_at, units, paid)]
            row.flags = row.flags & ~DUAL_BASIS
            row.basis_cents = 0 if is_unknown else paid - gain
        if not is_unknown:
            rebase(b, slot_at, basis_after_exchange(basis, paid, gain) - basis)
        slot_at = following


def _exchange_part(b: Book, at: int) -> None:
    """Exchange named lots, or the first in; the parts move like those of a transfer."""
    e = b.events[at]
    detail = b.details[e.detail]
    target = detail.to_position
    if missing_pick(b, at) != NONE:
        fault(b, at, OVERSOLD, e.quantity, b.positions[e.position].quantity)
        return
    total = cut(e.quantity, detail.numerator, detail.denominator)
    if total == 0:
        fault(b, at, SPLIT_ERASES, e.quantity, 0)
        return
    if not is_whole(e.quantity, detail.numerator, detail.denominator):
        fault(b, at, SPLIT_CUT, e.quantity, total)
    settle(b, e.position)
    settle(b, target)
    pick, of_pick = first_pick(b, at)
    left = e.quantity
    given = 0
    emptied = NONE
    last = NONE
    while left > 0:
        source, units, pick, of_pick = next_relief(b, at, FIFO, pick, of_pick, left)
        left -= units
        share = apportion(total, e.quantity - left, e.quantity) - given
        given += share
        fresh = detach(b, source, units, target, False)
        slot = b.slots[fresh]
        relieved = apportion(slot.whole_quantity - units, detail.numerator, detail.denominator)
        slot.whole_quantity = share + relieved
        slot.quantity = share
        restate_key(b, fresh, detail.numerator, detail.denominator)
        if emptied != NONE:
            bequeath(b, emptied, fresh)
            free_slot(b, emptied)
            emptied = NONE
        if share == 0:
            if slot.flags & UNUSED:
                leave_candidates(b, fresh)
            emptied = fresh
        else:
            link(b, fresh, target, b.positions[target].tail)
            last = fresh
    if emptied != NONE:
        bequeath(b, emptied, last)
        free_slot(b, emptied)
    form(b, e.position)
    form(b, target)
