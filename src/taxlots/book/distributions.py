"""Distributions on stock: shares of another security, taxable shares, and capital that returns."""

from taxlots.book.actions import add_slot, new_lot, rebase
from taxlots.book.kinds import (
    ACQUISITION,
    DUAL_BASIS,
    NOTHING_TO_ADJUST,
    POOLED,
    REPLACEMENT,
    RIGHT,
    TAX_DEFERRED,
    UNKNOWN_BASIS,
    UNUSED,
)
from taxlots.book.noting import fault
from taxlots.book.pools import form, settle
from taxlots.book.positions import (
    LAST_SUB,
    keep_own_ratio,
    link,
    new_slot,
    set_loss_basis,
    set_wash,
)
from taxlots.book.sale import new_row
from taxlots.book.shorts import is_short_open
from taxlots.book.tables import NONE, Book
from taxlots.book.terms import cash_cents, new_units, old_value_cents, value_cents
from taxlots.domain.money import apportion
from taxlots.law.s301_distributions import basis_returned, gain_beyond_basis
from taxlots.law.s307_stock_rights import must_allocate
from taxlots.law.s358_allocation import basis_of_new_shares


def distribute_shares(b: Book, at: int) -> None:
    """Put the shares distributed beside those they came from, and divide each block's basis."""
    e = b.events[at]
    target = b.details[e.detail].to_position
    held = b.positions[e.position].quantity
    if _is_nothing_there(b, at, held):
        return
    total = new_units(b, at, held)
    part, whole = _division(b, at, held, total)
    flags = RIGHT if b.terms[b.details[e.detail].terms].is_right else 0
    settle(b, e.position)
    seen = 0
    slot_at = b.positions[e.position].head
    while slot_at != NONE:
        following = b.slots[slot_at].next
        units = b.slots[slot_at].quantity
        share = apportion(total, seen + units, held) - apportion(total, seen, held)
        seen += units
        if share > 0:
            _divide(b, slot_at, target, share, part, whole, flags)
        slot_at = following
    form(b, e.position)
    form(b, target)


def _is_nothing_there(b: Book, at: int, held: int) -> bool:
    """Whether an action finds nothing held, or a short position; told where the row names it."""
    if is_short_open(b, at):
        return True
    if held == 0 and b.terms[b.details[b.events[at].detail].terms].is_stated:
        fault(b, at, NOTHING_TO_ADJUST, 0, 0)
    return held == 0


def _division(b: Book, at: int, held: int, total: int) -> tuple[int, int]:
    """The part of the basis that goes to the new shares, as a fraction."""
    terms = b.terms[b.details[b.events[at].detail].terms]
    if terms.part_denominator > 0:
        return terms.part_numerator, terms.part_denominator
    new = value_cents(terms, total)
    old = old_value_cents(terms, held)
    if new + old == 0:
        return 0, 1
    if terms.is_right and not terms.is_elected and not must_allocate(new, old):
        return 0, 1
    return new, new + old


def _divide(
    b: Book, slot_at: int, target: int, units: int, part: int, whole: int, flags: int
) -> None:
    """Open the new part of one sub-lot, with its share of basis, loss basis and wash adjustment."""
    source = b.slots[slot_at]
    wash = source.wash_open_cents
    loss = source.loss_open_cents
    basis = basis_of_new_shares(source.open_cents, part, whole)
    new_wash = apportion(wash, part, whole)
    new_loss = apportion(loss, part, whole)
    fresh = new_slot(b)
    slot = b.slots[fresh]
    slot.lot = source.lot
    slot.acquired = source.acquired
    slot.holding_period = source.holding_period
    slot.flags = source.flags & ~(UNUSED | ACQUISITION | POOLED | REPLACEMENT) | flags
    slot.sub = source.sub
    slot.quantity = units
    slot.open_cents = basis
    slot.whole_quantity = units
    slot.whole_cents = basis
    set_wash(b, fresh, new_wash)
    set_loss_basis(b, fresh, new_loss)
    keep_own_ratio(b, fresh)
    link(b, fresh, target, b.positions[target].tail)
    if part == 0:
        return
    left = rebase(b, slot_at, -basis)
    set_wash(b, left, wash - new_wash)
    if b.slots[left].flags & DUAL_BASIS:
        set_loss_basis(b, left, loss - new_loss)
        keep_own_ratio(b, left)


def open_by_terms(b: Book, at: int) -> None:
    """A taxable distribution of shares opens a lot at its value; nothing was purchased."""
    e = b.events[at]
    held = b.positions[e.position].quantity
    target = b.details[e.detail].to_position
    number = new_lot(b, at)
    if _is_nothing_there(b, at, held):
        return
    units = new_units(b, at, held)
    if units == 0:
        return
    value = value_cents(b.terms[b.details[e.detail].terms], units)
    sub = LAST_SUB if b.rules[0].adjusted_first else 0
    add_slot(b, number, target, units, value, 0, e.day, sub)
    if not b.positions[target].flags & TAX_DEFERRED:
        b.tally[0].basis_in_cents += value


def return_capital(b: Book, at: int) -> None:
    """Capital that comes back lowers the basis block by block; what exceeds it is gain."""
    e = b.events[at]
    p = b.positions[e.position]
    held = p.quantity
    if _is_nothing_there(b, at, held):
        return
    cash = cash_cents(b.terms[b.details[e.detail].terms], held)
    settle(b, e.position)
    seen = 0
    slot_at = p.head
    while slot_at != NONE:
        following = b.slots[slot_at].next
        units = b.slots[slot_at].quantity
        share = apportion(cash, seen + units, held) - apportion(cash, seen, held)
        seen += units
        if not b.slots[slot_at].flags & UNKNOWN_BASIS:
            _return_to(b, at, slot_at, share)
        slot_at = following
    form(b, e.position)


def _return_to(b: Book, at: int, slot_at: int, cents: int) -> None:
    slot = b.slots[slot_at]
    is_taxable = not b.positions[slot.position].flags & TAX_DEFERRED
    returned = basis_returned(slot.open_cents, cents)
    excess = gain_beyond_basis(slot.open_cents, cents)
    if excess > 0 and is_taxable:
        row = b.rows[new_row(b, at, slot_at, slot.quantity, excess)]
        row.flags = row.flags & ~DUAL_BASIS
    if is_taxable:
        b.tally[0].returned_cents += returned
    if slot.flags & DUAL_BASIS:
        loss = slot.loss_open_cents
        left = rebase(b, slot_at, -returned)
        set_loss_basis(b, left, max(0, loss - cents))
        keep_own_ratio(b, left)
    else:
        rebase(b, slot_at, -returned)
