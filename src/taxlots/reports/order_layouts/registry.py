"""The layouts that there are, by the names by which they are asked for."""

from __future__ import annotations

from typing import Final

from taxlots.domain.problem import UsageError
from taxlots.reports.order_layouts.etrade import ETRADE
from taxlots.reports.order_layouts.fidelity import FIDELITY
from taxlots.reports.order_layouts.ibkr import IBKR
from taxlots.reports.order_layouts.layout import Layout
from taxlots.reports.order_layouts.schwab import SCHWAB

DEFAULT: Final = "default"
"""``orders.csv`` and ``lot_instructions.csv``, which are always written."""

LAYOUTS: Final = {one.name: one for one in (SCHWAB, FIDELITY, IBKR, ETRADE)}

UNSENDABLE: Final = "unsendable.csv"
MOST_FILES: Final = 1_000

FILES: Final = frozenset(
    {UNSENDABLE, "ibkr_basket.csv", "ibkr_lots.csv", "schwab_orders.json", "schwab_lots.csv"}
    | {"fidelity_orders.csv", "etrade_orders.json"}
    | {f"fidelity_lots_{number}.csv" for number in range(1, MOST_FILES)}
)
"""Every file that a layout can leave in a folder of orders."""


def layout_of(name: str) -> Layout | None:
    """The layout of that name, None for the default.  Raises UsageError where there is none."""
    if name == DEFAULT:
        return None
    if name not in LAYOUTS:
        known = ", ".join((DEFAULT, *LAYOUTS))
        raise UsageError(f"there is no layout {name!r}; choose one of {known}")
    return LAYOUTS[name]
