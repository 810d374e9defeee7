"""Lots as orders sell them: the sub-lots that one order can close, and a part of one."""

from dataclasses import replace

from taxlots.book.record import OpenLot
from taxlots.law.s1012_basis import basis_of_part

Holding = tuple[str, str, str]
"""An account's id, a symbol and a lot's id: a lot can stand in two symbols after an exchange."""


def holding_of(lot: OpenLot) -> Holding:
    """Where a sub-lot is held: all that one order can sell of its lot."""
    return lot.account, lot.symbol, lot.lot_id


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
