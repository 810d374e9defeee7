"""Fidelity: orders of specific shares, at most 200 lots an order and a file.

Fidelity takes the lots of a sale by "Choose Specific Shares", up to 200 lots of a security in an
account (fidelity.com, Help, "Trading Specific Shares"), by date acquired and shares specified.  The
file that Wealthscape imports (Import Orders: account number, account type, order action, quantity
to three decimals, symbol, ...) has no column for lots, and the codes of its columns are not all
public.  So this is what a person enters: lots of one security and account are one order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from taxlots.domain.money import scaled, shares
from taxlots.reports.order_layouts.layout import SHARES_OF, Cells, Layout, csv_text

MOST_LOTS: Final = 200
"""Of an order, and of a file of lots."""

ORDERS: Final = (
    "Order",
    "Account Number",
    "Action",
    "Symbol",
    "Quantity",
    "Order Type",
    "Time in Force",
    "Lots",
)
LOTS: Final = (
    "Order",
    "Account Number",
    "Symbol",
    "Date Acquired",
    "Shares Specified",
    "Cost Basis/Share",
    "Client Order ID",
)


@dataclass(frozen=True, slots=True)
class _Ticket:
    """One order to be entered: of lots of one position, or a purchase."""

    number: int
    orders: tuple[Cells, ...]

    @property
    def is_of_lots(self) -> bool:
        return bool(self.orders[0]["lot_open_date"])


def _write(orders: Sequence[Cells]) -> Mapping[str, str]:
    tickets = [_Ticket(number, part) for number, part in enumerate(_tickets(orders), 1)]
    files = {"fidelity_orders.csv": csv_text(ORDERS, map(_order, tickets))}
    for number, part in enumerate(_parts([one for one in tickets if one.is_of_lots]), 1):
        rows = [_lot(ticket, order) for ticket in part for order in ticket.orders]
        files[f"fidelity_lots_{number}.csv"] = csv_text(LOTS, rows)
    return files


def _tickets(orders: Sequence[Cells]) -> Iterator[tuple[Cells, ...]]:
    """Sales of lots of one position together, at most so many; everything else by itself."""
    groups: dict[tuple[str, ...], list[Cells]] = {}
    for order in orders:
        place = ("action", "account_number", "symbol", "order_type", "limit_price", "tif")
        key = tuple(order[name] for name in place)
        alone = () if order["lot_open_date"] else (order["client_order_id"],)
        groups.setdefault((*key, *alone), []).append(order)
    for group in groups.values():
        for at in range(0, len(group), MOST_LOTS):
            yield tuple(group[at : at + MOST_LOTS])


def _parts(tickets: Sequence[_Ticket]) -> Iterator[list[_Ticket]]:
    """Orders whose lots fit into one file each."""
    part: list[_Ticket] = []
    room = MOST_LOTS
    for ticket in tickets:
        if len(ticket.orders) > room:
            yield part
            part, room = [], MOST_LOTS
        part.append(ticket)
        room -= len(ticket.orders)
    if part:
        yield part


def _order(ticket: _Ticket) -> dict[str, str]:
    first = ticket.orders[0]
    quantity = sum(scaled(order["quantity"], 8) or 0 for order in ticket.orders)
    return {
        "Order": str(ticket.number),
        "Account Number": first["account_number"],
        "Action": first["action"],
        "Symbol": first["symbol"],
        "Quantity": shares(quantity),
        "Order Type": first["order_type"],
        "Time in Force": first["tif"],
        "Lots": str(len(ticket.orders)) if ticket.is_of_lots else "",
    }


def _lot(ticket: _Ticket, order: Cells) -> dict[str, str]:
    return {
        "Order": str(ticket.number),
        "Account Number": order["account_number"],
        "Symbol": order["symbol"],
        "Date Acquired": order["lot_open_date"],
        "Shares Specified": order["quantity"],
        "Cost Basis/Share": order["lot_unit_cost"],
        "Client Order ID": order["client_order_id"],
    }


FIDELITY: Final = Layout(
    name="fidelity",
    custodian="Fidelity",
    names=("fidelity", "nationalfinancialservices"),
    places=3,
    kinds=SHARES_OF,
    write=_write,
)
