"""Signed orders in the layouts of their custodians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from taxlots.domain.problem import UsageError
from taxlots.domain.security import Security
from taxlots.reports.order_layouts.registry import UNSENDABLE, layout_of
from taxlots.reports.rows import text_table

COLUMNS: Final = (
    "layout",
    "client_order_id",
    "account_number",
    "action",
    "symbol",
    "quantity",
    "lot_id",
    "reason",
)

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class LaidOutOrders:
    """The files of some layouts, what is in none of them, and how many orders each carries."""

    files: Mapping[str, str]
    unsendable: tuple[Row, ...]
    carried: Mapping[str, int]

    @property
    def content(self) -> dict[str, Any]:
        """The files as a folder takes them."""
        return {**self.files, UNSENDABLE: text_table(COLUMNS, self.unsendable)}

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each file, as the manifest has it."""
        return {name: sha256(text.encode()).hexdigest() for name, text in self.files.items()}


def laid_out(
    orders: Sequence[Row], names: Sequence[str], securities: Mapping[str, Security]
) -> LaidOutOrders | None:
    """The orders of each named layout's custodian; None where only the default is asked for.

    An order that its layout cannot carry is told with the reason.  Raises UsageError for a layout
    that there is not, and for one of a custodian with whom no order is.
    """
    layouts = [one for name in dict.fromkeys(names) if (one := layout_of(name)) is not None]
    if not layouts:
        return None
    files: dict[str, str] = {}
    unsendable: list[Row] = []
    carried = {}
    for layout in layouts:
        mine = [order for order in orders if layout.is_of(order["custodian"])]
        if not mine:
            held = ", ".join(sorted({order["custodian"] or "(none)" for order in orders}))
            raise UsageError(
                f"no signed order is with {layout.custodian}: accounts.csv names {held} as"
                " custodian"
            )
        found = layout.lay_out(mine, securities)
        files |= found.files
        carried[layout.name] = len(mine) - len(found.unsendable)
        unsendable += [
            {
                "layout": layout.name,
                **{name: order[name] for name in COLUMNS[1:-1]},
                "reason": found.unsendable[order["client_order_id"]],
            }
            for order in mine
            if order["client_order_id"] in found.unsendable
        ]
    return LaidOutOrders(files, tuple(unsendable), carried)
