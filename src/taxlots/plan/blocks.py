"""Blocks: orders of one security in many accounts, traded as one and shared out by a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from taxlots.domain.harvest_run import RunOrder
from taxlots.domain.money import SHARE, apportion
from taxlots.domain.order import OrderAction
from taxlots.domain.problem import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Orders of one custodian, side and security, in the order of the accounts of the book."""

    block_id: str
    custodian: str
    side: OrderAction
    symbol: str
    orders: tuple[RunOrder, ...]

    @property
    def quantity(self) -> int:
        """What the block trades, in 1e-8 units."""
        return sum(order.quantity for order in self.orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What one order gets of a block's fill: 1e-8 units, and cents at the average price."""

    block_id: str
    order: RunOrder
    quantity: int
    amount_cents: int


def blocks_of(orders: Sequence[RunOrder], accounts: Sequence[str]) -> tuple[Block, ...]:
    """The blocks of what is to be sent; an order alone is a block of one.

    ``accounts`` are those of the book in their order, which is that of the orders in a block;
    those of one account keep their own.  Blocks stand in the order of their first order.
    """
    place = {account: n for n, account in enumerate(accounts)}
    groups: dict[tuple[str, OrderAction, str], list[RunOrder]] = {}
    for order in orders:
        if order.quantity:
            custodian = order.cells.get("custodian", "")
            groups.setdefault((custodian, order.side, order.symbol), []).append(order)
    return tuple(
        Block(
            block_id=_name(members),
            custodian=custodian,
            side=side,
            symbol=symbol,
            orders=tuple(sorted(members, key=lambda order: place[order.account])),
        )
        for (custodian, side, symbol), members in groups.items()
    )


def allocate(block: Block, filled: int, amount_cents: int) -> tuple[Allocation, ...]:
    """Share a block's fill among its orders, pro rata by quantity, at one average price.

    ``filled`` is in 1e-8 units and at most the block's quantity; ``amount_cents`` is what it cost
    or brought in all.  Whole shares stay whole where every order and the fill are whole.  Each
    order gets its share of the units cut down, and what is left goes one unit each to the
    largest remainders, of equal ones to the first order.  Cents follow the units by the rule of
    cumulative shares, so that quantities and cents sum to the fill and no order gets more than it
    asked for.  Raises UsageError for a fill that is more than the block.
    """
    sizes = [order.quantity for order in block.orders]
    if not 0 <= filled <= block.quantity:
        raise UsageError("a block is filled with nothing up to its quantity")
    unit = SHARE if all(size % SHARE == 0 for size in (*sizes, filled)) else 1
    parts = [part * unit for part in _largest_remainder(filled // unit, sizes)]
    cents, before, found = 0, 0, []
    for order, part in zip(block.orders, parts, strict=True):
        before += part
        until = apportion(amount_cents, before, filled) if filled else 0
        found.append(
            Allocation(
                block_id=block.block_id, order=order, quantity=part, amount_cents=until - cents
            )
        )
        cents = until
    return tuple(found)


def average_price(filled: int, amount_cents: int) -> int:
    """The average price a unit in 1e-8 dollars, rounded half up; a fill of nothing has none."""
    return apportion(amount_cents, SHARE * (SHARE // 100), filled)


def fills_by_block(
    blocks: Sequence[Block], fills: Mapping[str, tuple[int, int]]
) -> tuple[Allocation, ...]:
    """The allocations of all blocks that were filled; ``fills`` is (1e-8 units, cents) by block."""
    return tuple(
        allocation
        for block in blocks
        if block.block_id in fills
        for allocation in allocate(block, *fills[block.block_id])
    )


def _largest_remainder(units: int, sizes: Sequence[int]) -> list[int]:
    whole = sum(sizes)
    if not whole:
        return [0] * len(sizes)
    parts = [units * size // whole for size in sizes]
    remainders = [units * size % whole for size in sizes]
    order = sorted(range(len(sizes)), key=lambda at: (-remainders[at], at))
    for at in order[: units - sum(parts)]:
        parts[at] += 1
    return parts


def _name(members: Sequence[RunOrder]) -> str:
    """A name of at most 20 characters that follows from the orders of the block."""
    names = sorted(order.client_order_id for order in members)
    return f"B{sha256(chr(0).join(names).encode()).hexdigest()[:18]}"
