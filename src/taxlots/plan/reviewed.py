"""The orders of a run after people have changed and signed them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from taxlots.domain.harvest_run import Approval, OrderState, Override, OverrideAction, RunOrder
from taxlots.domain.money import SHARE, shares
from taxlots.domain.order import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedOrder:
    """An order as it stands: ``order`` with every change, and what was ``planned`` (1e-8 units).

    ``approvals`` are the signatures under it as it stands, oldest first; ``was_approved`` tells
    that there is one under any of its earlier forms too.
    """

    order: RunOrder
    planned: int
    overrides: tuple[Override, ...]
    approvals: tuple[Approval, ...]
    was_approved: bool
    filled: int = 0

    @property
    def state(self) -> OrderState:
        """Where it stands; fills count before everything else."""
        if self.filled:
            is_whole = self.filled >= self.order.quantity
            return OrderState.FILLED if is_whole else OrderState.PARTLY_FILLED
        if not self.order.quantity:
            return OrderState.EXCLUDED
        return OrderState.APPROVED if self.approvals else OrderState.PROPOSED


def reviewed_orders(
    orders: Sequence[RunOrder],
    overrides: Sequence[Override],
    approvals: Sequence[Approval] = (),
    filled: Mapping[str, int] | None = None,
) -> tuple[ReviewedOrder, ...]:
    """The orders of a run as they stand, those sold by force last.

    The last change of an order counts; a forced order is as it was planned.  A purchase shrinks
    with the sales that pay for it, cut down to whole shares if whole shares were planned.
    ``filled`` maps client order ids to what was executed.
    """
    added = [one.order for one in overrides if one.order is not None]
    changes: dict[str, list[Override]] = {}
    for one in overrides:
        changes.setdefault(one.client_order_id, []).append(one)
    sold = {o.client_order_id: _quantity(o, changes) for o in orders if o.side is Side.SELL}
    signed: dict[str, list[Approval]] = {}
    for approval in approvals:
        signed.setdefault(approval.client_order_id, []).append(approval)
    found = []
    for order in (*orders, *added):
        own = changes.get(order.client_order_id, [])
        changed = _changed(order, own)
        if order.side is Side.BUY:
            paid = [s for s in orders if s.side is Side.SELL and _key(s) == _key(order)]
            changed = _shrunk(changed, paid, sold)
            changed = replace(changed, quantity=_capped(changed.quantity, own))
        changed = _told(changed)
        mine = signed.get(order.client_order_id, [])
        hashed = order_hash(changed)
        found.append(
            ReviewedOrder(
                order=changed,
                planned=order.quantity,
                overrides=tuple(own),
                approvals=tuple(a for a in mine if a.order_hash == hashed),
                was_approved=bool(mine),
                filled=(filled or {}).get(order.client_order_id, 0),
            )
        )
    return tuple(found)


def order_hash(order: RunOrder) -> str:
    """The SHA-256 of an order's cells: what a signature stands under."""
    text = json.dumps(dict(order.cells), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _key(order: RunOrder) -> tuple[str, str]:
    return order.account, order.for_symbol


def _last(own: Iterable[Override]) -> Override | None:
    """The change that says how much of an order is left."""
    sizing = [one for one in own if one.action is not OverrideAction.REPLACE]
    return sizing[-1] if sizing else None


def _capped(quantity: int, own: Iterable[Override]) -> int:
    last = _last(own)
    if last is None or last.action is OverrideAction.FORCE:
        return quantity
    if last.action is OverrideAction.EXCLUDE:
        return 0
    return min(quantity, last.quantity or 0)


def _quantity(order: RunOrder, changes: Mapping[str, Sequence[Override]]) -> int:
    return _capped(order.quantity, changes.get(order.client_order_id, ()))


def _changed(order: RunOrder, own: Sequence[Override]) -> RunOrder:
    """An order with its replacement, and, unless it is a purchase, with its quantity."""
    if order.side is not Side.BUY:
        return replace(order, quantity=_capped(order.quantity, own))
    bought = [one for one in own if one.action is OverrideAction.REPLACE]
    if not bought:
        return order
    last = bought[-1]
    cells = {
        "symbol": last.symbol,
        "cusip": "",
        "reason": f"replaces {order.symbol}: {last.reason}",
    }
    return replace(
        order,
        symbol=last.symbol,
        quantity=last.quantity or 0,
        cells={**order.cells, **cells},
    )


def _shrunk(order: RunOrder, paid: Sequence[RunOrder], sold: Mapping[str, int]) -> RunOrder:
    """A purchase as far as the sales that pay for it are left: they all have one price."""
    planned = sum(sale.quantity for sale in paid)
    left = sum(sold[sale.client_order_id] for sale in paid)
    if not planned or left == planned:
        return order
    quantity = order.quantity * left // planned
    if order.quantity % SHARE == 0:
        quantity -= quantity % SHARE
    return replace(order, quantity=quantity)


def _told(order: RunOrder) -> RunOrder:
    """The order whose cells tell its quantity."""
    return replace(order, cells={**order.cells, "quantity": shares(order.quantity)})
