"""Rows of orders and of lot instructions, in the default layout."""

from __future__ import annotations

from typing import Final

from taxlots.domain.money import shares
from taxlots.domain.order import LotInstruction, Order
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.price_cell import price_cell

ORDER_COLUMNS: Final = COLUMNS["orders.csv"]
INSTRUCTION_COLUMNS: Final = COLUMNS["lot_instructions.csv"]


def order_row(order: Order) -> dict[str, str]:
    """One row of ``orders.csv``."""
    return {
        "custodian": order.custodian,
        "account_number": order.account,
        "action": str(order.side),
        "symbol": order.symbol,
        "cusip": order.cusip,
        "quantity": shares(order.quantity),
        "order_type": str(order.order_type),
        "limit_price": "" if order.limit_price is None else price_cell(order.limit_price, 8),
        "tif": order.tif,
        "tax_lot_method": order.tax_lot_method,
        "lot_open_date": "" if order.lot_open_date is None else order.lot_open_date.isoformat(),
        "lot_quantity": "" if order.lot_quantity is None else shares(order.lot_quantity),
        "lot_unit_cost": "" if order.lot_unit_cost is None else price_cell(order.lot_unit_cost, 4),
        "lot_id": order.lot_id,
        "client_order_id": order.client_order_id,
        "reason": order.reason,
    }


def lot_words(*, is_cover: bool) -> tuple[str, str]:
    """What is done with a lot, and what opened it."""
    return ("cover", "short sale") if is_cover else ("sell", "purchase")


def instruction_row(instruction: LotInstruction) -> dict[str, str]:
    """One row of ``lot_instructions.csv``."""
    quantity = shares(instruction.quantity)
    verb, opening = lot_words(is_cover=instruction.is_cover)
    return {
        "custodian": instruction.custodian,
        "account_number": instruction.account,
        "client_order_id": instruction.client_order_id,
        "symbol": instruction.symbol,
        "cusip": instruction.cusip,
        "lot_id": instruction.lot_id,
        "versus_purchase_date": instruction.versus_purchase.isoformat(),
        "quantity": quantity,
        "lot_unit_cost": price_cell(instruction.lot_unit_cost, 4),
        "instruction": (
            f"{verb} {quantity} {instruction.symbol} versus {opening} of "
            f"{instruction.versus_purchase} at {price_cell(instruction.lot_unit_cost, 4)}"
        ),
    }
