"""``contract_orders.csv``: what a plan trades of futures, swaps and forwards."""

from __future__ import annotations

from typing import Final

from taxlots.domain.money import shares
from taxlots.plan.rebalance.contract_orders import ContractOrder
from taxlots.reports.inert import inert
from taxlots.reports.price_cell import price_cell

CONTRACT_ORDERS: Final = "contract_orders.csv"
CONTRACT_COLUMNS: Final = (
    "custodian",
    "account_number",
    "action",
    "symbol",
    "kind",
    "effect",
    "quantity",
    "unit",
    "price",
    "currency",
    "unit_notional",
    "due",
    "client_order_id",
    "reason",
)


def contract_row(order: ContractOrder) -> dict[str, str]:
    """One row of ``contract_orders.csv``, inert."""
    cells = {
        "custodian": order.account.custodian,
        "account_number": order.account.id,
        "action": str(order.side),
        "symbol": order.symbol,
        "kind": order.kind,
        "effect": order.effect,
        "quantity": shares(order.quantity),
        "unit": order.unit,
        "price": "" if order.price is None else price_cell(order.price, 8),
        "currency": order.currency,
        "unit_notional": price_cell(order.notional_e8, 8),
        "due": "" if order.due is None else order.due.isoformat(),
        "client_order_id": order.client_order_id,
        "reason": order.reason,
    }
    return {name: inert(cell) for name, cell in cells.items()}
