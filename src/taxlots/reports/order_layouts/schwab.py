"""Charles Schwab: orders for the Trader API, and the lots to name apart.

The order of the public Trader API (developer.schwab.com, Accounts and Trading, ``OrderRequest``)
has ``taxLotMethod``, one of ``FIFO``, ``LIFO``, ``HIGH_COST``, ``LOW_COST``, ``AVERAGE_COST``,
``SPECIFIC_LOT``, ``LOSS_HARVESTER``, and no field that names a lot; quantities are whole, and
``instruction`` is ``BUY``, ``SELL``, ``SELL_SHORT`` or ``BUY_TO_COVER``.  The files that Schwab
Advisor Services takes (Trade Order, Allocation, Lot Instructions) are published by name alone.  So
each order is one request, and its lots are named apart, by settlement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from taxlots.reports.order_layouts.layout import (
    SHARES_OF,
    Cells,
    Layout,
    csv_text,
    json_text,
    lots_to_choose,
)

METHODS: Final = {"SPECIFIC": "SPECIFIC_LOT", "AVERAGE": "AVERAGE_COST"}
LOTS: Final = ("client_order_id", "account", "symbol", "date_acquired", "quantity")


def _write(orders: Sequence[Cells]) -> Mapping[str, str]:
    requests = [
        {
            "accountNumber": order["account_number"],
            "clientOrderId": order["client_order_id"],
            "order": _request(order),
        }
        for order in orders
    ]
    lots = lots_to_choose(orders, "client_order_id")
    columns = (*LOTS, "cost_basis_per_share")
    return {"schwab_orders.json": json_text(requests), "schwab_lots.csv": csv_text(columns, lots)}


def _request(order: Cells) -> dict[str, Any]:
    method = METHODS.get(order["tax_lot_method"])
    return {
        "session": "NORMAL",
        "duration": order["tif"],
        "orderType": order["order_type"],
        **({"price": order["limit_price"]} if order["limit_price"] else {}),
        **({"taxLotMethod": method} if method else {}),
        "orderStrategyType": "SINGLE",
        "orderLegCollection": [
            {
                "instruction": order["action"],
                "quantity": int(order["quantity"]),
                "instrument": {"symbol": order["symbol"], "assetType": "EQUITY"},
            }
        ],
    }


SCHWAB: Final = Layout(
    name="schwab",
    custodian="Charles Schwab",
    names=("schwab",),
    places=0,
    has_shorts=True,
    kinds=SHARES_OF,
    write=_write,
)
