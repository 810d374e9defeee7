"""The files that a recorded rebalance keeps, and the columns of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from taxlots.reports.harvest_columns import COLUMNS

PLAN: Final = "plan.json"
TRADES_FILE: Final = "trades.csv"
RESTRICTIONS_FILE: Final = "restrictions.csv"
SALE_CELLS: Final = ("short_term_gain", "long_term_gain", "disallowed", "tax_now", "tax_later")
"""What a sale realizes and costs in tax."""
LATER_ORDERS: Final = "later_orders.csv"
"""The orders of the sessions after the first one, where the trades of a plan go over several."""

TRADES: Final = (
    "account",
    "symbol",
    "action",
    "quantity",
    "close",
    "amount",
    "cost",
    *SALE_CELLS,
    "lots",
    "reason",
)
REBALANCE_COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    TRADES_FILE: TRADES,
    "orders.csv": COLUMNS["orders.csv"],
    "lot_instructions.csv": COLUMNS["lot_instructions.csv"],
    RESTRICTIONS_FILE: COLUMNS[RESTRICTIONS_FILE],
}
"""The columns of each table, in their order."""

LATER_COLUMNS: Final = ("date", *COLUMNS["orders.csv"])
