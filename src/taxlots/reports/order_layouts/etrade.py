"""E*TRADE: requests of the Order API, each with the lot that it sells.

E*TRADE Developer Platform, Order API v1, ``PreviewOrderRequest``
(apisb.etrade.com/docs/api/order/api-order-v1.html): an instrument has ``Lots``, each by the id that
E*TRADE gave it and the shares to sell of it; quantities are whole, and ``clientOrderId`` has at
most 20 letters and digits.  So a sale can be sent if its ``lot_id`` is E*TRADE's own number.
``orderAction`` is ``BUY``, ``SELL``, ``SELL_SHORT`` or ``BUY_TO_COVER``.  A preview comes before
the order itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from taxlots.domain.order import ShortSide
from taxlots.reports.order_layouts.layout import SHARES_OF, Cells, Layout, json_text

LONGEST_ID: Final = 20
TERMS: Final = {"DAY": "GOOD_FOR_DAY", "GTC": "GOOD_UNTIL_CANCEL"}


def _write(orders: Sequence[Cells]) -> Mapping[str, str]:
    requests = [
        {"accountId": order["account_number"], "PreviewOrderRequest": _request(order)}
        for order in orders
    ]
    return {"etrade_orders.json": json_text(requests)}


def _request(order: Cells) -> dict[str, Any]:
    quantity = int(order["quantity"])
    instrument: dict[str, Any] = {
        "Product": {"securityType": "EQ", "symbol": order["symbol"]},
        "orderAction": order["action"],
        "quantityType": "QUANTITY",
        "quantity": quantity,
    }
    if order["action"] == "SELL":
        instrument["Lots"] = {"Lot": [{"id": int(order["lot_id"]), "size": quantity}]}
    return {
        "orderType": "EQ",
        "clientOrderId": order["client_order_id"],
        "Order": [
            {
                "allOrNone": False,
                "priceType": order["order_type"],
                "orderTerm": TERMS[order["tif"]],
                "marketSession": "REGULAR",
                **({"limitPrice": order["limit_price"]} if order["limit_price"] else {}),
                "Instrument": [instrument],
            }
        ],
    }


def _refusal(order: Cells) -> str:
    name, lot = order["client_order_id"], order["lot_id"]
    if not (name.isascii() and name.isalnum() and len(name) <= LONGEST_ID):
        return f"its id has other than at most {LONGEST_ID} letters and digits"
    if order["tif"] not in TERMS:
        return f"a time in force of {order['tif']}"
    if order["action"] == ShortSide.BUY_TO_COVER:
        return "a cover names no short sale here: choose it by hand"
    if order["action"] == "SELL" and not (lot.isascii() and lot.isdecimal()):
        return "its lot_id is not the number that E*TRADE gave the lot: choose the lot by hand"
    return ""


ETRADE: Final = Layout(
    name="etrade",
    custodian="E*TRADE",
    names=("e*trade", "etrade", "e-trade"),
    places=0,
    has_shorts=True,
    kinds=SHARES_OF,
    write=_write,
    refusal=_refusal,
)
