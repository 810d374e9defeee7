"""What a custodian's layout is: files of orders, and the orders that it cannot carry."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from taxlots.domain.order import ShortSide
from taxlots.domain.security import Security, SecurityKind

Cells = Mapping[str, str]
"""A row of ``orders.csv``."""

SHARES_OF: Final = (SecurityKind.STOCK, SecurityKind.ETF)
"""What trades by ticker on an exchange, share by share."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """Files by their names, as text, and why orders are in none of them, by client order id."""

    files: Mapping[str, str]
    unsendable: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A custodian's layout.  ``names`` are how books may call the custodian, in lower case.

    ``refusal`` says of an order why the layout cannot carry it, blank where it can; ``write`` makes
    the files of the others.  ``places`` is the most decimals of a quantity.  ``has_shorts`` tells
    that its words for selling short and covering are public, and those of orders.csv.
    """

    name: str
    custodian: str
    names: tuple[str, ...]
    places: int
    kinds: tuple[SecurityKind, ...]
    write: Callable[[Sequence[Cells]], Mapping[str, str]]
    refusal: Callable[[Cells], str] = field(default=lambda _order: "")
    has_shorts: bool = False

    def is_of(self, custodian: str) -> bool:
        """Whether a book's name of a custodian is this one."""
        told = "".join(custodian.casefold().split())
        return any(name in told for name in self.names)

    def lay_out(self, orders: Iterable[Cells], securities: Mapping[str, Security]) -> LaidOut:
        """The files of orders, those apart that the layout cannot carry."""
        sendable, unsendable = [], {}
        for order in orders:
            reason = self._cannot(order, securities) or self.refusal(order)
            if reason:
                unsendable[order["client_order_id"]] = reason
            else:
                sendable.append(order)
        return LaidOut(self.write(sendable), unsendable)

    def _cannot(self, order: Cells, securities: Mapping[str, Security]) -> str:
        kind = (securities.get(order["symbol"]) or Security(symbol=order["symbol"])).kind
        if kind not in self.kinds:
            return f"the layout has no place for a security of kind {kind}"
        if order["action"] in set(ShortSide) and not self.has_shorts:
            return "the layout has no public word for selling short and covering: enter it by hand"
        if len(order["quantity"].partition(".")[2]) > self.places:
            most = f"{self.places} decimals" if self.places else "whole numbers"
            return f"the layout takes quantities in {most}"
        if "," in order["symbol"] or "," in order["account_number"]:
            return "a comma in the symbol or the account number"
        return ""


def csv_text(columns: Sequence[str], rows: Iterable[Cells]) -> str:
    """A table as CSV with lines that end alike everywhere."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def json_text(content: Any) -> str:
    """Content as JSON."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def lots_to_choose(orders: Iterable[Cells], number: str) -> list[dict[str, str]]:
    """The lots of sales, for whoever chooses them by hand; ``number`` names the order's column."""
    return [
        {
            number: order["client_order_id"],
            "account": order["account_number"],
            "symbol": order["symbol"],
            "date_acquired": order["lot_open_date"],
            "quantity": order["quantity"],
            "cost_basis_per_share": order["lot_unit_cost"],
        }
        for order in orders
        if order["lot_open_date"]
    ]
