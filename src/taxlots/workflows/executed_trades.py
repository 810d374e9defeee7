"""How often accounts have traded already on the day of a plan, as the journal has it.

The id of an order follows from what it is for.  A second order for the same on one day, once the
first one is executed, is another order and not the same one sent twice: it needs another id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Final

from taxlots.book.record import Record
from taxlots.domain.order import ShortSide, Side

COLUMNS: Final = ("account", "symbol", "action", "date")


def executed_since(record: Record, day: date) -> Mapping[tuple[str, str], int]:
    """Rows that trade, short too, on a day or later, by account and symbol; no others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = record.transactions.select(COLUMNS)
    dates = rows.column("date").cast(pa.string())
    is_late = pc.greater_equal(dates, day.isoformat())
    if not pc.any(is_late).as_py():
        return {}
    late = rows.filter(is_late)
    texts = {name: late.column(name).cast(pa.string()) for name in COLUMNS}
    is_trade = pc.is_in(
        texts["action"], value_set=pa.array([str(side) for side in (*Side, *ShortSide)])
    )
    chosen = pa.table(texts).filter(is_trade)
    accounts, symbols = (chosen.column(name).to_pylist() for name in ("account", "symbol"))
    return Counter(zip(accounts, symbols, strict=True))
