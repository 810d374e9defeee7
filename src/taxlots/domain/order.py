"""Orders: what is proposed to the custodian, and which lots it is to close."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Side(StrEnum):
    """Which way an order goes."""

    BUY = "BUY"
    SELL = "SELL"


class ShortSide(StrEnum):
    """The sides of a short position, by the words of the journal."""

    SELL_SHORT = "SELL_SHORT"
    BUY_TO_COVER = "BUY_TO_COVER"


OrderAction = Side | ShortSide
"""What an order does."""


def action_of(text: str) -> OrderAction:
    """The action of that name.  Raises ValueError where there is none."""
    return Side(text) if text in set(Side) else ShortSide(text)


def closes_lots(action: str) -> bool:
    """Whether it ends lots, of what is held or of what is owed, and so realizes something."""
    return action in (Side.SELL, ShortSide.BUY_TO_COVER)


def brings_money(action: str) -> bool:
    """Whether its price is received, and not paid."""
    return action in (Side.SELL, ShortSide.SELL_SHORT)


class OrderType(StrEnum):
    """At the market, or at a limit price or better."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One proposed order.  Quantities in 1e-8 units, prices in 1e-8 dollars.

    A sale closes one lot, named by ``lot_id`` and ``lot_open_date``; ``lot_quantity`` is what the
    account holds of it and ``lot_unit_cost`` its adjusted basis a unit in 1e-4 dollars.
    ``client_order_id`` follows from the day, the account, the side, the symbol and the lot (for a
    purchase: the symbol sold), so that the same proposal made again has the same ids.
    """

    household: str
    custodian: str
    account: str
    side: OrderAction
    symbol: str
    cusip: str
    quantity: int
    client_order_id: str
    reason: str
    order_type: OrderType = OrderType.MARKET
    limit_price: int | None = None
    tif: str = "DAY"
    tax_lot_method: str = ""
    lot_id: str = ""
    lot_open_date: date | None = None
    lot_quantity: int | None = None
    lot_unit_cost: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotInstruction:
    """Specific identification for one order to sell, or to cover: this much, versus that purchase.

    It must reach the custodian by the settlement of the sale (Treas. Reg. 1.1012-1(c)(8)).  With
    ``is_cover`` it names the short sale that is closed, and what a unit of that brought.
    """

    household: str
    custodian: str
    account: str
    client_order_id: str
    symbol: str
    cusip: str
    lot_id: str
    versus_purchase: date
    quantity: int
    lot_unit_cost: int
    is_cover: bool = False
