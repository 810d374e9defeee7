"""A part of an open lot, as the books would relieve it."""

from dataclasses import replace

from taxlots.book.record import OpenLot
from taxlots.law.s1012_basis import basis_of_part


def part_of(lot: OpenLot, quantity: int) -> OpenLot:
    """The next ``quantity`` (1e-8) to leave a lot, with the basis that the books give it."""
    cost = _part(lot, quantity, lot.cost_basis_cents, lot.whole_basis_cents)
    loss = cost
    if lot.loss_basis_cents != lot.cost_basis_cents:
        loss = _part(lot, quantity, lot.loss_basis_cents, lot.whole_loss_basis_cents)
    return replace(lot, quantity=quantity, cost_basis_cents=cost, loss_basis_cents=loss)


def _part(lot: OpenLot, quantity: int, open_cents: int, whole_cents: int) -> int:
    if not lot.whole_quantity:
        return basis_of_part(open_cents, lot.quantity, open_cents, lot.quantity, quantity)
    return basis_of_part(whole_cents, lot.whole_quantity, open_cents, lot.quantity, quantity)
