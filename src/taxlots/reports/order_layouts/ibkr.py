"""Interactive Brokers: a basket file for BasketTrader, and the lots to match after the trade.

Fields and their values: IBKR, Trader Workstation Users' Guide, "Basket Fields" and "Manually Create
a Basket File" (ibkrguides.com/traderworkstation/basket-fields.htm and
manually-create-a-basket-file.htm): a header row, no commas or spaces around values; ``BasketTag``
comes back as the order reference of the trade report.  A basket names no lots: they are matched
by hand until 20:30 Eastern time of the day of the trade, by the method Specific Lot
(ibkrguides.com/advisorportal/trade/manually-match-specific-lots.htm).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from taxlots.reports.order_layouts.layout import (
    SHARES_OF,
    Cells,
    Layout,
    csv_text,
    lots_to_choose,
)

COLUMNS: Final = (
    "Action",
    "Quantity",
    "Symbol",
    "SecType",
    "Exchange",
    "Currency",
    "TimeInForce",
    "OrderType",
    "LmtPrice",
    "Account",
    "BasketTag",
)
LOTS: Final = ("basket_tag", "account", "symbol", "date_acquired", "quantity")
TYPES: Final = {"MARKET": "MKT", "LIMIT": "LMT"}


def _write(orders: Sequence[Cells]) -> Mapping[str, str]:
    basket = [
        {
            "Action": order["action"],
            "Quantity": order["quantity"],
            "Symbol": order["symbol"],
            "SecType": "STK",
            "Exchange": "SMART",
            "Currency": "USD",
            "TimeInForce": order["tif"],
            "OrderType": TYPES[order["order_type"]],
            "LmtPrice": order["limit_price"],
            "Account": order["account_number"],
            "BasketTag": order["client_order_id"],
        }
        for order in orders
    ]
    lots = lots_to_choose(orders, "basket_tag")
    columns = (*LOTS, "cost_basis_per_share")
    return {"ibkr_basket.csv": csv_text(COLUMNS, basket), "ibkr_lots.csv": csv_text(columns, lots)}


def _refusal(order: Cells) -> str:
    return "" if order["order_type"] in TYPES else f"an order of type {order['order_type']}"


IBKR: Final = Layout(
    name="ibkr",
    custodian="Interactive Brokers",
    names=("interactivebrokers", "ibkr"),
    places=0,
    kinds=SHARES_OF,
    write=_write,
    refusal=_refusal,
)
